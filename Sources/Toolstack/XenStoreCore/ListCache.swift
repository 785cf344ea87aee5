/// The lists of children of directories that were listed last. An entry is right as long as the
/// directory's list has not changed, which its generation says.
struct ListCache {
  private struct Entry {
    var node: Int32 = -1
    var generation: UInt64 = 0
    var bytes: [UInt8] = []
    /// The list does not fit in a message; there are no bytes of it here.
    var isTooLong = false
  }

  /// What is known of a list.
  enum Answer {
    case unknown
    case appended
    case tooLong
  }

  private var entries = Array(repeating: Entry(), count: 64)

  /// Appends the list of a node when it is here.
  func append(_ node: Int32, _ generation: UInt64, to bytes: inout ByteBuffer) -> Answer {
    let slot = Int(node) & (entries.count &- 1)
    guard entries[slot].node == node, entries[slot].generation == generation else {
      return .unknown
    }
    if entries[slot].isTooLong { return .tooLong }
    bytes.append(contentsOf: entries[slot].bytes)
    return .appended
  }

  /// Remembers a list that is long enough to be worth it.
  mutating func keep(_ node: Int32, _ generation: UInt64, _ bytes: ByteBuffer) {
    guard bytes.count >= 128 else { return }
    let slot = Int(node) & (entries.count &- 1)
    entries[slot].node = node
    entries[slot].generation = generation
    entries[slot].isTooLong = false
    entries[slot].bytes.removeAll(keepingCapacity: true)
    entries[slot].bytes.append(bytes.span, 0..<bytes.count)
  }

  /// Remembers that a list does not fit in a message.
  mutating func keepTooLong(_ node: Int32, _ generation: UInt64) {
    let slot = Int(node) & (entries.count &- 1)
    entries[slot] = Entry(node: node, generation: generation, isTooLong: true)
  }
}
