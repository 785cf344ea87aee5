/// A decoding table of finite state entropy coding: what each state stands for and how to get to
/// the next.
///
/// - Source: RFC 8878 section 4.1, and 3.1.1.3.2 for what the codes of a block's sequences mean.
struct ZstdTable {
  /// What a table's symbols stand for.
  private enum Meaning {
    case literalLength
    case offset
    case matchLength
    case weight
  }

  private let meaning: Meaning
  /// Where the states start in scratch memory, in 64-bit elements.
  private let states: Int
  private let largestAccuracy: Int
  private let largestSymbol: Int
  private var isUsable = false
  /// The log2 of the number of states.
  private(set) var accuracy = 0

  /// The table of literal lengths.
  static var literalLengths: ZstdTable {
    ZstdTable(.literalLength, ZstdScratch.literalLengths, largestAccuracy: 9, largestSymbol: 35)
  }
  /// The table of offset codes.
  static var offsets: ZstdTable {
    ZstdTable(.offset, ZstdScratch.offsets, largestAccuracy: 8, largestSymbol: 31)
  }
  /// The table of match lengths.
  static var matchLengths: ZstdTable {
    ZstdTable(.matchLength, ZstdScratch.matchLengths, largestAccuracy: 9, largestSymbol: 52)
  }
  /// The table of a Huffman tree's weights.
  static var weights: ZstdTable {
    ZstdTable(.weight, ZstdScratch.weightStates, largestAccuracy: 6, largestSymbol: 11)
  }

  private init(_ meaning: Meaning, _ states: Int, largestAccuracy: Int, largestSymbol: Int) {
    self.meaning = meaning
    self.states = states
    self.largestAccuracy = largestAccuracy
    self.largestSymbol = largestSymbol
  }

  /// A state, unpacked from 64 bits: next state (16), its bits (8), extra bits (8), baseline (32).
  struct Entry {
    fileprivate let packed: UInt64

    fileprivate init(packed: UInt64) { self.packed = packed }

    fileprivate init(nextState: Int, stateBits: Int, extraBits: Int, baseline: Int) {
      let low = UInt64(truncatingIfNeeded: nextState | stateBits << 16 | extraBits << 24)
      packed = low | UInt64(truncatingIfNeeded: baseline) << 32
    }

    /// The lowest next state.
    var nextState: Int { @inline(__always) get { Int(truncatingIfNeeded: packed & 0xFFFF) } }
    /// How many bits to read and add to it.
    var stateBits: Int { @inline(__always) get { Int(truncatingIfNeeded: packed &>> 16 & 31) } }
    /// How many bits to read and add to the baseline.
    var extraBits: Int { @inline(__always) get { Int(truncatingIfNeeded: packed &>> 24 & 31) } }
    /// The least value the symbol stands for.
    var baseline: Int { @inline(__always) get { Int(truncatingIfNeeded: packed &>> 32) } }
  }

  /// What `state` stands for.
  @inline(__always)
  func entry(_ state: Int, _ scratch: borrowing ScratchMemory) -> Entry {
    Entry(packed: scratch.word(states &+ state & 511))
  }

  /// Replaces the table as a block's sequence header says.
  ///
  /// - Throws: `FormatError.corrupt`, `.truncated`.
  mutating func update(
    mode: UInt8, _ block: RawSpan, _ position: inout Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    switch mode {
    case 0: setPredefined(&scratch)
    case 1:
      let symbol = Int(try block.load(UInt8.self, at: position))
      guard symbol <= largestSymbol else { throw .corrupt }
      position += 1
      accuracy = 0
      scratch.store(makeEntry(symbol, nextState: 0, stateBits: 0).packed, at: states)
    case 2: try read(block, &position, &scratch)
    default: guard isUsable else { throw .corrupt }
    }
    isUsable = true
  }

  /// Reads a table's frequencies at `position` and builds it.
  ///
  /// - Throws: `FormatError.corrupt`.
  mutating func read(
    _ block: RawSpan, _ position: inout Int, _ scratch: inout ScratchMemory
  ) throws(FormatError) {
    var reader = BitReader(InputWindow(block, from: position))
    accuracy = reader.read(4) &+ 5
    guard accuracy <= largestAccuracy else { throw .corrupt }
    var left = 1 &<< accuracy
    var symbol = 0
    while left > 0 {
      guard symbol <= largestSymbol, !reader.isOverrun else { throw .corrupt }
      let frequency = Self.readFrequency(&reader, left)
      left &-= abs(frequency)
      scratch.store(
        UInt16(truncatingIfNeeded: frequency), at: ZstdScratch.frequencies &+ symbol)
      symbol &+= 1
      guard frequency == 0 else { continue }
      var zeros = 0
      repeat {
        zeros = reader.read(2)
        guard zeros <= largestSymbol &+ 1 &- symbol else { throw .corrupt }
        for _ in 0..<zeros {
          scratch.store(0 as UInt16, at: ZstdScratch.frequencies &+ symbol)
          symbol &+= 1
        }
      } while zeros == 3
    }
    guard left == 0, !reader.isOverrun else { throw .corrupt }
    // A byte partly used is used up.
    position = reader.position
    try build(symbols: symbol, &scratch)
  }

  /// Reads one frequency, in as many bits as `left`, the sum of those to come, allows; -1 means
  /// less than one.
  private static func readFrequency(_ reader: inout BitReader, _ left: Int) -> Int {
    let bits = Int.bitWidth &- (left &+ 1).leadingZeroBitCount
    reader.require(bits)
    let value = Int(reader.peek() & (1 << UInt32(truncatingIfNeeded: bits) &- 1))
    let low = value & (1 &<< (bits &- 1) &- 1)
    // The values of a power of two that are not needed let the lowest ones do with a bit less.
    let spare = 1 &<< bits &- 2 &- left
    if low < spare {
      reader.skip(bits &- 1)
      return low &- 1
    }
    reader.skip(bits)
    return value < 1 &<< (bits &- 1) ? value &- 1 : value &- spare &- 1
  }

  /// Spreads the symbols over the states by their frequencies (RFC 8878 section 4.1.1).
  private func build(symbols: Int, _ scratch: inout ScratchMemory) throws(FormatError) {
    let size = 1 &<< accuracy
    var high = size
    for symbol in 0..<symbols {
      let frequency = scratch.half(ZstdScratch.frequencies &+ symbol)
      scratch.store(
        max(1, frequency == 0xFFFF ? 1 : frequency), at: ZstdScratch.nextStates &+ symbol)
      if frequency == 0xFFFF {
        high &-= 1
        scratch.store(UInt64(truncatingIfNeeded: symbol), at: states &+ high)
      }
    }
    let step = size &>> 1 &+ size &>> 3 &+ 3
    var state = 0
    for symbol in 0..<symbols {
      let frequency = Int(scratch.half(ZstdScratch.frequencies &+ symbol))
      guard frequency < 0xFFFF else { continue }
      for _ in 0..<frequency {
        scratch.store(UInt64(truncatingIfNeeded: symbol), at: states &+ state)
        repeat { state = (state &+ step) & (size &- 1) } while state >= high
      }
    }
    guard state == 0 else { throw .corrupt }
    for state in 0..<size {
      let symbol = Int(truncatingIfNeeded: scratch.word(states &+ state))
      let next = scratch.half(ZstdScratch.nextStates &+ symbol)
      scratch.store(next &+ 1, at: ZstdScratch.nextStates &+ symbol)
      let stateBits = accuracy &- (15 &- next.leadingZeroBitCount)
      let entry = makeEntry(
        symbol, nextState: Int(next) &<< stateBits &- size, stateBits: stateBits)
      scratch.store(entry.packed, at: states &+ state)
    }
  }

  // MARK: What symbols mean

  private func makeEntry(_ symbol: Int, nextState: Int, stateBits: Int) -> Entry {
    let (baseline, extraBits) =
      switch meaning {
      case .weight: (symbol, 0)
      case .offset: (1 &<< symbol, symbol)
      case .literalLength: Self.literalLength(symbol)
      case .matchLength: Self.matchLength(symbol)
      }
    return Entry(
      nextState: nextState, stateBits: stateBits, extraBits: extraBits, baseline: baseline)
  }

  private static func literalLength(_ code: Int) -> (Int, Int) {
    switch code {
    case 0..<16: (code, 0)
    case 16..<20: (16 + (code - 16) * 2, 1)
    case 20: (24, 2)
    case 21: (28, 2)
    case 22: (32, 3)
    case 23: (40, 3)
    case 24: (48, 4)
    default: (1 << (code - 19), code - 19)
    }
  }

  private static func matchLength(_ code: Int) -> (Int, Int) {
    switch code {
    case 0..<32: (code + 3, 0)
    case 32..<36: (35 + (code - 32) * 2, 1)
    case 36: (43, 2)
    case 37: (47, 2)
    case 38: (51, 3)
    case 39: (59, 3)
    case 40: (67, 4)
    case 41: (83, 4)
    case 42: (99, 5)
    default: (1 << (code - 36) + 3, code - 36)
    }
  }

  // MARK: Predefined tables

  // RFC 8878 section 3.1.1.3.2.2; frequencies plus one, so that none is negative.
  private static let literalLengthFrequencies: InlineArray<36, UInt8> = [
    5, 4, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4, 3, 2, 2, 2, 2, 2,
    0, 0, 0, 0,
  ]
  private static let offsetFrequencies: InlineArray<29, UInt8> = [
    2, 2, 2, 2, 2, 2, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0,
  ]
  private static let matchLengthFrequencies: InlineArray<53, UInt8> = [
    2, 5, 4, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
    2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0,
  ]

  private mutating func setPredefined(_ scratch: inout ScratchMemory) {
    let symbols: Int
    switch meaning {
    case .literalLength: (accuracy, symbols) = (6, Self.literalLengthFrequencies.count)
    case .offset: (accuracy, symbols) = (5, Self.offsetFrequencies.count)
    case .matchLength, .weight: (accuracy, symbols) = (6, Self.matchLengthFrequencies.count)
    }
    for symbol in 0..<symbols {
      let frequency =
        switch meaning {
        case .literalLength: Self.literalLengthFrequencies[symbol]
        case .offset: Self.offsetFrequencies[symbol]
        case .matchLength, .weight: Self.matchLengthFrequencies[symbol]
        }
      scratch.store(UInt16(frequency) &- 1, at: ZstdScratch.frequencies &+ symbol)
    }
    // The predefined frequencies are known to fill the table.
    try? build(symbols: symbols, &scratch)
  }
}
