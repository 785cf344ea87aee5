// The calls to the kernel, and the only unsafe code of the server: buffers are handed over with
// their own lengths, and no pointer outlives its call.

import CXenStore
import Glibc
import SocketAddress
import XenStoreWire

/// A call to the kernel that failed.
public struct SystemError: Error {
  /// What was tried.
  public let call: String
  /// The error's number.
  public let code: Int32

  init(_ call: String) {
    self.call = call
    code = errno
  }

  /// What went wrong, for a person.
  public var message: String {
    // Safety: strerror returns a string that stays until its next call; it is copied at once.
    let text = unsafe strerror(code).map { unsafe String(cString: $0) }
    return "\(call): \(text ?? "error \(code)")"
  }
}

/// What became of an attempt to move bytes.
enum Transfer {
  case bytes(Int)
  case wouldBlock
  case closed
}

enum SystemCalls {
  private static func outcome(_ result: Int) -> Transfer {
    if result > 0 { return .bytes(result) }
    if result == 0 { return .closed }
    return errno == EAGAIN || errno == EINTR ? .wouldBlock : .closed
  }

  /// Receives as many bytes as fit.
  static func receive(_ descriptor: Int32, into buffer: inout [UInt8]) -> Transfer {
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      // Safety: the kernel writes at most the buffer's own length.
      unsafe recv(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
    }
    return outcome(count)
  }

  /// Sends as many bytes as the kernel takes.
  static func transmit(_ descriptor: Int32, _ bytes: Span<UInt8>) -> Transfer {
    let count = unsafe bytes.withUnsafeBufferPointer { bytes in
      // Safety: the kernel reads at most the span's own length.
      unsafe send(
        descriptor, bytes.baseAddress, bytes.count,
        Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
    return outcome(count)
  }

  /// Waits for descriptors that are ready.
  static func wait(_ epoll: Int32, into ready: inout [cxs_event], timeout: Int32) -> Int {
    let count = unsafe ready.withUnsafeMutableBufferPointer { events in
      // Safety: at most as many events are written as the buffer holds.
      unsafe cxs_epoll_wait(
        epoll, events.baseAddress, Int32(truncatingIfNeeded: events.count), timeout)
    }
    return max(0, Int(count))
  }

  /// Takes a waiting client of a listening socket; nil when there is none.
  static func accept(_ listener: Int32) -> Int32? {
    let descriptor = cxs_accept(listener)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Makes a listening socket at a path, in place of one that is there.
  static func listen(at path: String) throws(SystemError) -> Int32 {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_UNIX, flags, 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    guard let address = SocketAddress(path) else {
      close(descriptor)
      errno = ENAMETOOLONG
      throw SystemError(path)
    }
    // Who answers there serves on: two servers would share domains' rings.
    if address.connect(descriptor) || errno == EAGAIN {
      close(descriptor)
      errno = EADDRINUSE
      throw SystemError(path)
    }
    // Safety: the path is a Swift string, passed with its nul.
    _ = unsafe unlink(path)
    guard address.bind(descriptor), Glibc.listen(descriptor, 1024) == 0 else {
      throw SystemError(path)
    }
    // Safety: the path is a Swift string, passed with its nul.
    _ = unsafe chmod(path, 0o600)
    return descriptor
  }

  /// Raises the limit of open descriptors as far as allowed.
  static func raiseDescriptorLimit() {
    var limit = rlimit()
    // Safety: one structure of that type is written, and read.
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  /// Opens the hypervisor's devices, or takes over what a former server had open; returns what
  /// failed.
  static func openHypervisor(_ descriptor: Int32 = -1, _ port: Int64 = -1) -> SystemError? {
    var call: UnsafePointer<CChar>?
    // Safety: one pointer is written, to a string that lives as long as the program.
    guard unsafe cxs_xen_open(descriptor, port, &call) != 0 else { return nil }
    return SystemError(unsafe call.map { unsafe String(cString: $0) } ?? "hypervisor")
  }

  /// Some domains from this number on, in order; nil when the hypervisor does not say. When they
  /// are fewer than `CXS_DOMAINS`, no more exist.
  static func domains(from first: DomainID) -> [DomainState]? {
    var found = [cxs_domain](repeating: cxs_domain(), count: CXS_DOMAINS)
    let count = unsafe found.withUnsafeMutableBufferPointer { found in
      // Safety: the buffer holds as many as are written at most.
      unsafe cxs_xen_domains(UInt32(first.rawValue), found.baseAddress)
    }
    guard count >= 0 else { return nil }
    return found.prefix(Int(count)).map {
      DomainState(
        domain: DomainID(rawValue: $0.number), isDead: $0.is_dead != 0,
        hasShutDown: $0.has_shut_down != 0)
    }
  }

  /// A clock that only goes forward.
  static func milliseconds() -> Int64 { cxs_milliseconds() }

  /// A number that nobody outside can know.
  static func randomSeed() -> UInt64 { UInt64.random(in: .min ... .max) }

  /// Writes a text to a file.
  static func write(_ text: String, to path: String) throws(SystemError) {
    // Safety: the path and the text are passed with their own lengths.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(path) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    let count = unsafe bytes.withUnsafeBytes { bytes in
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
    guard count == bytes.count else { throw SystemError(path) }
  }

  /// Opens a file so that all writes go to its end; none ever waits, should it be a pipe.
  static func openToAppend(_ path: String) throws(SystemError) -> Int32 {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(
      path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o640)
    guard descriptor >= 0 else { throw SystemError(path) }
    return descriptor
  }

  /// Writes a line; false when it cannot be written at once.
  @discardableResult
  static func write(line: String, to descriptor: Int32) -> Bool {
    guard waitToWrite(descriptor, 0), case .bytes = write(Array(line.utf8).span, to: descriptor)
    else { return false }
    return true
  }

  /// The value of an environment variable.
  static func environment(_ name: String) -> String? {
    // Safety: the string is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// Tells the service manager how we are, when there is one.
  ///
  /// - Source: sd_notify(3)
  static func notify(_ state: String) {
    guard let path = environment("NOTIFY_SOCKET"), let address = SocketAddress(path) else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    _ = address.send(Array(state.utf8), through: descriptor)
  }

  /// Tells the service manager that we are ready, and which process we are.
  static func notifyReady() { notify("READY=1\nMAINPID=\(getpid())") }

  /// Writes our number to a file, which stays locked as long as we run: the C daemon looks for that.
  ///
  /// - Throws: what the kernel refused; `EAGAIN` when another process holds the file.
  static func writeProcessFile(_ path: String) throws(SystemError) {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(path) }
    guard lockf(descriptor, F_TLOCK, 0) == 0, ftruncate(descriptor, 0) == 0,
      case .bytes = write(Array("\(getpid())\n".utf8).span, to: descriptor)
    else {
      let error = SystemError(path)
      close(descriptor)
      throw error
    }
  }
}
