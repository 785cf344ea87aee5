// The error numbers a hypercall returns, negated, to its caller.
//
// Source: xen/errno.h.

/// An error number of the interface; a hypercall returns it negated.
///
/// Case names are C's.
public enum XenErrno: Int32, Error, Sendable {
  /// Operation not permitted (`XEN_EPERM`).
  case EPERM = 1
  /// No such entry (`XEN_ENOENT`).
  case ENOENT = 2
  /// No such domain or process (`XEN_ESRCH`).
  case ESRCH = 3
  /// Interrupted; internal, never shown to a guest (`XEN_EINTR`).
  case EINTR = 4
  /// Input or output error (`XEN_EIO`).
  case EIO = 5
  /// No such device or address (`XEN_ENXIO`).
  case ENXIO = 6
  /// Argument list too long (`XEN_E2BIG`).
  case E2BIG = 7
  /// Not a loadable image (`XEN_ENOEXEC`).
  case ENOEXEC = 8
  /// Bad file number (`XEN_EBADF`).
  case EBADF = 9
  /// No child (`XEN_ECHILD`).
  case ECHILD = 10
  /// Try again (`XEN_EAGAIN`).
  case EAGAIN = 11
  /// Out of memory (`XEN_ENOMEM`).
  case ENOMEM = 12
  /// Access denied; also a wrong domctl or sysctl interface version (`XEN_EACCES`).
  case EACCES = 13
  /// Bad guest address (`XEN_EFAULT`).
  case EFAULT = 14
  /// Busy (`XEN_EBUSY`).
  case EBUSY = 16
  /// Exists already (`XEN_EEXIST`).
  case EEXIST = 17
  /// Crosses a device or domain boundary (`XEN_EXDEV`).
  case EXDEV = 18
  /// No such device (`XEN_ENODEV`).
  case ENODEV = 19
  /// Not a directory (`XEN_ENOTDIR`).
  case ENOTDIR = 20
  /// Is a directory (`XEN_EISDIR`).
  case EISDIR = 21
  /// Invalid argument (`XEN_EINVAL`).
  case EINVAL = 22
  /// System-wide table full (`XEN_ENFILE`).
  case ENFILE = 23
  /// Per-caller table full (`XEN_EMFILE`).
  case EMFILE = 24
  /// No space left (`XEN_ENOSPC`).
  case ENOSPC = 28
  /// Read-only (`XEN_EROFS`).
  case EROFS = 30
  /// Too many links (`XEN_EMLINK`).
  case EMLINK = 31
  /// Argument outside the domain of the function (`XEN_EDOM`).
  case EDOM = 33
  /// Result does not fit (`XEN_ERANGE`).
  case ERANGE = 34
  /// Would deadlock (`XEN_EDEADLK`).
  case EDEADLK = 35
  /// Name too long (`XEN_ENAMETOOLONG`).
  case ENAMETOOLONG = 36
  /// No locks available (`XEN_ENOLCK`).
  case ENOLCK = 37
  /// Hypercall or sub-operation not implemented (`XEN_ENOSYS`).
  case ENOSYS = 38
  /// Not empty (`XEN_ENOTEMPTY`).
  case ENOTEMPTY = 39
  /// No data available (`XEN_ENODATA`).
  case ENODATA = 61
  /// Timer expired (`XEN_ETIME`).
  case ETIME = 62
  /// Not a data message (`XEN_EBADMSG`).
  case EBADMSG = 74
  /// Value too large for its type (`XEN_EOVERFLOW`).
  case EOVERFLOW = 75
  /// Illegal byte sequence (`XEN_EILSEQ`).
  case EILSEQ = 84
  /// To be continued; internal, never shown to a guest (`XEN_ERESTART`).
  case ERESTART = 85
  /// Not a socket (`XEN_ENOTSOCK`).
  case ENOTSOCK = 88
  /// Message too large (`XEN_EMSGSIZE`).
  case EMSGSIZE = 90
  /// Operation not supported (`XEN_EOPNOTSUPP`).
  case EOPNOTSUPP = 95
  /// Address in use (`XEN_EADDRINUSE`).
  case EADDRINUSE = 98
  /// Address not available (`XEN_EADDRNOTAVAIL`).
  case EADDRNOTAVAIL = 99
  /// No buffer space (`XEN_ENOBUFS`).
  case ENOBUFS = 105
  /// Already connected (`XEN_EISCONN`).
  case EISCONN = 106
  /// Not connected (`XEN_ENOTCONN`).
  case ENOTCONN = 107
  /// Timed out (`XEN_ETIMEDOUT`).
  case ETIMEDOUT = 110
  /// Connection refused (`XEN_ECONNREFUSED`).
  case ECONNREFUSED = 111
}

extension XenErrno {
  /// Would block; the same number as `EAGAIN` (`XEN_EWOULDBLOCK`).
  public static var EWOULDBLOCK: XenErrno { .EAGAIN }
  /// Would deadlock; the same number as `EDEADLK` (`XEN_EDEADLOCK`).
  public static var EDEADLOCK: XenErrno { .EDEADLK }
}
