/// Why a request was refused. The protocol hands over the name, not a number.
///
/// - Source: `xen/include/public/io/xs_wire.h` (`xsd_errors`)
public enum StoreError: UInt8, Error, CaseIterable, Sendable {
  /// `EINVAL`: malformed.
  case invalid
  /// `EACCES`: no permission.
  case accessDenied
  /// `EEXIST`: such a watch or domain is there already.
  case exists
  /// `EISDIR`: never sent by us.
  case isDirectory
  /// `ENOENT`: no such node, watch, domain or transaction.
  case notFound
  /// `ENOMEM`: no memory.
  case noMemory
  /// `ENOSPC`: a quota is used up.
  case noSpace
  /// `EIO`: an object outside failed us.
  case inputOutput
  /// `ENOTEMPTY`: never sent by us.
  case notEmpty
  /// `ENOSYS`: no such message type or command.
  case notImplemented
  /// `EROFS`: never sent by us.
  case readOnly
  /// `EBUSY`: a transaction within a transaction.
  case busy
  /// `EAGAIN`: something that the transaction saw has changed.
  case again
  /// `EISCONN`: never sent by us.
  case connected
  /// `E2BIG`: the answer does not fit in a message, or a value not in a node.
  case tooBig
  /// `EPERM`: not the owner's to change.
  case notPermitted

  /// The name as it is sent, short enough to live without an allocation.
  public var name: String {
    switch self {
    case .invalid: "EINVAL"
    case .accessDenied: "EACCES"
    case .exists: "EEXIST"
    case .isDirectory: "EISDIR"
    case .notFound: "ENOENT"
    case .noMemory: "ENOMEM"
    case .noSpace: "ENOSPC"
    case .inputOutput: "EIO"
    case .notEmpty: "ENOTEMPTY"
    case .notImplemented: "ENOSYS"
    case .readOnly: "EROFS"
    case .busy: "EBUSY"
    case .again: "EAGAIN"
    case .connected: "EISCONN"
    case .tooBig: "E2BIG"
    case .notPermitted: "EPERM"
    }
  }

  /// Reads a name out of an error reply; one that the protocol does not list means `EINVAL`.
  public init(reading payload: Span<UInt8>) {
    var length = payload.count
    if length > 0, payload[length - 1] == 0 { length -= 1 }
    self = .invalid
    for error in Self.allCases {
      let name = error.name.utf8
      guard name.count == length else { continue }
      var same = true
      for (index, byte) in name.enumerated() where byte != payload[index] { same = false }
      if same { self = error }
    }
  }

  /// Appends the name with its closing nul: the payload of an error reply.
  public func append(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: name.utf8)
    bytes.append(0)
  }
}
