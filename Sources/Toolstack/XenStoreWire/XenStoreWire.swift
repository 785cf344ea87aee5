// XenStoreWire owns the XenStore protocol as bytes: message types, the header, typed requests and
// replies, error names, permissions and numbers as text. It reads spans and appends to arrays of
// bytes, does no I/O and keeps no state. Whatever comes from the other side may be wrong: a value
// of these types is checked, and an error is a `StoreError`.
//
// XenStoreCore answers requests with it; XenStoreClient will ask with it.

/// The limits of the protocol, in bytes.
///
/// - Source: `xen/include/public/io/xs_wire.h`
public enum WireLimit {
  /// The largest payload in either direction (`XENSTORE_PAYLOAD_MAX`).
  public static let payload = 4096
  /// The longest absolute path (`XENSTORE_ABS_PATH_MAX`).
  public static let absolutePath = 3072
  /// The longest path below a domain's own (`XENSTORE_REL_PATH_MAX`).
  public static let relativePath = 2048
}

/// A domain's number as the protocol carries it.
public struct DomainID: RawRepresentable, Hashable, BitwiseCopyable, Sendable {
  /// The number, 0 to 65535.
  public let rawValue: UInt16

  /// Makes the domain of that number.
  @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The control domain.
  public static let zero = DomainID(rawValue: 0)
  /// Every domain, in a permission list (`DOMID_ANY`).
  public static let any = DomainID(rawValue: 0x7ff5)
  /// The caller itself (`DOMID_SELF`).
  public static let own = DomainID(rawValue: 0x7ff0)
  /// The first number that no domain can have (`DOMID_FIRST_RESERVED`).
  public static let firstReserved = DomainID(rawValue: 0x7ff0)

  /// Whether a domain can have this number.
  @inlinable public var isReal: Bool { rawValue < Self.firstReserved.rawValue }
}

/// What a server offers and a client may use, as bits.
///
/// - Source: `docs/misc/xenstore-ring.txt`
public struct ServerFeatures: OptionSet, Hashable, Sendable {
  /// The bits as they stand in the ring page.
  public let rawValue: UInt32

  /// Makes a set of these bits.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A guest may ask for its ring to be set up anew.
  public static let reconnection = ServerFeatures(rawValue: 1)
  /// The ring page says why the server stopped serving it.
  public static let error = ServerFeatures(rawValue: 2)
  /// A watch may have a depth, and the special watches their forms for one domain.
  public static let watchDepth = ServerFeatures(rawValue: 4)
  /// `DOMID_ANY` means every domain in a permission list.
  public static let anyDomain = ServerFeatures(rawValue: 8)
  /// All of them.
  public static let all: ServerFeatures = [.reconnection, .error, .watchDepth, .anyDomain]
}
