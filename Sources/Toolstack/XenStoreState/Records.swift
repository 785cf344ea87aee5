import XenStoreWire

/// What concerns the whole server: file descriptors, which the next server inherits.
public struct GlobalRecord: Hashable, Sendable {
  /// The socket that accepts connections; nil when there is none.
  public var socket: Int32?
  /// The event channel device; nil when there is none.
  public var eventChannels: Int32?
  /// The port that VIRQ_DOM_EXC is bound to. Only a dump says so: a stream's reader binds it anew.
  public var exceptionPort: UInt32?

  /// Makes a record.
  public init(socket: Int32?, eventChannels: Int32?, exceptionPort: UInt32? = nil) {
    self.socket = socket
    self.eventChannels = eventChannels
    self.exceptionPort = exceptionPort
  }
}

/// A connection with the bytes that are on their way.
public struct ConnectionRecord: Hashable, Sendable {
  /// How the client is reached.
  public enum Kind: Hashable, Sendable {
    /// Through a domain's ring.
    case ring(Ring)
    /// Through a local socket, whose file descriptor the next server inherits.
    case socket(Int32)
  }

  /// A domain's ring.
  public struct Ring: Hashable, Sendable {
    /// Whose it is.
    public var domain: DomainID
    /// The domain that it may act for.
    public var target: DomainID?
    /// Our own port of the event channel, bound in the device that the next server inherits. Nil in
    /// dumps of OCaml daemons before 4.16.
    public var port: UInt32?
    /// The frame of its page. Only a dump says so; grant reference 1 leads to it as well.
    public var frame: UInt64?
    /// The domain's port of the event channel. Only a dump says so.
    public var remotePort: UInt32?

    /// Makes a ring.
    public init(
      domain: DomainID, target: DomainID? = nil, port: UInt32?, frame: UInt64? = nil,
      remotePort: UInt32? = nil
    ) {
      self.domain = domain
      self.target = target
      self.port = port
      self.frame = frame
      self.remotePort = remotePort
    }
  }

  /// Names it in the records that follow; not 0.
  public var id: UInt32
  /// How the client is reached.
  public var kind: Kind
  /// What was read from it and not served yet: perhaps less than a message.
  public var unread: [UInt8]
  /// What is yet to be sent to it.
  public var unsent: [UInt8]
  /// How many of the unsent bytes are the rest of a message whose beginning is sent already.
  public var partialReply: Int
  /// A number that the hypervisor gives every domain ever created. Only daemons of Xen 4.21 and
  /// later know it.
  public var uniqueID: UInt64?

  /// Makes a record.
  public init(
    id: UInt32, kind: Kind, unread: [UInt8] = [], unsent: [UInt8] = [], partialReply: Int = 0,
    uniqueID: UInt64? = nil
  ) {
    self.id = id
    self.kind = kind
    self.unread = unread
    self.unsent = unsent
    self.partialReply = partialReply
    self.uniqueID = uniqueID
  }
}

/// A watch.
public struct WatchRecord: Hashable, Sendable {
  /// Whose it is.
  public var connection: UInt32
  /// The path as the client said it.
  public var path: [UInt8]
  /// The token.
  public var token: [UInt8]
  /// How many levels below the path count; nil for all.
  public var depth: UInt16?

  /// Makes a record.
  public init(connection: UInt32, path: [UInt8], token: [UInt8], depth: UInt16? = nil) {
    self.connection = connection
    self.path = path
    self.token = token
    self.depth = depth
  }
}

/// An open transaction.
public struct TransactionRecord: Hashable, Sendable {
  /// Whose it is.
  public var connection: UInt32
  /// The number that the client knows it by.
  public var id: UInt32

  /// Makes a record.
  public init(connection: UInt32, id: UInt32) {
    self.connection = connection
    self.id = id
  }
}

/// A permission of a node.
public struct StatePermission: Hashable, BitwiseCopyable, Sendable {
  /// Whom it is about, and what that domain may do.
  public var permission: Permission
  /// Whether the domain is gone, so that the entry has no effect.
  public var isStale: Bool

  /// Makes an entry.
  @inlinable public init(_ permission: Permission, isStale: Bool = false) {
    self.permission = permission
    self.isStale = isStale
  }
}

/// A node. There are many, so it refers to bytes: what `StateReader.withBytes` hands out.
public struct NodeRecord: Hashable, Sendable {
  /// What a transaction did with a node, as bits.
  public struct Accesses: OptionSet, Hashable, BitwiseCopyable, Sendable {
    /// The bits as the stream has them.
    public let rawValue: UInt16
    /// Makes a set of these bits.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// It was read.
    public static let read = Accesses(rawValue: 1)
    /// It was written.
    public static let written = Accesses(rawValue: 2)
  }

  /// The connection whose transaction it is part of; 0 for a node of the store.
  public var connection: UInt32
  /// The transaction that it is part of; 0 for a node of the store.
  public var transaction: UInt32
  /// What the transaction did with it.
  public var accesses: Accesses
  /// The absolute path, without its nul; or a name that begins with `@`.
  public var path: Range<Int>
  /// The value.
  public var value: Range<Int>
  /// The permissions, four bytes each; the first names the owner. Empty when a transaction removed
  /// the node.
  public var permissions: Range<Int>

  /// The count of permissions.
  @inlinable public var permissionCount: Int { permissions.count &>> 2 }

  /// A permission of the node; nil when there are not that many.
  @inlinable public func permission(_ index: Int, in bytes: Span<UInt8>) -> StatePermission? {
    guard index >= 0, index < permissionCount else { return nil }
    let at = permissions.lowerBound &+ index &* 4
    guard at >= 0, at &+ 4 <= bytes.count, let access = Access(letter: bytes[at]) else {
      return nil
    }
    let domain = UInt16(bytes[at &+ 2]) | UInt16(bytes[at &+ 3]) &<< 8
    return StatePermission(
      Permission(DomainID(rawValue: domain), access), isStale: bytes[at &+ 1] & 1 != 0)
  }
}

/// A quota by its name.
public struct QuotaRecord: Hashable, Sendable {
  /// The name, as in `GET_QUOTA`; a server ignores names that it does not know.
  public var name: [UInt8]
  /// The value; 0 means no limit.
  public var value: UInt32

  /// Makes a record.
  public init(_ name: [UInt8], _ value: UInt32) {
    self.name = name
    self.value = value
  }
}

/// What is known of a domain.
public struct DomainRecord: Hashable, Sendable {
  /// Which one.
  public var domain: DomainID
  /// What it is offered; nil in version 1.
  public var features: ServerFeatures?
  /// Its quotas.
  public var quotas: [QuotaRecord]

  /// Makes a record.
  public init(domain: DomainID, features: ServerFeatures?, quotas: [QuotaRecord]) {
    self.domain = domain
    self.features = features
    self.quotas = quotas
  }
}
