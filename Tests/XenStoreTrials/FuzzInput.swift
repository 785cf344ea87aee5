/// The bytes of an input, taken from the front; zeros follow the last one.
struct FuzzInput {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isEmpty: Bool { position >= bytes.count }

  mutating func byte() -> UInt8 {
    guard !isEmpty else { return 0 }
    position += 1
    return bytes[position - 1]
  }

  mutating func word() -> UInt32 {
    var word: UInt32 = 0
    for index in 0..<4 { word |= UInt32(byte()) << UInt32(index * 8) }
    return word
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    let end = min(position + count, bytes.count)
    defer { position = end }
    return bytes[position..<end]
  }
}
