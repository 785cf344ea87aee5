/// LZMA's adaptive binary range decoder over one run of input.
///
/// - Source: LZMA specification (Igor Pavlov, lzma-specification.txt), "Range Decoder".
private struct RangeDecoder: ~Escapable {
  var range: UInt32 = .max
  var code: UInt32 = 0
  var input: InputWindow

  @_lifetime(copy input)
  init(_ input: InputWindow) {
    self.input = input
  }

  /// Reads the five bytes that prime the decoder; false when they cannot have been encoded.
  ///
  /// Inlined, like the rest: a call would take the decoder's address and keep it out of registers.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func start() -> Bool {
    guard input.next() == 0 else { return false }
    for _ in 0..<4 { code = code << 8 | UInt32(input.next()) }
    return !input.isOverrun
  }

  @inline(__always)
  @_lifetime(self: copy self)
  mutating func normalize() {
    if range < 1 << 24 {
      range = range &<< 8
      code = code &<< 8 | UInt32(input.next())
    }
  }

  /// Decodes one bit with, and adapts, the probability at `index`.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func bit(_ probabilities: inout MaskedTable<UInt16>, _ index: Int) -> Bool {
    normalize()
    let probability = UInt32(probabilities[index])
    let bound = (range &>> 11) &* probability
    if code < bound {
      range = bound
      probabilities[index] = UInt16(truncatingIfNeeded: probability &+ (2048 &- probability) &>> 5)
      return false
    }
    range = range &- bound
    code = code &- bound
    probabilities[index] = UInt16(truncatingIfNeeded: probability &- probability &>> 5)
    return true
  }

  /// Decodes `bits` bits, most significant first, through a tree of probabilities at `base`.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func tree(_ probabilities: inout MaskedTable<UInt16>, _ base: Int, bits: Int) -> Int {
    var symbol = 1
    let top = 1 &<< bits
    while symbol < top {
      symbol = symbol &<< 1
      if bit(&probabilities, base &+ (symbol &>> 1)) { symbol |= 1 }
    }
    return symbol &- top
  }

  /// Decodes `bits` bits, least significant first, through a tree of probabilities at `base`.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func reverseTree(
    _ probabilities: inout MaskedTable<UInt16>, _ base: Int, bits: Int
  ) -> UInt32 {
    var symbol = 1
    var value: UInt32 = 0
    var shift = 0
    while shift < bits {
      let one = bit(&probabilities, base &+ symbol)
      symbol = symbol &<< 1
      if one {
        symbol |= 1
        value |= 1 &<< UInt32(truncatingIfNeeded: shift)
      }
      shift &+= 1
    }
    return value
  }

  /// Decodes `count` bits of fixed probability one half, most significant first.
  @inline(__always)
  @_lifetime(self: copy self)
  mutating func direct(_ count: Int) -> UInt32 {
    var value: UInt32 = 0
    var left = count
    while left > 0 {
      normalize()
      range = range &>> 1
      value = value &<< 1
      if code >= range {
        code = code &- range
        value |= 1
      }
      left &-= 1
    }
    return value
  }
}

/// What LZMA carries from one chunk of an LZMA2 stream to the next, but for the probabilities.
///
/// - Source: LZMA specification (Igor Pavlov, lzma-specification.txt).
struct LZMADecoder {
  /// The log2 of the number of entries of the table of probabilities.
  ///
  /// With LZMA2's limit lc + lp <= 4 the model has 1,880 fixed entries and 0x300 << 4 for
  /// literals, rounded up to a power of two so that an index can be masked.
  static let probabilityBits = 14

  // Where each set of probabilities starts in the table.
  private static let isMatch = 0
  private static let isRep = 192
  private static let isRep0 = 204
  private static let isRep1 = 216
  private static let isRep2 = 228
  private static let isRep0Long = 240
  private static let distanceSlot = 432
  private static let distanceSpecial = 688
  private static let distanceAlign = 816
  private static let matchLength = 832
  private static let repLength = 1356
  private static let literal = 1880

  // Inside a length coder: two choice bits, then low and mid trees per position state, then high.
  private static let lengthLow = 4
  private static let lengthMid = 132
  private static let lengthHigh = 260

  private var state = 0
  private var rep0: UInt32 = 0
  private var rep1: UInt32 = 0
  private var rep2: UInt32 = 0
  private var rep3: UInt32 = 0
  private var literalContextBits = 0
  private var literalPositionMask = 0
  private var positionMask = 0

  /// Takes over the properties byte: lc, lp and pb packed as `(pb * 5 + lp) * 9 + lc`.
  ///
  /// - Throws: `FormatError.corrupt` for a value out of range or, as LZMA2 demands, lc + lp > 4.
  mutating func setProperties(_ byte: UInt8) throws(FormatError) {
    guard byte < 225 else { throw .corrupt }
    let lc = Int(byte) % 9
    let lp = Int(byte) / 9 % 5
    guard lc + lp <= 4 else { throw .corrupt }
    literalContextBits = lc
    literalPositionMask = (1 << lp) - 1
    positionMask = (1 << (Int(byte) / 45)) - 1
  }

  /// Forgets all history and sets every probability to one half.
  mutating func reset(_ scratch: inout MutableRawSpan) throws(FormatError) {
    state = 0
    rep0 = 0
    rep1 = 0
    rep2 = 0
    rep3 = 0
    var probabilities = try MaskedTable<UInt16>(
      scratch.whole(), bits: Self.probabilityBits)
    for index in 0..<(1 << Self.probabilityBits) { probabilities[index] = 1024 }
  }

  /// Decodes one LZMA chunk that must fill `output` from `position` to `limit` exactly.
  ///
  /// `dictionary` is where the window begins; matches reach back no further. All of `input` must
  /// be used up.
  ///
  /// - Throws: `FormatError.corrupt`, `.outputTooSmall`, `.scratchTooSmall`.
  mutating func decodeChunk(
    _ input: InputWindow, into output: inout MutableRawSpan, dictionary: Int, position: Int,
    limit: Int, scratch: inout MutableRawSpan
  ) throws(FormatError) {
    var window = try OutputWindow(
      output.whole(), start: dictionary, position: position, limit: limit)
    var probabilities = try MaskedTable<UInt16>(
      scratch.whole(), bits: Self.probabilityBits)
    var coder = RangeDecoder(input)
    guard coder.start() else { throw .corrupt }
    // A local copy, so that the loop's state can live in registers.
    var lzma = self

    while window.position < window.limit {
      guard !coder.input.isOverrun else { throw .corrupt }
      let positionState = (window.position &- dictionary) & lzma.positionMask
      if !coder.bit(&probabilities, Self.isMatch &+ lzma.state &<< 4 &+ positionState) {
        lzma.decodeLiteral(&coder, &probabilities, &window)
        continue
      }

      let lengthBase: Int
      if coder.bit(&probabilities, Self.isRep &+ lzma.state) {
        if coder.bit(&probabilities, Self.isRep0 &+ lzma.state) {
          var distance = lzma.rep1
          if coder.bit(&probabilities, Self.isRep1 &+ lzma.state) {
            distance = lzma.rep2
            if coder.bit(&probabilities, Self.isRep2 &+ lzma.state) {
              distance = lzma.rep3
              lzma.rep3 = lzma.rep2
            }
            lzma.rep2 = lzma.rep1
          }
          lzma.rep1 = lzma.rep0
          lzma.rep0 = distance
        } else if !coder.bit(
          &probabilities, Self.isRep0Long &+ lzma.state &<< 4 &+ positionState)
        {
          lzma.state = lzma.state < 7 ? 9 : 11
          guard window.copyMatch(distance: Int(lzma.rep0) &+ 1, length: 1) else { throw .corrupt }
          continue
        }
        lzma.state = lzma.state < 7 ? 8 : 11
        lengthBase = Self.repLength
      } else {
        lzma.rep3 = lzma.rep2
        lzma.rep2 = lzma.rep1
        lzma.rep1 = lzma.rep0
        lzma.state = lzma.state < 7 ? 7 : 10
        lengthBase = Self.matchLength
      }

      let length = Self.decodeLength(&coder, &probabilities, lengthBase, positionState)
      if lengthBase == Self.matchLength {
        lzma.rep0 = Self.decodeDistance(&coder, &probabilities, length: length)
      }
      // Also refuses the end marker, whose distance is 2^32: LZMA2 has none.
      guard window.copyMatch(distance: Int(lzma.rep0) &+ 1, length: length) else { throw .corrupt }
    }
    // The encoder flushed so that one more normalisation takes the last byte and leaves code zero.
    coder.normalize()
    guard coder.input.position == coder.input.end, coder.code == 0 else { throw .corrupt }
    self = lzma
  }

  @inline(__always)
  private mutating func decodeLiteral(
    _ coder: inout RangeDecoder, _ probabilities: inout MaskedTable<UInt16>,
    _ window: inout OutputWindow
  ) {
    let context =
      ((window.position &- window.start) & literalPositionMask) &<< literalContextBits
      &+ Int(window.byte(back: 1)) &>> (8 &- literalContextBits)
    let base = Self.literal &+ 0x300 &* context
    var symbol = 1
    if state >= 7 {
      // After a match: its next byte guides the tree until the first bit that differs.
      var guide = Int(window.byte(back: Int(rep0) &+ 1))
      var offset = 0x100
      while symbol < 0x100 {
        guide = guide &<< 1
        let guideBit = guide & offset
        if coder.bit(&probabilities, base &+ offset &+ guideBit &+ symbol) {
          symbol = symbol &<< 1 | 1
          offset = guideBit
        } else {
          symbol = symbol &<< 1
          offset &= ~guideBit
        }
      }
    } else {
      while symbol < 0x100 {
        if coder.bit(&probabilities, base &+ symbol) {
          symbol = symbol &<< 1 | 1
        } else {
          symbol = symbol &<< 1
        }
      }
    }
    // There is room: the caller's loop runs only while position is below limit.
    _ = window.append(UInt8(truncatingIfNeeded: symbol))
    state = state < 4 ? 0 : state < 10 ? state &- 3 : state &- 6
  }

  @inline(__always)
  private static func decodeLength(
    _ coder: inout RangeDecoder, _ probabilities: inout MaskedTable<UInt16>, _ base: Int,
    _ positionState: Int
  ) -> Int {
    var tree = base &+ lengthLow &+ positionState &<< 3
    var bits = 3
    var length = 2
    if coder.bit(&probabilities, base) {
      if coder.bit(&probabilities, base &+ 1) {
        tree = base &+ lengthHigh
        bits = 8
        length = 18
      } else {
        tree = base &+ lengthMid &+ positionState &<< 3
        length = 10
      }
    }
    return length &+ coder.tree(&probabilities, tree, bits: bits)
  }

  /// Decodes a match distance less one.
  @inline(__always)
  private static func decodeDistance(
    _ coder: inout RangeDecoder, _ probabilities: inout MaskedTable<UInt16>, length: Int
  ) -> UInt32 {
    let lengthState = min(length &- 2, 3)
    let slot = coder.tree(&probabilities, distanceSlot &+ lengthState &<< 6, bits: 6)
    guard slot >= 4 else { return UInt32(truncatingIfNeeded: slot) }
    let bits = slot &>> 1 &- 1
    let high = UInt32(truncatingIfNeeded: 2 | slot & 1) &<< UInt32(truncatingIfNeeded: bits)
    if slot < 14 {
      // Probability trees overlap by one entry: index zero of a tree is never used.
      let base = distanceSpecial &+ Int(high) &- slot
      return high &+ coder.reverseTree(&probabilities, base, bits: bits)
    }
    let middle = coder.direct(bits &- 4) &<< 4
    return high &+ middle &+ coder.reverseTree(&probabilities, distanceAlign, bits: 4)
  }
}
