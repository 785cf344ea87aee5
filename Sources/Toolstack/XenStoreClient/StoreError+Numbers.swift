import Glibc
public import XenStoreWire

extension StoreError {
  /// The system's number for the error.
  public var errno: Int32 {
    switch self {
    case .invalid: EINVAL
    case .accessDenied: EACCES
    case .exists: EEXIST
    case .isDirectory: EISDIR
    case .notFound: ENOENT
    case .noMemory: ENOMEM
    case .noSpace: ENOSPC
    case .inputOutput: EIO
    case .notEmpty: ENOTEMPTY
    case .notImplemented: ENOSYS
    case .readOnly: EROFS
    case .busy: EBUSY
    case .again: EAGAIN
    case .connected: EISCONN
    case .tooBig: E2BIG
    case .notPermitted: EPERM
    }
  }

  /// The error that a number of the system's stands for; nil for those that a server never sends,
  /// and for `EAGAIN`, by which a device says that it is not ready.
  init?(errno code: Int32) {
    guard code != EAGAIN, code != EIO,
      let error = Self.allCases.first(where: { $0.errno == code })
    else { return nil }
    self = error
  }

  /// The system's words for the error, as other programs print them.
  public var systemText: String { SystemCalls.text(errno) }
}
