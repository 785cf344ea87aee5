/// A way to look at machine memory, so that decoders can follow physical addresses without owning
/// any mapping themselves.
///
/// The hypervisor conforms a view of its direct map; a test conforms an array of bytes.
public protocol PhysicalReader: ~Copyable {
  /// Calls `body` with the `count` bytes at physical `address`.
  ///
  /// - Returns: what `body` returns, or nil if any of those bytes cannot be read. `body` is not
  ///   called then.
  borrowing func withBytes<Result: ~Copyable, Failure: Error>(
    at address: UInt64, count: Int, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result?
}

extension PhysicalReader where Self: ~Copyable {
  /// Reads one little-endian integer at physical `address`, which need not be aligned.
  public borrowing func integer<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, at address: UInt64
  ) -> T? {
    withBytes(at: address, count: MemoryLayout<T>.size) { bytes -> T? in
      bytes.littleEndian(type, at: 0)
    } ?? nil
  }

  /// Measures the zero-terminated string at physical `address`.
  ///
  /// The string ends at its terminator, at the first byte that cannot be read, or after `limit`
  /// bytes, whichever comes first.
  /// - Returns: the bytes of the string without its terminator.
  public borrowing func stringRange(at address: UInt64, limit: Int) -> PhysicalRange {
    var end = address
    var remaining = limit
    while remaining > 0, let byte = integer(UInt8.self, at: end), byte != 0, end < UInt64.max {
      end &+= 1
      remaining &-= 1
    }
    return PhysicalRange(start: address, end: end)
  }
}

extension RawSpan {
  /// Reads the little-endian integer at `offset`, which need not be aligned.
  ///
  /// - Returns: nil if any byte of it lies outside the span.
  @inline(__always)
  package func littleEndian<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type, at offset: Int
  ) -> T? {
    guard offset >= 0, byteCount >= MemoryLayout<T>.size,
      offset <= byteCount &- MemoryLayout<T>.size
    else { return nil }
    // Safety: the guard keeps the whole integer inside the span, and every bit pattern is a value
    // of a fixed-width integer.
    return unsafe T(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: T.self))
  }
}
