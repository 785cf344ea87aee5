// What logs and settings need of the kernel. Buffers are handed over with their own lengths, and no pointer
// outlives its call.

import Glibc
import SocketAddress

extension SystemCalls {
  /// The time of day: seconds since 1970, and nanoseconds.
  static func wallClock() -> (seconds: Int64, nanoseconds: Int64) {
    var time = timespec()
    // Safety: one structure of that type is written.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return (Int64(time.tv_sec), Int64(time.tv_nsec))
  }

  /// A clock that only goes forward, in microseconds.
  static func microseconds() -> Int64 {
    var time = timespec()
    // Safety: one structure of that type is written.
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000 &+ Int64(time.tv_nsec) / 1000
  }

  /// Writes as many bytes as the file takes.
  static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> Transfer {
    let count = unsafe bytes.withUnsafeBytes { bytes in
      // Safety: the kernel reads at most the span's own length.
      unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
    if count > 0 { return .bytes(count) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .wouldBlock : .closed
  }

  /// The first MiB of a file; nil when there is none.
  ///
  /// - Throws: what the kernel refused.
  static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError(path)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      // Safety: the kernel writes at most the buffer's own length.
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw SystemError(path) }
    return Array(bytes.prefix(count))
  }

  /// Appends a text to a file.
  ///
  /// - Throws: what the kernel refused.
  static func append(_ text: String, to path: String) throws(SystemError) {
    let descriptor = try openToAppend(path)
    defer { close(descriptor) }
    guard write(line: text, to: descriptor) else { throw SystemError(path) }
  }

  /// Appends bytes to an array.
  @inline(__always)
  static func append(_ bytes: Span<UInt8>, to array: inout [UInt8]) {
    unsafe bytes.withUnsafeBufferPointer { bytes in
      // Safety: the buffer is the span, and outlives the call.
      unsafe array.append(contentsOf: bytes)
    }
  }

  private static func wait(_ descriptor: Int32, _ event: Int32, _ milliseconds: Int32) -> Bool {
    var polled = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    // Safety: one structure is read and written.
    return unsafe poll(&polled, 1, milliseconds) > 0
  }

  /// Waits until a descriptor takes bytes; false when it does not in that time.
  @discardableResult
  static func waitToWrite(_ descriptor: Int32, _ milliseconds: Int32) -> Bool {
    wait(descriptor, POLLOUT, milliseconds)
  }

  /// Waits until a descriptor has bytes; false when it has none in that time.
  static func waitToRead(_ descriptor: Int32, _ milliseconds: Int32) -> Bool {
    wait(descriptor, POLLIN, milliseconds)
  }

  /// The ends of a pipe, neither of which blocks.
  static func makePipe() throws(SystemError) -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    // Safety: two descriptors are written into an array of two.
    let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
    guard result == 0 else { throw SystemError("pipe") }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    return (ends[0], ends[1])
  }

  /// Takes what is in a pipe.
  static func drain(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 64)
    _ = unsafe buffer.withUnsafeMutableBytes { buffer in
      // Safety: the kernel writes at most the buffer's own length.
      unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
    }
  }

  /// Gives a line to the system's log; false when it does not take it at once.
  ///
  /// - Source: RFC 3164; `<sys/syslog.h>`, whose facility `LOG_DAEMON` is 3
  static func writeSystemLog(_ text: String, _ level: Int32) -> Bool {
    guard let address = SocketAddress("/dev/log") else { return false }
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let line = "<\(3 << 3 | level)>\(localTime()) xenstored[\(getpid())]: \(text)"
    return address.send(Array(line.utf8), through: descriptor)
  }

  /// The local time as RFC 3164 has it.
  private static func localTime() -> String {
    var now = time_t(wallClock().seconds)
    // Safety: the structure holds a pointer, which nobody follows.
    var parts = unsafe tm()
    var text = [CChar](repeating: 0, count: 32)
    // Safety: one structure is read and one written, and the buffer is passed with its length.
    _ = unsafe localtime_r(&now, &parts)
    let count = unsafe strftime(&text, text.count, "%b %e %H:%M:%S", &parts)
    return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
