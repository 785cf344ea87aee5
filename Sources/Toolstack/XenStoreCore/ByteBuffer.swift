import XenStoreWire

/// Where bytes are appended.
protocol ByteSink {
  /// Appends a byte.
  mutating func append(_ byte: UInt8)
  /// Appends the bytes `range` of a span.
  mutating func append(_ source: Span<UInt8>, _ range: Range<Int>)
}

extension [UInt8]: ByteSink {
  @inline(__always)
  mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
    XenStoreCore.append(source, range, to: &self)
  }
}

/// Bytes in space that is kept: to empty it and to append a few bytes costs less than with an array.
public struct ByteBuffer: ByteSink {
  private var space: [UInt8] = []
  /// How many bytes there are.
  public private(set) var count = 0

  /// How many bytes fit into the space that there is.
  var capacity: Int { space.count }
  /// Whether there are none.
  public var isEmpty: Bool { count == 0 }

  /// The bytes.
  public var span: Span<UInt8> {
    @_lifetime(borrow self)
    @inline(__always)
    get { space.span.extracting(0..<count) }
  }

  init() {}

  init(_ bytes: [UInt8]) {
    space = bytes
    count = bytes.count
  }

  /// The bytes from an index on.
  func bytes(from start: Int) -> [UInt8] { Array(space[start..<count]) }

  /// Forgets all but the space.
  @inline(__always)
  mutating func clear() { count = 0 }

  /// Forgets all but the space, and that, too, when it is for more bytes than this.
  public mutating func clear(keepingAtMost limit: Int) {
    if capacity > limit { space = [] }
    count = 0
  }

  /// Forgets what stands behind so many bytes.
  mutating func truncate(to limit: Int) { count = min(count, limit) }

  /// Forgets the last bytes, of which there are so many.
  @inline(__always)
  mutating func removeLast(_ bytes: Int) { count = max(0, count &- bytes) }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    makeRoom(1)
    space[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ source: Span<UInt8>, _ range: Range<Int>) {
    makeRoom(range.count)
    copy(source, range, into: &space, at: count)
    count &+= range.count
  }

  @inline(__always)
  mutating func append(contentsOf bytes: [UInt8]) { append(bytes.span, 0..<bytes.count) }

  /// Appends the lowest bytes of a word, the lowest first.
  @inline(__always)
  mutating func append(_ word: UInt64, bytes: Int) {
    makeRoom(8)
    put(word.littleEndian, into: &space, at: count)
    count &+= min(bytes, 8)
  }

  /// Puts a number, little-endian, in the place of the bytes at an index.
  mutating func replace(at index: Int, with number: UInt32) {
    put(number.littleEndian, into: &space, at: index)
  }

  /// Appends a message's header.
  @inline(__always)
  mutating func append(_ header: MessageHeader) {
    makeRoom(MessageHeader.byteCount)
    let words = SIMD4(
      header.type.littleEndian, header.requestID.littleEndian,
      header.transactionID.littleEndian, header.length.littleEndian)
    put(words, into: &space, at: count)
    count &+= MessageHeader.byteCount
  }

  /// Appends a number in decimal digits.
  mutating func append(decimal value: UInt64) {
    var text: UInt64 = 0
    var digits = 0
    var rest = value
    repeat {
      text = text &<< 8 | (0x30 &+ rest % 10)
      digits &+= 1
      rest /= 10
    } while rest > 0 && digits < 8
    if rest > 0 { append(decimal: rest) }
    append(text, bytes: digits)
  }

  /// Appends what somebody appends to an array.
  mutating func append(_ body: (inout [UInt8]) -> Void) {
    var bytes: [UInt8] = []
    body(&bytes)
    append(contentsOf: bytes)
  }

  @inline(__always)
  private mutating func makeRoom(_ bytes: Int) {
    if space.count &- count < bytes { grow(bytes) }
  }

  @inline(never)
  private mutating func grow(_ bytes: Int) {
    space.append(contentsOf: repeatElement(0, count: max(bytes, space.count, 256)))
  }
}
