// XenStoreState owns the form in which one XenStore server hands everything that it knows to the
// next: the migration stream that the C daemon writes and reads, and the text dump that the OCaml
// daemon writes. It reads spans and appends to arrays of bytes, does no I/O and keeps no state of
// its own. A stream may be cut off or wrong anywhere: that is a `StateError` with the place, never
// a trap.
//
// A stream is a header and records; a record is eight bytes and a body, padded to eight bytes:
//
//     "xenstore" | version, big endian | flags | record ... | END
//     record: type | length | body
//
// XenStoreCore exports and imports these records, XenStoreServer adds what it knows about file
// descriptors and event channels.

import XenStoreWire

/// One record of a stream.
public enum StateRecord: Hashable, Sendable {
  /// What concerns the whole server.
  case global(GlobalRecord)
  /// A connection.
  case connection(ConnectionRecord)
  /// A watch of a connection that came before.
  case watch(WatchRecord)
  /// An open transaction of a connection that came before.
  case transaction(TransactionRecord)
  /// A node of the store or of an open transaction.
  case node(NodeRecord)
  /// The quotas that domains begin with.
  case quotas([QuotaRecord])
  /// What is known of one domain.
  case domain(DomainRecord)
}

/// The versions of the stream.
///
/// - Source: `docs/designs/xenstore-migration.md`
public enum StateVersion: UInt32, Sendable {
  /// What the C daemon of Xen 4.17 writes and reads.
  case one = 1
  /// With the features of domains and the depth of watches.
  case two = 2
}

/// What is wrong with a stream, and where.
public struct StateError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Reason: Hashable, Sendable {
    /// It begins like no stream that we know.
    case notAStream
    /// Its version is another.
    case unknownVersion(UInt32)
    /// It was written in another byte order, or has flags that we do not know.
    case unknownFlags(UInt32)
    /// It ends too early.
    case truncated
    /// A record is too short for what it says it holds.
    case tooShort
    /// A record of a type that we do not know. The next call goes on behind it.
    case unknownType(UInt32)
    /// A connection of a kind that we do not know.
    case unknownConnectionType(UInt16)
    /// It belongs to a connection that did not come before.
    case unknownConnection
    /// A string is not closed by a nul, or holds one.
    case badString
    /// A node has no permissions, or one that is none.
    case badPermissions
    /// A line of a dump is none.
    case badLine
    /// What shall be written does not fit in its field.
    case doesNotFit
  }

  /// What is wrong.
  public var reason: Reason
  /// The offset of the record or line, in bytes.
  public var offset: Int

  /// Makes an error.
  public init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
