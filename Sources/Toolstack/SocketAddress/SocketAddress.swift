// SocketAddress is where a Unix socket stands: a path, or a name without a file. It is the one place
// that fills the kernel's structure, for servers and clients alike; it owns no descriptor.

import Glibc

/// The address of a Unix socket.
public struct SocketAddress {
  private var address = sockaddr_un()
  private let length: socklen_t

  /// Makes the address of a path; nil when the path is too long for one.
  ///
  /// - Parameter path: where the socket's file is. With `@` in front it is a name that has none.
  /// - Source: unix(7)
  public init?(_ path: String) {
    guard let first = path.utf8.first else { return nil }
    let isAbstract = first == UInt8(ascii: "@")
    let bytes = (isAbstract ? [0] : [first]) + path.utf8.dropFirst()
    address.sun_family = sa_family_t(AF_UNIX)
    // Safety: the bytes are copied into the field only when they fit, with the nul behind a path.
    let fits = unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard bytes.count < field.count else { return false }
      unsafe field.copyBytes(from: bytes)
      return true
    }
    guard fits else { return nil }
    length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count + (isAbstract ? 0 : 1))
  }

  /// Gives a socket this address; false and `errno` when it cannot have it.
  public func bind(_ descriptor: Int32) -> Bool {
    // Safety: the kernel reads as many bytes as the address has.
    unsafe withAddress { unsafe Glibc.bind(descriptor, $0, $1) } == 0
  }

  /// Connects a socket to the one that stands here; false and `errno` when that fails.
  public func connect(_ descriptor: Int32) -> Bool {
    // Safety: the kernel reads as many bytes as the address has.
    unsafe withAddress { unsafe Glibc.connect(descriptor, $0, $1) } == 0
  }

  /// Sends a datagram to the socket that stands here; false and `errno` when that fails.
  public func send(_ bytes: [UInt8], through descriptor: Int32) -> Bool {
    // Safety: the kernel reads as many bytes as the datagram and the address have.
    let sent = unsafe bytes.withUnsafeBytes { bytes in
      unsafe withAddress { pointer, length in
        unsafe sendto(
          descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
      }
    }
    return sent == bytes.count
  }

  private func withAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    // Safety: every address of a socket begins as sockaddr does; the pointer stays within this call.
    unsafe withUnsafePointer(to: address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe body(pointer, length)
      }
    }
  }
}
