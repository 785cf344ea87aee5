import Primitives
import Sync

/// All machine memory, as the hypervisor's direct map shows it (in a test: a run of host memory).
@safe public struct PhysicalMemory: Copyable, @unchecked Sendable {
  // Safety of the `@safe` type: `base` maps frames 0..<frameCount one after the other, for ever.
  @usableFromInline let base: UnsafeMutableRawPointer
  /// One more than the highest mapped frame.
  public let frameCount: UInt64

  /// Describes a direct map.
  /// - Safety: `frameCount` frames are mapped, readable and writable, from `base`, for ever; holes
  ///   without memory are never asked for because the frame table knows no frame there.
  @unsafe public init(base: UnsafeMutableRawPointer, frameCount: UInt64) {
    unsafe self.base = base
    self.frameCount = frameCount
  }

  /// The contents of `mfn`, or nil if the direct map does not reach it.
  @inlinable public func frame(_ mfn: MFN) -> FrameBytes? {
    guard mfn.rawValue < frameCount else { return nil }
    // Safety: below `frameCount`.
    return unsafe FrameBytes(base + Int(truncatingIfNeeded: mfn.rawValue << 12))
  }

  /// The contents of `mfn`, which the caller owns or holds a reference to (a broken promise traps).
  @inlinable public subscript(mfn: MFN) -> FrameBytes {
    precondition(mfn.rawValue < frameCount)
    // Safety: checked on the line above.
    return unsafe FrameBytes(base + Int(truncatingIfNeeded: mfn.rawValue << 12))
  }

  /// Makes `count` records one after the other, from the start of frame `mfn` on.
  /// - Safety: the frames are the hypervisor's own, enough for the records, and used for nothing else
  ///   until each record was ended by `Ref.deinitialize`.
  @unsafe @inlinable @inline(__always)
  public func makeRecords<T: ~Copyable>(
    at mfn: MFN, count: Int, _ make: (_ index: Int) -> T
  ) -> Table<T> {
    precondition(mfn.rawValue < frameCount)
    let start = unsafe base + Int(truncatingIfNeeded: mfn.rawValue << 12)
    // Safety: the caller's promise; a frame is aligned for anything.
    let records = unsafe start.bindMemory(to: T.self, capacity: count)
    for i in 0..<count { unsafe (records + i).initialize(to: make(i)) }
    return unsafe Table(base: records, count: count)
  }

  /// Makes one record at the start of frame `mfn`; it may be as long as a frame.
  /// - Safety: as for several, of one frame.
  @unsafe @inlinable @inline(__always)
  public func makeRecord<T: ~Copyable>(at mfn: MFN, _ make: () -> T) -> Ref<T> {
    precondition(MemoryLayout<T>.size <= 4096)
    // Safety: the caller's promise.
    return unsafe makeRecords(at: mfn, count: 1) { _ in make() }[0]
  }

  /// Lends `count` consecutive bytes at `address`, to be read; nil if the map does not reach them.
  @inlinable public func withBytes<R, E: Error>(
    at address: MachineAddress, count: Int, _ body: (RawSpan) throws(E) -> R
  ) throws(E) -> R? {
    guard reaches(address, count) else { return nil }
    let start = unsafe UnsafeRawPointer(base) + Int(truncatingIfNeeded: address.rawValue)
    // Safety: the whole range is below `frameCount`.
    return try body(unsafe RawSpan(_unsafeStart: start, byteCount: count))
  }

  /// Lends `count` consecutive bytes at `address`, which the hypervisor owns, to be written; nil if
  /// the map does not reach them.
  @inlinable public func withMutableBytes<R, E: Error>(
    at address: MachineAddress, count: Int, _ body: (inout MutableRawSpan) throws(E) -> R
  ) throws(E) -> R? {
    guard reaches(address, count) else { return nil }
    let start = unsafe base + Int(truncatingIfNeeded: address.rawValue)
    // Safety: the whole range is below `frameCount`, and the caller owns it.
    var span = unsafe MutableRawSpan(_unsafeStart: start, byteCount: count)
    return try body(&span)
  }

  @usableFromInline func reaches(_ address: MachineAddress, _ count: Int) -> Bool {
    let limit = frameCount << 12
    return count >= 0 && address.rawValue <= limit && UInt64(count) <= limit - address.rawValue
  }

  /// The address of the first byte of `mfn` in the hypervisor's own address space.
  @inlinable public func address(of mfn: MFN) -> UInt {
    unsafe UInt(bitPattern: base) &+ UInt(truncatingIfNeeded: mfn.rawValue << 12)
  }
}

/// The 4096 bytes of one frame, which a guest or a device may change at any time: every access is
/// one load or store of the size asked for, or a copy whose result the caller checks afterwards.
@safe public struct FrameBytes: Copyable, @unchecked Sendable {
  // Safety of the `@safe` type: 4096 mapped bytes; every access below is checked against that.
  @usableFromInline let base: UnsafeMutableRawPointer

  /// Describes the frame mapped at `base`.
  /// - Safety: 4096 bytes are mapped there and stay mapped while this value is in use.
  @unsafe @inlinable public init(_ base: UnsafeMutableRawPointer) { unsafe self.base = base }

  /// The 64-bit word at `index` (0..<512); the index is taken modulo 512.
  @inlinable public subscript(word index: Int) -> UInt64 {
    // Safety: the masked index stays inside the frame.
    get { unsafe (base + (index & 511) &* 8).load(as: UInt64.self) }
    nonmutating set { unsafe (base + (index & 511) &* 8).storeBytes(of: newValue, as: UInt64.self) }
  }

  /// The 64-bit word at `index` (modulo 512) for locked operations.
  @inlinable public func sharedWord(_ index: Int) -> SharedWord64 {
    // Safety: the masked index stays inside the frame; the frame is page aligned.
    unsafe SharedWord64(UnsafeRawPointer(base + (index & 511) &* 8))
  }

  /// The union of the bits of the four 64-bit words of `group` (0..<128, taken modulo 128).
  @inlinable public func union(ofGroup group: Int) -> UInt64 {
    let first = unsafe UnsafeRawPointer(base + (group & 127) &* 32)
    // Safety: the masked group stays inside the frame; the frame is page aligned.
    return unsafe SharedWord64(first).value | SharedWord64(first + 8).value
      | SharedWord64(first + 16).value | SharedWord64(first + 24).value
  }

  /// The 32-bit word at `index` (modulo 1024) for locked operations.
  @inlinable public func sharedWord32(_ index: Int) -> SharedWord32 {
    // Safety: the masked index stays inside the frame; the frame is page aligned.
    unsafe SharedWord32(UnsafeRawPointer(base + (index & 1023) &* 4))
  }

  /// Reads a plain value at `offset`, or nil if it would leave the frame.
  @inlinable public func load<T: BitwiseCopyable>(_: T.Type, at offset: Int) -> T? {
    guard offset >= 0, offset <= 4096 - MemoryLayout<T>.size else { return nil }
    // Safety: checked on the line above.
    return unsafe base.loadUnaligned(fromByteOffset: offset, as: T.self)
  }

  /// Writes a plain value at `offset`; says whether it fits into the frame.
  @discardableResult @inlinable
  public func store<T: BitwiseCopyable>(_ value: T, at offset: Int) -> Bool {
    guard offset >= 0, offset <= 4096 - MemoryLayout<T>.size else { return false }
    // Safety: checked on the line above.
    unsafe base.storeBytes(of: value, toByteOffset: offset, as: T.self)
    return true
  }

  /// Fills the frame with zeros.
  @inlinable public func clear() {
    // Safety: the frame's own 4096 bytes.
    _ = unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: 4096)
  }

  /// Copies the whole of another frame.
  @inlinable public func copy(from other: FrameBytes) {
    // Safety: both are 4096 bytes; memmove semantics.
    unsafe base.copyMemory(from: other.base, byteCount: 4096)
  }

  /// Copies `count` bytes between two frames; says whether both ranges fit.
  @discardableResult @inlinable
  public func copy(to offset: Int, from other: FrameBytes, at from: Int, count: Int) -> Bool {
    guard offset >= 0, from >= 0, count >= 0, count <= 4096, offset <= 4096 - count,
      from <= 4096 - count
    else { return false }
    // Safety: both ranges were checked above.
    unsafe (base + offset).copyMemory(from: other.base + from, byteCount: count)
    return true
  }

  /// Copies `count` bytes of `span` from `from` on; says whether both ranges fit.
  @discardableResult @inlinable
  public func copy(to offset: Int, from span: RawSpan, at from: Int, count: Int) -> Bool {
    guard offset >= 0, from >= 0, count >= 0, count <= 4096, offset <= 4096 - count,
      count <= span.byteCount, from <= span.byteCount - count
    else { return false }
    // Safety: both ranges were checked above.
    unsafe span.withUnsafeBytes { raw in
      guard let source = raw.baseAddress else { return }
      unsafe (base + offset).copyMemory(from: source + from, byteCount: count)
    }
    return true
  }

  /// Lends the frame's bytes, to be read; they may change meanwhile, so copy before checking.
  @inlinable public func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    // Safety: 4096 mapped bytes for as long as `self` is in use.
    try body(unsafe RawSpan(_unsafeStart: UnsafeRawPointer(base), byteCount: 4096))
  }

  /// Lends the frame's address, to be written.
  /// - Safety: `body` stays within 4096 bytes and keeps no pointer.
  @unsafe @inlinable public func withMutableBase<R>(_ body: (UnsafeMutableRawPointer) -> R) -> R {
    unsafe body(base)
  }
}
