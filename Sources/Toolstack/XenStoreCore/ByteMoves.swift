// The only unsafe code of the store: moving, comparing and hashing runs of elements. Arrays check
// every index; these functions check the ends of a run once and then work on whole runs. Nothing
// here outlives its call, and no pointer leaves this file.

import Glibc

/// Has the kernel find memory for all that an array has room for: at once that costs a fraction of a
/// fault for each page.
func findMemory<Element: BitwiseCopyable>(for array: inout [Element]) {
  let length = array.capacity &* MemoryLayout<Element>.stride
  // What is smaller has few pages.
  guard length >= 1 << 18 else { return }
  unsafe array.withUnsafeMutableBytes { bytes in
    guard let base = bytes.baseAddress else { return }
    let page = 4096
    let offset = Int(bitPattern: base) & (page &- 1)
    // Safety: the call does not change what memory holds. Where it fails, pages are found as ever.
    unsafe madvise(base - offset, length &+ offset, populateWrite)
  }
}

/// `MADV_POPULATE_WRITE`, since Linux 5.14.
private let populateWrite: Int32 = 23

/// Copies `count` elements within an array; the runs may overlap.
@inline(__always)
func copyWithin<Element: BitwiseCopyable>(
  _ array: inout [Element], from: Int, to: Int, count: Int
) {
  precondition(from >= 0 && to >= 0 && count >= 0)
  precondition(from <= array.count &- count && to <= array.count &- count)
  unsafe array.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress, count > 0 else { return }
    // Safety: both runs lie within the buffer by the checks above; elements are trivial.
    unsafe (base + to).update(from: base + from, count: count)
  }
}

/// Copies the bytes `range` of a span to `to` in an array.
@inline(__always)
func copy(_ source: Span<UInt8>, _ range: Range<Int>, into array: inout [UInt8], at to: Int) {
  precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
  precondition(to >= 0 && to <= array.count &- range.count)
  unsafe source.withUnsafeBufferPointer { from in
    unsafe array.withUnsafeMutableBufferPointer { into in
      guard let here = from.baseAddress, let there = into.baseAddress, !range.isEmpty else {
        return
      }
      // Safety: both runs lie within their buffers by the checks above; exclusive access to the
      // array means that it does not overlap the span.
      unsafe (there + to).update(from: here + range.lowerBound, count: range.count)
    }
  }
}

/// Copies three runs of bytes one behind the other to `to` in an array.
@inline(__always)
func copy(
  _ first: Span<UInt8>, _ source: Span<UInt8>, _ second: Range<Int>, _ other: Span<UInt8>,
  _ third: Range<Int>, into array: inout [UInt8], at to: Int
) {
  precondition(second.lowerBound >= 0 && second.upperBound <= source.count)
  precondition(third.lowerBound >= 0 && third.upperBound <= other.count)
  let count = first.count &+ second.count &+ third.count
  precondition(to >= 0 && to <= array.count &- count)
  unsafe array.withUnsafeMutableBufferPointer { into in
    guard let base = into.baseAddress else { return }
    unsafe first.withUnsafeBufferPointer { run in
      // Safety: all three runs lie within their spans, and one behind the other in the array, by the
      // checks above; exclusive access to the array means that it does not overlap the spans.
      unsafe copyShort(run, 0..<run.count, to: base + to)
    }
    unsafe source.withUnsafeBufferPointer { run in
      // Safety: as above.
      unsafe copyShort(run, second, to: base + to + first.count)
    }
    unsafe other.withUnsafeBufferPointer { run in
      // Safety: as above.
      unsafe copyShort(run, third, to: base + to + first.count + second.count)
    }
  }
}

/// Copies bytes of a buffer to a place that does not overlap it; few of them without a call.
///
/// - Safety: the range must lie within the buffer, and so many bytes must be there to be written.
@unsafe @inline(__always)
private func copyShort(
  _ source: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to place: UnsafeMutablePointer<UInt8>
) {
  var index = 0
  let count = range.count
  guard count >= 8 else {
    while index < count {
      // Safety: index < count, and what the caller promised.
      unsafe place[index] = source[unchecked: range.lowerBound &+ index]
      index &+= 1
    }
    return
  }
  // The last eight bytes may have been copied in part already.
  let target = UnsafeMutableRawPointer(place)
  while index < count {
    let at = min(index, count &- 8)
    // Safety: at + 8 <= count, and what the caller promised.
    unsafe target.storeBytes(
      of: source.word(at: range.lowerBound &+ at), toByteOffset: at, as: UInt64.self)
    index &+= 8
  }
}

/// How many bytes at the beginning of an array and of a span are the same, of `limit` at most.
@inline(__always)
func commonPrefix(_ array: borrowing [UInt8], _ span: Span<UInt8>, limit: Int) -> Int {
  precondition(limit >= 0 && limit <= array.count && limit <= span.count)
  let mine = array.span
  return unsafe mine.withUnsafeBufferPointer { left in
    unsafe span.withUnsafeBufferPointer { right in
      var index = 0
      while index &+ 8 <= limit {
        // Safety: index + 8 <= limit, and so many bytes are in both buffers.
        let difference = unsafe UInt64(littleEndian: left.word(at: index) ^ right.word(at: index))
        if difference != 0 { return index &+ difference.trailingZeroBitCount &>> 3 }
        index &+= 8
      }
      // Safety: index < limit, as above.
      while index < limit, unsafe left[unchecked: index] == right[unchecked: index] {
        index &+= 1
      }
      return index
    }
  }
}

/// Stores the bytes of a value at `to` in an array.
@inline(__always)
func put<Value: BitwiseCopyable>(_ value: Value, into array: inout [UInt8], at to: Int) {
  precondition(to >= 0 && to <= array.count &- MemoryLayout<Value>.size)
  unsafe array.withUnsafeMutableBytes { bytes in
    // Safety: so many bytes from there on lie in the array by the check above.
    unsafe bytes.storeBytes(of: value, toByteOffset: to, as: Value.self)
  }
}

/// Appends the bytes `range` of a span to an array.
@inline(__always)
func append(_ source: Span<UInt8>, _ range: Range<Int>, to array: inout [UInt8]) {
  precondition(range.lowerBound >= 0 && range.upperBound <= source.count)
  unsafe source.withUnsafeBufferPointer { from in
    // Safety: the range lies within the buffer by the check above.
    unsafe array.append(contentsOf: UnsafeBufferPointer(rebasing: from[range]))
  }
}

/// Whether `count` bytes of an array at `offset` equal those of a span at `other`.
@inline(__always)
func equal(
  _ array: borrowing [UInt8], _ offset: Int, _ span: Span<UInt8>, _ other: Int, count: Int
) -> Bool {
  precondition(offset >= 0 && other >= 0 && count >= 0)
  precondition(offset <= array.count &- count && other <= span.count &- count)
  let mine = array.span
  return unsafe mine.withUnsafeBufferPointer { left in
    unsafe span.withUnsafeBufferPointer { right in
      var index = 0
      guard count >= 8 else {
        while index < count {
          // Safety: index < count, and both runs of count bytes lie within their buffers.
          if unsafe left[unchecked: offset &+ index] != right[unchecked: other &+ index] {
            return false
          }
          index &+= 1
        }
        return true
      }
      // The last eight bytes may have been compared in part already.
      let last = count &- 8
      while index < last {
        // Safety: index + 8 <= count, as above.
        if unsafe left.word(at: offset &+ index) != right.word(at: other &+ index) { return false }
        index &+= 8
      }
      // Safety: last + 8 == count, as above.
      return unsafe left.word(at: offset &+ last) == right.word(at: other &+ last)
    }
  }
}

extension UnsafeBufferPointer {
  /// The element at an index that the caller has checked.
  ///
  /// - Safety: `index` must be below `count`.
  @unsafe @inline(__always)
  fileprivate subscript(unchecked index: Int) -> Element {
    // Safety: what the caller promised.
    unsafe baseAddress.unsafelyUnwrapped[index]
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The eight bytes from an index on, which the caller has checked.
  ///
  /// - Safety: `index` must not be below 0, and `index + 8` not above `count`.
  @unsafe @inline(__always)
  fileprivate func word(at index: Int) -> UInt64 {
    // Safety: what the caller promised.
    unsafe UnsafeRawPointer(baseAddress.unsafelyUnwrapped + index).loadUnaligned(as: UInt64.self)
  }
}

/// Where the first nul of a span stands; nil when there is none.
@inline(__always)
func firstNul(_ bytes: Span<UInt8>) -> Int? {
  unsafe bytes.withUnsafeBufferPointer { buffer in
    var index = 0
    while index &+ 8 <= buffer.count {
      // Safety: index + 8 <= count.
      let word = unsafe UInt64(littleEndian: buffer.word(at: index))
      // The lowest bit that is left is the highest of the first byte that is 0.
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 { return index &+ zeros.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < buffer.count {
      // Safety: index < count.
      if unsafe buffer[unchecked: index] == 0 { return index }
      index &+= 1
    }
    return nil
  }
}

/// A hash of the bytes `range` of a span that nobody without the seed can aim.
@inline(__always)
func hash(_ bytes: Span<UInt8>, _ range: Range<Int>, seed: UInt64) -> UInt64 {
  precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
  return unsafe bytes.withUnsafeBufferPointer { buffer in
    var state = seed ^ (UInt64(truncatingIfNeeded: range.count) &* 0x9e37_79b9_7f4a_7c15)
    var index = range.lowerBound
    guard range.count >= 8 else {
      var word: UInt64 = 0
      while index < range.upperBound {
        // Safety: index < upper bound, which lies within the buffer.
        word = word << 8 | UInt64(unsafe buffer[unchecked: index])
        index &+= 1
      }
      return mix(state, word)
    }
    // The last eight bytes may be in part those before: how many there are is in the state.
    let last = range.upperBound &- 8
    while index < last {
      // Safety: index + 8 < upper bound, as above.
      state = mix(state, unsafe buffer.word(at: index))
      index &+= 8
    }
    // Safety: the range has eight bytes or more, as above.
    state = mix(state, unsafe buffer.word(at: last))
    // Without one round more, where bytes stand would matter less than what they are.
    return mix(state, 0)
  }
}

/// One round: a full-width multiplication folded onto itself.
@inline(__always)
func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
  let (high, low) = (state ^ word).multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
  return high ^ low ^ (state &<< 23 | state &>> 41)
}
