/// A note of an ELF file: who defined it, its type in that vocabulary, and its contents.
public struct ELFNoteRecord: Equatable, Sendable {
  /// The type (`n_type`); the name says what it means.
  public let type: UInt32
  /// Where in the file the name is, its terminating zero included.
  public let name: Range<Int>
  /// Where in the file the contents are.
  public let contents: Range<Int>
}

/// The notes of a segment or section, in file order.
///
/// ```
/// 0        4        8      12
/// | namesz | descsz | type | name, padded to 4 | contents, padded to 4 |
/// ```
/// - Source: System V ABI, chapter 5 "Note Section".
public struct ELFNotes: ~Escapable {
  private let bytes: RawSpan
  private var position: Int
  private let end: Int

  /// Begins at the start of `range`, which is cut to what `bytes` holds.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan, in range: Range<Int>) {
    self.bytes = bytes
    position = max(0, range.lowerBound)
    end = min(range.upperBound, bytes.byteCount)
  }

  /// Takes the next note, or nil when fewer bytes than a note's header are left.
  ///
  /// - Throws: `FormatError.truncated` when a note reaches past the end.
  @_lifetime(self: copy self)
  public mutating func next() throws(FormatError) -> ELFNoteRecord? {
    guard position <= end &- 12 else { return nil }
    let nameSize = Int(try bytes.load(UInt32.self, at: position))
    let contentsSize = Int(try bytes.load(UInt32.self, at: position + 4))
    let type = try bytes.load(UInt32.self, at: position + 8)
    let name = position + 12
    let contents = name + Self.padded(nameSize)
    guard contents + contentsSize <= end else { throw .truncated }
    position = contents + Self.padded(contentsSize)
    return ELFNoteRecord(
      type: type, name: name..<(name + nameSize), contents: contents..<(contents + contentsSize))
  }

  /// Rounds up to the notes' alignment; a size of 32 bits cannot overflow.
  private static func padded(_ size: Int) -> Int { (size + 3) & ~3 }
}
