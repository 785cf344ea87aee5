// A file that outlives us, however we end: what is stored to its mapping stays in the page cache. It
// is mapped a window at a time, and every page is allocated before it is stored to, since a page that
// cannot be had would end us. The kernel takes its time for that, so it happens ahead, a few pages at
// once.

import CXenStore
import Glibc
import Synchronization

/// A file of bytes that grows; what was committed is there after a `kill -9`.
///
///     0          8         16                 24     96        104                        4096
///     "xsjournl" | version | committed length | boot | suspect | whom, how often, when | ... bytes
///
/// A crash stores whom we served then as the suspect.
@safe final class JournalFile {
  private static let window = 256 << 10
  private static let headBytes = 4096
  /// Pages are allocated in steps of so many bytes or more, until so many are ahead.
  private static let step = 16 << 10
  private static let reserve = 128 << 10
  /// `MADV_POPULATE_WRITE`, since Linux 5.14.
  private static let populate: Int32 = 23
  private static let magic: UInt64 = 0x6c6e_7275_6f6a_7378
  private static let version: UInt64 = 1

  private let descriptor: Int32
  // Safety of the `@safe` type rests on these: each is a mapping of a page or of a window's bytes,
  // until `deinit`, or until the window is full. Bytes up to `allocated` may be stored to.
  private let head: UnsafeMutableRawPointer
  private var body: UnsafeMutableRawPointer
  private var next: UnsafeMutableRawPointer?
  /// Bytes appended, and how many of them stand before the window.
  private(set) var count = 0
  private var base = 0
  /// For how many bytes there is room.
  private(set) var allocated = 0

  /// Makes an empty file in the place of one of that name.
  ///
  /// - Parameter strikes: who is suspected of crashes so far.
  /// - Throws: what the kernel refused.
  init(path: String, strikes: Strikes = Strikes()) throws(SystemError) {
    // Safety: the path is passed with its nul.
    let file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemError(path) }
    do throws(SystemError) {
      unsafe head = try Self.map(file, 0, Self.headBytes)
      do throws(SystemError) {
        try Self.allocate(file, 0, Self.headBytes &+ Self.step)
        unsafe body = try Self.map(file, Self.headBytes, Self.window)
      } catch {
        // Safety: nothing else refers to the mapping that was just made.
        _ = unsafe munmap(head, Self.headBytes)
        throw error
      }
    } catch {
      close(file)
      // Safety: the path is passed with its nul.
      _ = unsafe unlink(path)
      throw error
    }
    descriptor = file
    allocated = Self.step
    let boot = SystemCalls.bootName
    // Safety: everything lies within the head's page.
    unsafe head.storeBytes(of: Self.version, toByteOffset: 8, as: UInt64.self)
    for (index, byte) in boot.prefix(64).enumerated() {
      unsafe head.storeBytes(of: byte, toByteOffset: 24 + index, as: UInt8.self)
    }
    unsafe head.storeBytes(of: strikes.suspect, toByteOffset: 104, as: UInt64.self)
    unsafe head.storeBytes(of: strikes.count, toByteOffset: 112, as: UInt64.self)
    unsafe head.storeBytes(of: strikes.time, toByteOffset: 120, as: UInt64.self)
    commit()
    unsafe head.storeBytes(of: Self.magic, toByteOffset: 0, as: UInt64.self)
    unsafe cxs_tell_of_crash((head + 96).assumingMemoryBound(to: UInt64.self))
  }

  deinit {
    // Safety: nobody refers to the mappings any more, a crash neither.
    unsafe cxs_forget_crash((head + 96).assumingMemoryBound(to: UInt64.self))
    _ = unsafe munmap(head, Self.headBytes)
    _ = unsafe munmap(body, Self.window)
    if let next = unsafe next { _ = unsafe munmap(next, Self.window) }
    close(descriptor)
  }

  /// Maps bytes of a file, there or not.
  private static func map(
    _ file: Int32, _ offset: Int, _ length: Int
  ) throws(SystemError) -> UnsafeMutableRawPointer {
    // Safety: the kernel maps that many bytes, or returns MAP_FAILED.
    let place = unsafe mmap(
      nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, off_t(offset))
    guard unsafe place != MAP_FAILED, let place = unsafe place else { throw SystemError("mmap") }
    return unsafe place
  }

  /// Has the file system find room for bytes of a file.
  private static func allocate(
    _ file: Int32, _ offset: Int, _ length: Int
  ) throws(SystemError) {
    let error = posix_fallocate(file, off_t(offset), off_t(length))
    guard error == 0 else {
      errno = error
      throw SystemError("room for the journal")
    }
  }

  /// Makes room for more bytes within the window, or within the next one.
  private func allocate(_ bytes: Int) throws(SystemError) {
    let place = allocated &- base
    let isInWindow = place < Self.window
    if !isInWindow, unsafe next == nil {
      unsafe next = try Self.map(
        descriptor, Self.headBytes &+ base &+ Self.window, Self.window)
    }
    let start = isInWindow ? place : place &- Self.window
    let length = min(bytes, Self.window &- start)
    guard length > 0 else { return }
    try Self.allocate(descriptor, Self.headBytes &+ allocated, length)
    if let window = unsafe isInWindow ? body : next {
      // Safety: the bytes lie within that window. A kernel that cannot do this does it at the first
      // store to each page.
      _ = unsafe madvise(window + start, length, Self.populate)
    }
    allocated &+= length
  }

  /// Makes room ahead for as much as was appended since, when it is worth a call.
  ///
  /// - Throws: what the kernel refused.
  func prepare() throws(SystemError) {
    while true {
      let missing = Self.reserve &- (allocated &- count)
      guard missing >= Self.step else { return }
      try allocate(missing / Self.step * Self.step)
    }
  }

  /// Appends bytes, which count when they are committed.
  ///
  /// - Throws: what the kernel refused; then some of them may be lost.
  func append(_ bytes: Span<UInt8>) throws(SystemError) {
    var from = 0
    while from < bytes.count {
      if count == allocated {
        try allocate(max(Self.step, (bytes.count &- from) / Self.step * Self.step))
      }
      if count &- base == Self.window, let window = unsafe next {
        // Safety: the old window is not used after this.
        _ = unsafe munmap(body, Self.window)
        unsafe body = unsafe window
        unsafe next = nil
        base &+= Self.window
      }
      let end = min(allocated, base &+ Self.window)
      let part = min(bytes.count &- from, end &- count)
      unsafe bytes.withUnsafeBytes { source in
        guard let start = source.baseAddress else { return }
        // Safety: `part` bytes from there on lie in the span, and from here on in what is allocated
        // of the window.
        unsafe (body + (count &- base)).copyMemory(from: start + from, byteCount: part)
      }
      count &+= part
      from &+= part
    }
  }

  /// Makes what was appended so far count.
  func commit() {
    // Safety: the word lies in the head's page and is aligned.
    unsafe (head + 16).assumingMemoryBound(to: Atomic<UInt64>.self)
      .pointee.store(UInt64(count), ordering: .releasing)
  }

  /// What was committed to a file of this kind since this machine booted; nil when it is none.
  ///
  /// - Throws: what the kernel refused.
  static func read(_ path: String) throws(SystemError) -> [UInt8]? {
    let file = try SystemCalls.contents(of: path)
    guard file.count >= headBytes, word(file, 0) == magic, word(file, 8) == version,
      file[24...].starts(with: SystemCalls.bootName.prefix(64)),
      let length = Int(exactly: word(file, 16)), length <= file.count &- headBytes
    else { return nil }
    return Array(file[headBytes..<headBytes &+ length])
  }

  /// Who is suspected, after this file's server has ended.
  static func strikes(in path: String) -> Strikes {
    guard let file = try? SystemCalls.contents(of: path, atMost: headBytes),
      file.count == headBytes, word(file, 0) == magic
    else { return Strikes() }
    let known = Strikes(suspect: word(file, 104), count: word(file, 112), time: word(file, 120))
    return known.adding(word(file, 96), at: UInt64(SystemCalls.milliseconds() / 1000))
  }

  private static func word(_ bytes: [UInt8], _ at: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[at &+ $1]) &<< UInt64(8 &* $1) }
  }
}
