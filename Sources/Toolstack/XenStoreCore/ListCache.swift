/// The lists of children of directories that were listed last. An entry is right as long as the
/// directory's list has not changed, which its generation says.
struct ListCache {
  private struct Entry {
    var node: Int32 = -1
    var generation: UInt64 = 0
    var bytes: [UInt8] = []
  }

  private var entries = Array(repeating: Entry(), count: 64)

  /// Appends the list of a node; false when it is not here.
  func append(_ node: Int32, _ generation: UInt64, to bytes: inout [UInt8]) -> Bool {
    let slot = Int(node) & (entries.count &- 1)
    guard entries[slot].node == node, entries[slot].generation == generation else { return false }
    bytes.append(contentsOf: entries[slot].bytes)
    return true
  }

  /// Remembers a list that is long enough to be worth it.
  mutating func keep(_ node: Int32, _ generation: UInt64, _ bytes: [UInt8]) {
    guard bytes.count >= 128 else { return }
    let slot = Int(node) & (entries.count &- 1)
    entries[slot].node = node
    entries[slot].generation = generation
    entries[slot].bytes.removeAll(keepingCapacity: true)
    entries[slot].bytes.append(contentsOf: bytes)
  }
}
