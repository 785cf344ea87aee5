import Glibc

/// A file's bytes, where the kernel has them: nothing is copied. Nobody may shorten the file
/// meanwhile; those that are mapped here belong to us alone.
@safe struct MappedFile: ~Copyable {
  // Safety of the `@safe` type rests on this: it is mapped until `deinit`, or empty.
  private let mapped: UnsafeRawBufferPointer

  /// Maps a whole file.
  ///
  /// - Throws: what the kernel refused.
  init(_ path: String) throws(SystemError) {
    unsafe mapped = try Self.map(path)
  }

  private static func map(_ path: String) throws(SystemError) -> UnsafeRawBufferPointer {
    // Safety: the path is passed with its nul.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw SystemError(path) }
    defer { close(file) }
    let length = lseek(file, 0, SEEK_END)
    guard length >= 0 else { throw SystemError(path) }
    guard length > 0 else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
    // Safety: the kernel maps that many bytes, or returns MAP_FAILED.
    let place = unsafe mmap(nil, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0)
    guard unsafe place != MAP_FAILED else { throw SystemError(path) }
    return unsafe UnsafeRawBufferPointer(start: place, count: length)
  }

  deinit {
    guard let base = unsafe mapped.baseAddress else { return }
    // Safety: spans of it have ended before.
    _ = unsafe munmap(UnsafeMutableRawPointer(mutating: base), mapped.count)
  }

  /// The bytes.
  var bytes: Span<UInt8> {
    @_lifetime(borrow self)
    get {
      // Safety: they are mapped as long as we are there.
      let span = unsafe Span<UInt8>(_unsafeBytes: mapped)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }
}
