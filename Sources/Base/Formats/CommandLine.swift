/// The hypervisor's command line: words separated by spaces, in Xen's grammar.
///
/// ```
/// word  = [ "no-" ] name [ "=" value ]
/// line  = [ image name ] word... [ " -- " dom0's words ]
/// ```
/// In names `-` and `_` are the same. Double quotes keep spaces together; a value that is quoted
/// as a whole loses its quotes. Words are ranges into the text: nothing is copied.
/// - Source: `docs/misc/xen-command-line.pandoc`, "Types of parameter".
public enum CommandLine {
  /// Separates the hypervisor's words from those meant for dom0's kernel.
  ///
  /// - Parameters:
  ///   - text: the whole line as the boot loader passed it.
  ///   - loaderName: the boot loader's name. All but GRUB 2 put the image's name first, and that
  ///     word is dropped.
  public static func split(_ text: RawSpan, loaderName: RawSpan) -> (
    hypervisor: TextRange, dom0: TextRange
  ) {
    let line = kernelWords(text, loaderName: loaderName)
    // The separator is a word of its own; at the very start there is no space before it.
    var word = line
    var position = line.start
    while let next = nextWord(text, line, &position) {
      if text.equals(next, "--") {
        let dom0 = skippingSpaces(text, TextRange(start: next.end, end: line.end))
        return (TextRange(start: line.start, end: word.start), dom0)
      }
      word = TextRange(start: next.end, end: next.end)
    }
    return (line, TextRange(start: line.end, end: line.end))
  }

  /// The words of a module's own command line: without the image's name, which all loaders but
  /// GRUB 2 put first.
  public static func kernelWords(_ text: RawSpan, loaderName: RawSpan) -> TextRange {
    let end = text.firstOffset(of: 0, in: TextRange(start: 0, end: text.byteCount))
    var line = TextRange(start: 0, end: end ?? text.byteCount)
    line = skippingSpaces(text, line)
    if !isGRUB2(loaderName) {
      while !line.isEmpty, text.character(line.start) != space { line = line.dropping(1) }
      line = skippingSpaces(text, line)
    }
    return line
  }

  private static func isGRUB2(_ name: RawSpan) -> Bool {
    // GRUB 1 called itself "GNU GRUB 0.97" and the like.
    name.hasPrefix(TextRange(start: 0, end: name.byteCount), "GRUB ")
      && name.character(5) != UInt8(ascii: "0")
  }

  /// The next word of `line` from `position` on, which moves past it; nil after the last.
  ///
  /// - Complexity: linear in the word's length.
  public static func nextWord(
    _ text: RawSpan, _ line: TextRange, _ position: inout Int
  ) -> TextRange? {
    var offset = max(position, line.start)
    while offset < line.end, text.character(offset) == space { offset &+= 1 }
    let start = offset
    var isQuoted = false
    while offset < line.end, isQuoted || text.character(offset) != space {
      if text.character(offset) == quote { isQuoted.toggle() }
      offset &+= 1
    }
    position = offset
    return offset > start ? TextRange(start: start, end: offset) : nil
  }

  private static func skippingSpaces(_ text: RawSpan, _ range: TextRange) -> TextRange {
    var range = range
    while !range.isEmpty, text.character(range.start) == space { range = range.dropping(1) }
    return range
  }

  static var space: UInt8 { UInt8(ascii: " ") }
  static var quote: UInt8 { UInt8(ascii: "\"") }
}
