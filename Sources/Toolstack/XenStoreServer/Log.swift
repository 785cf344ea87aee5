import Glibc

/// Where lines for an administrator go: standard error, or a file that may be moved away under us.
struct Log {
  private let path: String?
  private var descriptor: Int32 = 2

  /// Opens the file, when one is named; lines are added to what it holds.
  ///
  /// - Throws: what the kernel refused.
  init(path: String?) throws(SystemError) {
    self.path = path
    if let path { descriptor = try SystemCalls.openToAppend(path) }
  }

  /// Opens the file anew; goes on with the old one when that fails.
  mutating func reopen() {
    guard let path else { return }
    do throws(SystemError) {
      let fresh = try SystemCalls.openToAppend(path)
      close(descriptor)
      descriptor = fresh
    } catch {
      write(error.message)
    }
  }

  /// Writes one line.
  func write(_ line: String) { SystemCalls.write(line: "xenstored: \(line)\n", to: descriptor) }
}
