import Glibc
import Synchronization

/// Standard output, gathered, and standard error.
enum Output {
  private static let gathered = Mutex<[UInt8]>([])

  static func write(_ text: String) { write(Words.bytes(of: text)) }

  static func write(_ bytes: [UInt8]) {
    let isFull = gathered.withLock { gathered in
      gathered.append(contentsOf: bytes)
      return gathered.count >= 65536
    }
    if isFull { try? flush() }
  }

  /// Writes what was gathered.
  ///
  /// - Throws: when nobody takes it.
  static func flush() throws(Failure) {
    let bytes = gathered.withLock { gathered in
      defer { gathered = [] }
      return gathered
    }
    guard put(bytes, to: 1) else { throw Failure("cannot write to standard output") }
  }

  static func complain(_ line: String) { _ = put(Words.bytes(of: line) + [0x0a], to: 2) }

  /// Forgets what was gathered, when it has to be said again.
  static func discard() { gathered.withLock { $0 = [] } }

  private static func put(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = unsafe bytes.span.extracting(offset..<bytes.count).withUnsafeBytes { rest in
        // Safety: the kernel reads at most the span's own length.
        unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }

  /// The terminal's columns; nil when standard output is none.
  static var columns: Int? {
    var size = winsize()
    // Safety: one structure of that type is written.
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
    return Int(size.ws_col)
  }
}
