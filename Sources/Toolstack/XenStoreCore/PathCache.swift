/// Nodes by whole path, for the paths that were asked for last: one comparison in place of a search
/// for every component. An entry is right for all versions of the tree of the same shape.
struct PathCache {
  private struct Entry: BitwiseCopyable {
    var shape: UInt64 = .max
    var hash: UInt64 = 0
    var node: Int32 = -1
    var ancestor: Int32 = -1
    var length: Int32 = -1
  }

  private static let count = 2048
  /// Longer paths are not kept.
  private static let longest = 96

  private var entries = Array(repeating: Entry(), count: count)
  private var paths = [UInt8](repeating: 0, count: count * longest)

  /// The directory of the path that was searched for last, up to its slash: the next is often below it.
  private var directory: [UInt8] = []
  private var directoryNode: Int32 = -1
  private var directoryShape: UInt64 = .max

  /// The node of a path and its parent; nil when they are not known.
  @inline(__always)
  func find(_ path: Span<UInt8>, _ hash: UInt64, shape: UInt64) -> (node: Int32, ancestor: Int32)? {
    let slot = Int(truncatingIfNeeded: hash) & (Self.count &- 1)
    let entry = entries[slot]
    guard entry.shape == shape, entry.hash == hash, Int(entry.length) == path.count,
      equal(paths, slot &* Self.longest, path, 0, count: path.count)
    else { return nil }
    return (entry.node, entry.ancestor)
  }

  /// Whether a path is here, wherever it may lead now.
  @inline(__always)
  func holds(_ path: Span<UInt8>, _ hash: UInt64) -> Bool {
    let slot = Int(truncatingIfNeeded: hash) & (Self.count &- 1)
    return entries[slot].hash == hash && Int(entries[slot].length) == path.count
      && equal(paths, slot &* Self.longest, path, 0, count: path.count)
  }

  /// Remembers where a path leads.
  @inline(__always)
  mutating func keep(
    _ path: Span<UInt8>, _ hash: UInt64, shape: UInt64, node: Int32, ancestor: Int32
  ) {
    guard path.count <= Self.longest else { return }
    let slot = Int(truncatingIfNeeded: hash) & (Self.count &- 1)
    entries[slot] = Entry(
      shape: shape, hash: hash, node: node, ancestor: ancestor,
      length: Int32(truncatingIfNeeded: path.count))
    copy(path, 0..<path.count, into: &paths, at: slot &* Self.longest)
  }

  /// The node from which a search for a path may begin, and where the component after it begins.
  @inline(__always)
  func above(_ path: Span<UInt8>, shape: UInt64) -> (node: Int32, start: Int) {
    let count = directory.count
    guard directoryShape == shape, count < path.count, equal(directory, 0, path, 0, count: count)
    else { return (NodeStore.root, 1) }
    return (directoryNode, count)
  }

  /// Remembers the deepest directory that a search met.
  @inline(__always)
  mutating func keepDirectory(_ path: Span<UInt8>, _ walk: Walk, shape: UInt64) {
    guard walk.ancestor > NodeStore.root,
      walk.ancestor != directoryNode || directoryShape != shape
    else { return }
    var end = walk.rest
    while path[end &- 1] != UInt8(ascii: "/") { end &-= 1 }
    directory.removeAll(keepingCapacity: true)
    append(path, 0..<end, to: &directory)
    directoryNode = walk.ancestor
    directoryShape = shape
  }
}
