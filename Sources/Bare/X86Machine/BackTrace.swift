import CX86
import Text

/// Names of the image's functions and a walk along its frame pointers.
///
/// The name table is linked into the image by `Tools/link-image`: a count, then per function its
/// offset from the image's start and its name's offset in the table (32 bits each, sorted by address),
/// then the names.
enum BackTrace {
  /// Prints what was running at `address`, and then as `print(framePointer:)`.
  static func print(at address: UInt64, framePointer: UInt64) {
    log(.answer, "Call trace:")
    printLine(address)
    printCallers(framePointer)
  }

  /// Prints the callers, innermost first, starting from the frame at `framePointer`.
  static func print(framePointer: UInt64) {
    log(.answer, "Call trace:")
    printCallers(framePointer)
  }

  /// Prints the words on this CPU's stack from `stackPointer` on, 128 of them at most, without rows
  /// of zeros.
  static func printStack(from stackPointer: UInt64) {
    log(.answer, "Stack from rsp=\(hex: stackPointer, digits: 16):")
    var address = stackPointer & ~7
    for _ in 0..<32 {
      var line = Line()
      var bits: UInt64 = 0
      for _ in 0..<4 where isOnThisStack(address) {
        // Safety: a word inside this CPU's own stack block.
        let value = unsafe word(at: address)
        bits |= value
        line.buffer.append("   ")
        line.buffer.append(hexadecimal: value, digits: 16)
        address &+= 8
      }
      guard line.buffer.count > 0 else { return }
      if bits != 0 { log(.answer, line) }
    }
  }

  private static func printCallers(_ framePointer: UInt64) {
    var frame = framePointer
    var remaining = 40
    while remaining > 0, isOnThisStack(frame) {
      // Safety: two words inside this CPU's own stack block.
      let caller = unsafe word(at: frame &+ 8)
      let next = unsafe word(at: frame)
      guard isText(caller) else { break }
      printLine(caller)
      guard next > frame else { break }
      frame = next
      remaining &-= 1
    }
  }

  /// Prints one line of a trace.
  private static func printLine(_ address: UInt64) {
    var line = Line()
    line.buffer.append("   [")
    line.buffer.append(hexadecimal: address, digits: 16)
    line.buffer.append("] ")
    appendSymbol(of: address, to: &line.buffer)
    log(.answer, line)
  }

  /// Appends the name of the function that holds `address`, and the offset into it.
  private static func appendSymbol(of address: UInt64, to line: inout LineBuffer) {
    let start = x86_symbols_start()
    guard isText(address), x86_symbols_end() &- start >= 16 else { return line.append("?") }
    let offset = UInt32(truncatingIfNeeded: address &- x86_image_start())
    let count = UInt64(unsafe half(at: start))
    var low: UInt64 = 0
    var high = count
    // The last function that starts at or before the offset lies in low..<high.
    while high &- low > 1 {
      let middle = (low &+ high) / 2
      if unsafe half(at: start &+ 8 &+ middle &* 8) <= offset {
        low = middle
      } else {
        high = middle
      }
    }
    guard count > 0 else { return line.append("?") }
    // Safety: `low` is below the table's count.
    let entry = start &+ 8 &+ low &* 8
    var name = start &+ UInt64(unsafe half(at: entry &+ 4))
    while name < x86_symbols_end(), line.count < 200 {
      // Safety: inside the table.
      guard let p = unsafe UnsafePointer<UInt8>(bitPattern: UInt(name)), unsafe p.pointee != 0
      else { break }
      line.append(byte: unsafe p.pointee)
      name &+= 1
    }
    line.append("+")
    line.append(hexadecimal: offset &- (unsafe half(at: entry)), digits: 1)
  }

  private static func isOnThisStack(_ address: UInt64) -> Bool {
    let top = x86_rsp() | 0xffff
    return address & 7 == 0 && address > x86_rsp() &- 64 && address &+ 16 <= top &- 263
  }

  private static func isText(_ address: UInt64) -> Bool {
    address >= x86_image_start() && address < x86_text_end()
  }

  /// - Safety: eight readable bytes at `address`.
  @unsafe private static func word(at address: UInt64) -> UInt64 {
    guard let p = unsafe UnsafePointer<UInt64>(bitPattern: UInt(address)) else { return 0 }
    return unsafe p.pointee
  }

  /// - Safety: four readable bytes at `address`.
  @unsafe private static func half(at address: UInt64) -> UInt32 {
    guard let p = unsafe UnsafePointer<UInt32>(bitPattern: UInt(address)) else { return 0 }
    return unsafe p.pointee
  }
}
