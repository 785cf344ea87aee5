/// XZ's x86 branch filter, undone.
///
/// The encoder turns the relative targets of call and jmp (opcodes E8 and E9) into absolute ones,
/// which compress better. To leave data alone that merely looks like a branch, it judges by the
/// target's top byte and by the opcodes seen in the three bytes before; the decoder repeats that
/// judgement from what it has decoded.
///
/// - Source: The .xz File Format 5.3.2; LZMA SDK `Bra86.c` (public domain) for the judgement.
enum X86BranchFilter {
  /// Undoes the filter in place over `range` of `output`.
  ///
  /// `startOffset` is the address the encoder gave the range's first byte.
  ///
  /// - Throws: `FormatError.outputTooSmall` when the range is not inside the output.
  static func decode(
    _ output: inout MutableRawSpan, _ range: Range<Int>, startOffset: UInt32
  ) throws(FormatError) {
    var code = try EditWindow(output.whole(), range)
    // A branch is an opcode and four bytes of target, so the last four bytes cannot start one.
    let stop = code.count &- 4
    // Bit k tells that the byte k + 1 before the current opcode was an opcode left unconverted.
    var suspects: UInt32 = 0
    var previous = -4
    var index = code.firstBranchOpcode(from: 0, to: stop)
    while index < stop {
      let gap = index &- previous
      suspects = gap > 3 ? 0 : suspects &<< UInt32(truncatingIfNeeded: gap &- 1) & 7
      previous = index

      if isConverted(code, index, suspects) {
        let address = startOffset &+ UInt32(truncatingIfNeeded: index) &+ 5
        let target = code.word(at: index &+ 1)
        code.setWord(at: index &+ 1, relative(target, to: address, suspects: suspects))
        index &+= 5
      } else {
        suspects = suspects &<< 1 | 1
        index &+= 1
      }
      index = code.firstBranchOpcode(from: index, to: stop)
    }
  }

  /// Whether the encoder converted the branch at `index`.
  @inline(__always)
  private static func isConverted(
    _ code: borrowing EditWindow, _ index: Int, _ suspects: UInt32
  ) -> Bool {
    guard isSignExtension(code.byte(at: index &+ 4)) else { return false }
    guard suspects != 0 else { return true }
    // With one suspect, the branch it would be must have ended in an ordinary top byte.
    guard suspects & (suspects &- 1) == 0 else { return false }
    return !isSignExtension(code.byte(at: index &+ 4 &- distance(toSuspect: suspects)))
  }

  @inline(__always)
  private static func relative(
    _ target: UInt32, to address: UInt32, suspects: UInt32
  ) -> UInt32 {
    var result = target &- address
    if suspects != 0 {
      // The encoder inverted the low part when the subtraction alone would have made the
      // suspect's own top byte look like a sign extension.
      let kept = UInt32(truncatingIfNeeded: distance(toSuspect: suspects) &* 8)
      if isSignExtension(UInt8(truncatingIfNeeded: result &>> (24 &- kept))) {
        result = (result ^ (UInt32.max &>> kept)) &- address
      }
    }
    // The top byte repeats bit 24.
    result &= 0x01FF_FFFF
    return result | (0 &- (result & 0x0100_0000))
  }

  /// How many bytes before the current opcode the single suspect lies: 1, 2 or 3.
  @inline(__always)
  private static func distance(toSuspect suspects: UInt32) -> Int {
    32 &- suspects.leadingZeroBitCount
  }

  @inline(__always)
  private static func isSignExtension(_ byte: UInt8) -> Bool { byte == 0 || byte == 0xFF }
}
