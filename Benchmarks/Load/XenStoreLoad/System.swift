// The calls to the kernel, and the only unsafe code here: buffers are handed over with their own
// lengths, and no pointer outlives its call.

import CXenStoreLoad
import Glibc

/// What became of an attempt to receive.
public enum Received {
  /// So many bytes; none when nothing was there.
  case bytes(Int)
  /// The other side is gone.
  case closed
}

/// Linux.
public enum System {
  /// Ends the program and says why.
  public static func fail(_ message: String) -> Never {
    let line = Array("\(message)\n".utf8)
    // Safety: the bytes are read in their own length.
    _ = unsafe line.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    exit(1)
  }

  /// Connects to a socket.
  ///
  /// - Returns: the descriptor and who serves it.
  public static func connect(_ path: String) -> (descriptor: Int32, process: Int32) {
    var process: Int32 = 0
    // Safety: the path is passed with its nul, and one number is written.
    let descriptor = unsafe xsl_connect(path, &process)
    guard descriptor >= 0 else { fail("\(path): error \(errno)") }
    return (descriptor, process)
  }

  /// Listens at a path, in place of what is there.
  public static func listen(_ path: String) -> Int32 {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe xsl_listen(path)
    guard descriptor >= 0 else { fail("\(path): error \(errno)") }
    return descriptor
  }

  /// Takes a waiting client; nil when there is none.
  public static func accept(_ listener: Int32) -> Int32? {
    let descriptor = xsl_accept(listener)
    return descriptor >= 0 ? descriptor : nil
  }

  /// Closes a descriptor.
  public static func forget(_ descriptor: Int32) { close(descriptor) }

  /// Makes something that waits for many descriptors.
  public static func epoll() -> Int32 { xsl_epoll_create() }

  /// Adds a descriptor to it, or says anew what is of interest.
  public static func watch(
    _ epoll: Int32, _ descriptor: Int32, isNew: Bool, writes: Bool, number: UInt32
  ) {
    _ = xsl_epoll_set(epoll, descriptor, isNew ? 1 : 0, writes ? 1 : 0, number)
  }

  /// Waits; returns how many of `ready`, which has room for 256, were filled in.
  public static func wait(_ epoll: Int32, into ready: inout [UInt32], milliseconds: Int32) -> Int {
    precondition(ready.count >= 256)
    return unsafe ready.withUnsafeMutableBufferPointer { ready in
      // Safety: at most 256 numbers are written.
      Int(unsafe xsl_epoll_wait(epoll, ready.baseAddress, milliseconds))
    }
  }

  /// Receives what is there.
  @inline(__always)
  public static func receive(
    _ descriptor: Int32, into bytes: inout [UInt8], from start: Int = 0
  ) -> Received {
    let count = unsafe bytes.withUnsafeMutableBytes { bytes in
      // Safety: the kernel writes at most as many bytes as the slice has.
      let rest = unsafe bytes[start...]
      return unsafe xsl_receive(
        descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, UInt64(rest.count))
    }
    return count < 0 ? .closed : .bytes(Int(count))
  }

  /// Sends what fits; nil when the other side is gone.
  @inline(__always)
  public static func send(_ descriptor: Int32, _ bytes: Span<UInt8>) -> Int? {
    let count = unsafe bytes.withUnsafeBufferPointer { bytes in
      // Safety: the kernel reads at most the span's own length.
      unsafe xsl_send(descriptor, bytes.baseAddress, UInt64(bytes.count))
    }
    return count < 0 ? nil : Int(count)
  }

  /// Nanoseconds of a clock that only goes forward.
  @inline(__always)
  public static func now() -> Int64 { xsl_now() }

  /// Stays on one CPU.
  public static func pin(_ cpu: Int) { _ = xsl_pin(Int32(cpu)) }

  /// Raises the limit of open descriptors as far as allowed.
  public static func raiseLimit() { xsl_raise_limit() }

  /// Reads a small file; empty when it cannot.
  public static func text(_ path: String) -> String {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = unsafe bytes.withUnsafeMutableBytes { bytes in
      // Safety: the kernel writes at most the buffer's own length.
      unsafe read(descriptor, bytes.baseAddress, bytes.count)
    }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// The names in a directory.
  public static func names(_ path: String) -> [String] {
    // Safety: the directory is open until it is closed below; a name is copied at once.
    guard let directory = unsafe opendir(path) else { return [] }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { name in
        unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    unsafe closedir(directory)
    return names
  }
}
