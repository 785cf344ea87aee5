// The calls to the kernel, and the only unsafe code of the client: buffers are handed over with
// their own lengths, and no pointer outlives its call.

import Glibc
import SocketAddress

enum SystemCalls {
  /// What leads to the server.
  enum Kind: Sendable {
    case socket
    /// A device of the kernel: each message is a write of its own.
    case device
  }

  enum Opened {
    case descriptor(Int32)
    case absent
    case nobodyListens
    case failed(Int32)
  }

  /// What became of an attempt to move bytes.
  enum Transfer {
    case bytes(Int)
    case wouldBlock
    case failed(Int32)
  }

  /// An error's number in words.
  static func text(_ code: Int32) -> String {
    // Safety: strerror returns a string that stays until its next call; it is copied at once.
    unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  }

  /// The value of an environment variable.
  static func environment(_ name: String) -> String? {
    // Safety: the string is copied at once.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// What a path leads to; nil when there is nothing.
  static func kind(of path: String) -> Kind? {
    var status = stat()
    // Safety: the path is passed with its nul, and one structure of that type is written.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return status.st_mode & S_IFMT == S_IFSOCK ? .socket : .device
  }

  /// Opens a device, or connects to a socket.
  static func open(_ path: String, _ kind: Kind) -> Opened {
    switch kind {
    case .socket: connect(path)
    case .device: openDevice(path)
    }
  }

  private static func openDevice(_ path: String) -> Opened {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    if descriptor >= 0 { return .descriptor(descriptor) }
    return errno == ENOENT || errno == ENODEV || errno == ENXIO ? .absent : .failed(errno)
  }

  private static func connect(_ path: String) -> Opened {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, flags, 0)
    guard descriptor >= 0 else { return .failed(errno) }
    guard let address = SocketAddress(path) else {
      close(descriptor)
      return .failed(ENAMETOOLONG)
    }
    guard address.connect(descriptor) else {
      let code = errno
      close(descriptor)
      switch code {
      case ENOENT: return .absent
      case ECONNREFUSED: return .nobodyListens
      default: return .failed(code)
      }
    }
    return .descriptor(descriptor)
  }

  /// The two ends of a pipe, neither of which blocks: what is read from, what is written to.
  static func makePipe() -> (Int32, Int32)? {
    var ends: [Int32] = [0, 0]
    // Safety: two descriptors are written into an array of two.
    let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
    guard result == 0 else { return nil }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    return (ends[0], ends[1])
  }

  /// Receives as many bytes as are there and fit; 0 bytes mean that the other side is gone.
  static func receive(_ descriptor: Int32, _ kind: Kind, into buffer: inout [UInt8]) -> Transfer {
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      // Safety: the kernel writes at most the buffer's own length.
      switch kind {
      case .socket: unsafe recv(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
      case .device: unsafe read(descriptor, bytes.baseAddress, bytes.count)
      }
    }
    return outcome(count)
  }

  /// Sends as many bytes from an offset on as the kernel takes.
  static func transmit(
    _ descriptor: Int32, _ kind: Kind, _ message: [UInt8], from offset: Int
  ) -> Transfer {
    let count = unsafe message.span.extracting(offset..<message.count).withUnsafeBytes { bytes in
      // Safety: the kernel reads at most the span's own length.
      switch kind {
      case .socket:
        unsafe send(
          descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
      case .device: unsafe write(descriptor, bytes.baseAddress, bytes.count)
      }
    }
    return outcome(count)
  }

  private static func outcome(_ result: Int) -> Transfer {
    if result >= 0 { return .bytes(result) }
    return errno == EAGAIN || errno == EINTR ? .wouldBlock : .failed(errno)
  }

  /// Waits until the descriptor is ready, or the waker was woken; takes what woke it.
  ///
  /// - Parameters:
  ///   - descriptor: -1 for none.
  ///   - milliseconds: how long at most; -1 for ever.
  static func wait(
    _ descriptor: Int32 = -1, writes: Bool = false, waker: Int32, milliseconds: Int32 = -1
  ) {
    let events = Int16(POLLIN) | (writes ? Int16(POLLOUT) : 0)
    var polled = [
      pollfd(fd: descriptor, events: events, revents: 0),
      pollfd(fd: waker, events: Int16(POLLIN), revents: 0),
    ]
    // Safety: the array is passed with its own length.
    _ = unsafe polled.withUnsafeMutableBufferPointer {
      unsafe poll($0.baseAddress, nfds_t($0.count), milliseconds)
    }
    guard polled[1].revents != 0 else { return }
    var drain = [UInt8](repeating: 0, count: 64)
    _ = receive(waker, .device, into: &drain)
  }

  /// Wakes who waits.
  static func wake(_ waker: Int32) { _ = transmit(waker, .device, [1], from: 0) }
}

extension SystemCalls {
  /// Closes a descriptor.
  static func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  /// The error of the last call.
  static var lastError: Int32 { errno }
}
