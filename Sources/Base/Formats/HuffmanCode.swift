/// A canonical Huffman code of at most 15 bits, as DEFLATE describes it by its lengths alone.
///
/// Codes of up to ten bits are looked up at once; longer ones, which are rare, bit by bit.
///
/// - Source: RFC 1951 section 3.2.2.
struct HuffmanCode {
  private static let lookupBits = 10
  /// Where the symbols ordered by code follow the lookup table, in 16-bit elements.
  private static let orderOffset = 1 << lookupBits

  /// Where the tables start in scratch memory, in 16-bit elements; 4 KiB are taken.
  private let table: Int
  /// How many codes there are of each length.
  private var counts = InlineArray<16, UInt16>(repeating: 0)

  /// Builds the code of the `count` symbols whose lengths are the bytes at `lengths`.
  ///
  /// Both `lengths` and `table` are offsets in bytes.
  ///
  /// - Throws: `FormatError.corrupt` when the lengths make no code. One that has no symbol, or only
  ///   one with a single bit, is accepted though it leaves codes unused.
  init(
    lengths: Int, count: Int, table: Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    try self.init(
      lengths: lengths, count: count, table: table, scratch: &scratch, mayBeIncomplete: true)
  }

  init(
    lengths: Int, count: Int, table: Int, scratch: inout ScratchMemory, mayBeIncomplete: Bool
  ) throws(FormatError) {
    self.table = table / 2
    for symbol in 0..<count { counts[Int(scratch.byte(lengths &+ symbol) & 15)] &+= 1 }
    counts[0] = 0
    var unused = 1
    var used = 0
    for length in 1...15 {
      unused = unused &<< 1 &- Int(counts[length])
      used &+= Int(counts[length])
      guard unused >= 0 else { throw .corrupt }
    }
    guard unused == 0 || mayBeIncomplete && used == Int(counts[1]) && used <= 1 else {
      throw .corrupt
    }

    for index in 0..<(1 << Self.lookupBits) { scratch.store(0 as UInt16, at: self.table &+ index) }
    // The next code and the next place in the order, for each length.
    var codes = InlineArray<16, Int>(repeating: 0)
    var places = InlineArray<16, Int>(repeating: 0)
    for length in 1..<15 {
      codes[length &+ 1] = (codes[length] &+ Int(counts[length])) &<< 1
      places[length &+ 1] = places[length] &+ Int(counts[length])
    }
    for symbol in 0..<count {
      let length = Int(scratch.byte(lengths &+ symbol) & 15)
      guard length > 0 else { continue }
      scratch.store(
        UInt16(truncatingIfNeeded: symbol), at: self.table &+ Self.orderOffset &+ places[length])
      places[length] &+= 1
      if length <= Self.lookupBits {
        fill(symbol, code: codes[length], length: length, &scratch)
      }
      codes[length] &+= 1
    }
  }

  /// Enters a short code at every index whose low bits are its bits in the order they arrive.
  private func fill(_ symbol: Int, code: Int, length: Int, _ scratch: inout ScratchMemory) {
    var index = 0
    for bit in 0..<length where code &>> bit & 1 != 0 { index |= 1 &<< (length &- 1 &- bit) }
    let entry = UInt16(truncatingIfNeeded: symbol &<< 4 | length)
    while index < 1 << Self.lookupBits {
      scratch.store(entry, at: table &+ index)
      index &+= 1 &<< length
    }
  }

  /// Takes the next symbol; 15 bits must have been made available.
  ///
  /// - Throws: `FormatError.corrupt` when the bits are no code.
  @inline(__always)
  func decode(
    _ reader: inout BitReader, _ scratch: borrowing ScratchMemory
  ) throws(FormatError) -> Int {
    let bits = Int(reader.peek())
    let entry = Int(scratch.half(table &+ bits & (1 << Self.lookupBits &- 1)))
    if entry != 0 {
      reader.skip(entry & 15)
      return entry &>> 4
    }
    return try decodeLong(&reader, scratch, bits)
  }

  @inline(never)
  private func decodeLong(
    _ reader: inout BitReader, _ scratch: borrowing ScratchMemory, _ bits: Int
  ) throws(FormatError) -> Int {
    var code = 0
    var first = 0
    var place = 0
    for length in 1...15 {
      code |= bits &>> (length &- 1) & 1
      let count = Int(counts[length])
      if code &- first < count {
        reader.skip(length)
        return Int(scratch.half(table &+ Self.orderOffset &+ place &+ code &- first))
      }
      place &+= count
      first = (first &+ count) &<< 1
      code = code &<< 1
    }
    throw .corrupt
  }
}
