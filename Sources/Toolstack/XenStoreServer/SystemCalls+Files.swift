// The calls to the kernel about the files that keep our state.

import Glibc

extension SystemCalls {
  /// What this boot of the machine is called: what was written before it is of no use.
  static let bootName: [UInt8] =
    (try? contents(of: "/proc/sys/kernel/random/boot_id").filter { $0 > 32 }) ?? []

  /// Reads a file, or the bytes that it begins with.
  ///
  /// - Throws: what the kernel refused.
  static func contents(
    of path: String, atMost limit: Int = .max
  ) throws(SystemError) -> [UInt8] {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(path) }
    defer { close(descriptor) }
    // Some files, as those of /proc, do not say how long they are.
    let length = max(4096, lseek(descriptor, 0, SEEK_END) &+ 1)
    _ = lseek(descriptor, 0, SEEK_SET)
    var bytes: [UInt8] = []
    while bytes.count < limit {
      var count = 0
      let room = min(length, limit &- bytes.count)
      let part = unsafe [UInt8](unsafeUninitializedCapacity: room) { part, initialized in
        // Safety: the kernel writes at most the buffer's own length.
        count = unsafe Glibc.read(descriptor, part.baseAddress, part.count)
        initialized = max(0, count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw SystemError(path) }
      if count == 0 { break }
      if bytes.isEmpty { bytes = part } else { bytes += part }
    }
    return bytes
  }

  /// Appends bytes to an open file.
  ///
  /// - Throws: what the kernel refused.
  static func append(_ bytes: Span<UInt8>, to descriptor: Int32) throws(SystemError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        // Safety: what is read lies within the span.
        unsafe Glibc.write(
          descriptor, bytes.baseAddress.map { unsafe $0 + written }, bytes.count &- written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write") }
      written &+= count
    }
  }

  /// Opens a file for us alone, empty; it is made when it is not there.
  ///
  /// - Throws: what the kernel refused.
  static func createPrivate(_ path: String) throws(SystemError) -> Int32 {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError(path) }
    return descriptor
  }

  /// Makes a folder, for us alone unless said otherwise, when it is not there.
  ///
  /// - Throws: what the kernel refused.
  static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(SystemError) {
    // Safety: the path is passed with its nul.
    guard unsafe mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError(path) }
  }

  /// Locks a file as long as we have it open; nil when another process has locked it.
  ///
  /// - Throws: what the kernel refused.
  static func lock(_ path: String) throws(SystemError) -> Int32? {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SystemError(path) }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    defer { close(descriptor) }
    if errno == EWOULDBLOCK { return nil }
    throw SystemError(path)
  }

  /// Gives a file another name, in place of one that has it.
  ///
  /// - Throws: what the kernel refused.
  static func rename(_ old: String, to new: String) throws(SystemError) {
    // Safety: both paths are passed with their nuls.
    guard unsafe Glibc.rename(old, new) == 0 else { throw SystemError(new) }
  }

  /// Removes a file, when there is one.
  static func remove(_ path: String) {
    // Safety: the path is passed with its nul.
    _ = unsafe unlink(path)
  }

  /// Takes bytes off the end of a file, since the kernel frees many at once only slowly; removes it
  /// when none are left, and is true then.
  static func shorten(_ path: String, by bytes: Int) -> Bool {
    // Safety: the path is passed with its nul.
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return true }
    defer { close(descriptor) }
    let length = lseek(descriptor, 0, SEEK_END)
    if length > bytes, ftruncate(descriptor, length - bytes) == 0 { return false }
    remove(path)
    return true
  }

  /// The names in a folder.
  static func names(in path: String) -> [String] {
    // Safety: the path is passed with its nul; each name is copied before the next is read, and the
    // folder is closed once.
    guard let folder = unsafe opendir(path) else { return [] }
    defer { _ = unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
