/// A few bytes, first in, first out; what finds no room is dropped.
public struct ByteQueue: ~Copyable {
  /// How many there may be, 255 at most.
  public let capacity: UInt8
  private var bytes = InlineArray<256, UInt8>(repeating: 0)
  private var written: UInt8 = 0
  private var taken: UInt8 = 0

  /// An empty queue for `capacity` bytes.
  public init(capacity: UInt8 = 255) { self.capacity = capacity }

  /// Whether there is nothing to take.
  public var isEmpty: Bool { written == taken }

  /// Appends a byte, and says whether there was room.
  @discardableResult public mutating func append(_ byte: UInt8) -> Bool {
    guard written &- taken < capacity else { return false }
    bytes[Int(written)] = byte
    written &+= 1
    return true
  }

  /// Takes the oldest byte.
  public mutating func take() -> UInt8? {
    guard !isEmpty else { return nil }
    let byte = bytes[Int(taken)]
    taken &+= 1
    return byte
  }
}
