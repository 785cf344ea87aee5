/// The literals of a zstd block, unpacked into scratch memory, and the Huffman tree that the next
/// block may reuse.
///
/// - Source: RFC 8878 sections 3.1.1.3.1 and 4.2.
struct ZstdLiterals {
  /// The offset in scratch memory of the next literal to use.
  var next = 0
  /// The offset behind the last.
  private(set) var end = 0
  /// The longest code of the tree, or zero when there is no tree yet.
  private var maximumBits = 0

  /// Unpacks the section at the start of `block` and returns the offset behind it.
  ///
  /// - Throws: `FormatError.corrupt`, `.truncated`.
  mutating func decode(
    _ block: RawSpan, _ scratch: inout ScratchMemory, maximum: Int
  ) throws(FormatError) -> Int {
    let first = try block.load(UInt8.self, at: 0)
    let isPacked = first & 2 != 0
    let format = first >> 2 & 3
    // The sizes that follow type and format, in one little-endian number.
    let headerSize: Int
    let sizeBits: UInt64
    switch (isPacked, format) {
    case (false, 0), (false, 2): (headerSize, sizeBits) = (1, 5)
    case (false, 1): (headerSize, sizeBits) = (2, 12)
    case (false, _): (headerSize, sizeBits) = (3, 20)
    case (true, 0), (true, 1): (headerSize, sizeBits) = (3, 10)
    case (true, 2): (headerSize, sizeBits) = (4, 14)
    case (true, _): (headerSize, sizeBits) = (5, 18)
    }
    var header: UInt64 = 0
    for index in 0..<headerSize {
      header |= UInt64(try block.load(UInt8.self, at: index)) << UInt64(index * 8)
    }
    header >>= isPacked || format & 1 != 0 ? 4 : 3
    let size = Int(header & (1 << sizeBits - 1))
    guard size <= maximum else { throw .corrupt }
    next = 0
    end = size

    guard isPacked else {
      let bytes = try block.slice(at: headerSize, count: first & 1 == 0 ? size : 1)
      let step = first & 1 == 0 ? 1 : 0
      for index in 0..<size {
        scratch.store(try bytes.load(UInt8.self, at: index &* step), at: index)
      }
      return headerSize + bytes.byteCount
    }

    let packedSize = Int(header >> sizeBits & (1 << sizeBits - 1))
    let packed = try block.slice(at: headerSize, count: packedSize)
    let streams = first & 1 == 0 ? try readTree(packed, &scratch) : 0
    guard maximumBits > 0 else { throw .corrupt }
    if format == 0 {
      try decodeStream(packed, streams..<packedSize, into: 0..<size, &scratch)
    } else {
      try decodeFourStreams(packed, from: streams, size, &scratch)
    }
    return headerSize + packedSize
  }

  private func decodeFourStreams(
    _ packed: RawSpan, from position: Int, _ size: Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    // Three sizes of two bytes, then the streams; the last has what is left.
    var start = position + 6
    let share = (size + 3) / 4
    guard size >= 6 else { throw .corrupt }
    for index in 0..<4 {
      var stop = packed.byteCount
      if index < 3 { stop = start + Int(try packed.load(UInt16.self, at: position + 2 * index)) }
      guard start <= stop, stop <= packed.byteCount, share * 3 <= size else { throw .corrupt }
      let made = (index * share)..<(index < 3 ? (index + 1) * share : size)
      try decodeStream(packed, start..<stop, into: made, &scratch)
      start = stop
    }
  }

  private func decodeStream(
    _ packed: RawSpan, _ range: Range<Int>, into made: Range<Int>, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    var bits = try ReverseBitReader(packed, range)
    let longest = maximumBits
    var index = made.lowerBound
    while index < made.upperBound {
      bits.require(longest)
      let entry = scratch.half(ZstdScratch.tree &+ bits.peek(longest))
      bits.skip(Int(entry &>> 8))
      scratch.store(UInt8(truncatingIfNeeded: entry), at: index)
      index &+= 1
    }
    guard bits.isFinished else { throw .corrupt }
  }

  // MARK: The tree

  /// Reads the tree's description and returns the offset behind it.
  private mutating func readTree(
    _ packed: RawSpan, _ scratch: inout ScratchMemory
  ) throws(FormatError) -> Int {
    let header = Int(try packed.load(UInt8.self, at: 0))
    maximumBits = 0
    let count: Int
    let end: Int
    if header < 128 {
      end = 1 + header
      let description = try packed.slice(at: 1, count: header)
      count = try Self.readPackedWeights(description, &scratch)
    } else {
      count = header - 127
      end = 1 + (count + 1) / 2
      for index in 0..<count {
        let pair = try packed.load(UInt8.self, at: 1 + index / 2)
        scratch.store(
          index & 1 == 0 ? pair >> 4 : pair & 15, at: ZstdScratch.weights &+ index)
      }
    }
    try buildTree(weights: count, &scratch)
    return end
  }

  /// Unpacks weights that are themselves coded, by two states that take turns; returns their count.
  private static func readPackedWeights(
    _ description: RawSpan, _ scratch: inout ScratchMemory
  ) throws(FormatError) -> Int {
    var table = ZstdTable.weights
    var position = 0
    try table.read(description, &position, &scratch)
    var bits = try ReverseBitReader(description, position..<description.byteCount)
    bits.require(12)
    var state = bits.take(table.accuracy)
    var other = bits.take(table.accuracy)
    guard !bits.isOverrun else { throw .corrupt }
    var count = 0
    while true {
      let entry = table.entry(state, scratch)
      // One more is to follow, and the last weight is not written down.
      guard count < 254 else { throw .corrupt }
      scratch.store(
        UInt8(truncatingIfNeeded: entry.baseline), at: ZstdScratch.weights &+ count)
      count &+= 1
      bits.require(6)
      state = entry.nextState &+ bits.take(entry.stateBits)
      if bits.isOverrun {
        let last = table.entry(other, scratch).baseline
        scratch.store(UInt8(truncatingIfNeeded: last), at: ZstdScratch.weights &+ count)
        return count &+ 1
      }
      swap(&state, &other)
    }
  }

  /// Builds the lookup table from the weights; the last symbol's follows from the others.
  private mutating func buildTree(
    weights count: Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    var sum = 0
    var ranks = InlineArray<13, Int>(repeating: 0)
    for symbol in 0..<count {
      let weight = Int(scratch.byte(ZstdScratch.weights &+ symbol))
      guard weight <= 11 else { throw .corrupt }
      if weight > 0 { sum &+= 1 &<< (weight &- 1) }
      ranks[weight] &+= 1
    }
    guard sum > 0 else { throw .corrupt }
    let bits = Int.bitWidth &- sum.leadingZeroBitCount
    let missing = 1 &<< bits &- sum
    guard bits <= 11, missing & (missing &- 1) == 0 else { throw .corrupt }
    let lastWeight = missing.trailingZeroBitCount &+ 1
    scratch.store(UInt8(truncatingIfNeeded: lastWeight), at: ZstdScratch.weights &+ count)
    ranks[lastWeight] &+= 1

    // Where each weight's symbols start: the smallest weights, so the longest codes, first.
    var starts = InlineArray<13, Int>(repeating: 0)
    for weight in 1..<12 {
      starts[weight &+ 1] = starts[weight] &+ ranks[weight] &<< (weight &- 1)
    }
    for symbol in 0...count {
      let weight = Int(scratch.byte(ZstdScratch.weights &+ symbol))
      guard weight > 0 else { continue }
      let length = 1 &<< (weight &- 1)
      let entry = UInt16(truncatingIfNeeded: (bits &+ 1 &- weight) &<< 8 | symbol)
      for index in 0..<length {
        scratch.store(entry, at: ZstdScratch.tree &+ starts[weight] &+ index)
      }
      starts[weight] &+= length
    }
    maximumBits = bits
  }
}

/// Where the decoder's tables start in scratch memory; the literals come first.
enum ZstdScratch {
  /// The Huffman lookup table, in 16-bit elements: 2,048 of them.
  static let tree = 0x2_0000 / 2
  /// The weights, in bytes: 256.
  static let weights = 0x2_1000
  /// A table's frequencies, in 16-bit elements: 256.
  static let frequencies = 0x2_1200 / 2
  /// A table's next states, in 16-bit elements: 256.
  static let nextStates = 0x2_1400 / 2
  /// The tables of states, in 64-bit elements: 512 each.
  static let literalLengths = 0x2_2000 / 8
  static let offsets = 0x2_3000 / 8
  static let matchLengths = 0x2_4000 / 8
  static let weightStates = 0x2_5000 / 8
}
