import XenStoreWire

/// Where a path leads.
struct Walk {
  /// The node; -1 when it is missing.
  var node: Int32
  /// The deepest node on the way that exists; the node's parent when the node exists.
  var ancestor: Int32
  /// Where the first missing component begins in the path.
  var rest: Int
  /// How many components are missing.
  var missing: Int

  /// Whether the node is missing but the one above it exists.
  var hasParent: Bool { node >= 0 || missing == 1 }
}

extension NodeStore {
  /// Follows a canonical absolute path.
  ///
  /// - Parameters:
  ///   - directory: a node on the way.
  ///   - start: where the component after it begins.
  @inline(__always)
  func walk(_ path: Span<UInt8>, from directory: Int32 = root, at start: Int = 1) -> Walk {
    var current = directory
    var parent: Int32 = -1
    var start = start
    while start < path.count {
      let end = Self.componentEnd(path, start)
      let next = child(current, path, start..<end, childHash(current, path, start..<end))
      if next < 0 {
        var missing = 1
        for index in end..<path.count where path[index] == UInt8(ascii: "/") { missing &+= 1 }
        return Walk(node: -1, ancestor: current, rest: start, missing: missing)
      }
      parent = current
      current = next
      start = end &+ 1
    }
    return Walk(node: current, ancestor: parent, rest: path.count, missing: 0)
  }

  /// Where the component that begins at `start` ends.
  @inline(__always)
  static func componentEnd(_ path: Span<UInt8>, _ start: Int) -> Int {
    var end = start
    while end < path.count, path[end] != UInt8(ascii: "/") { end &+= 1 }
    return end
  }

  /// Appends a node's absolute path.
  func appendPath(_ id: Int32, to bytes: inout [UInt8]) {
    var chain: [Int32] = []
    var current = id
    while current > Self.root {
      chain.append(current)
      current = node(current).parent
    }
    if chain.isEmpty { bytes.append(UInt8(ascii: "/")) }
    for step in chain.reversed() {
      bytes.append(UInt8(ascii: "/"))
      appendName(node(step), to: &bytes)
    }
  }
}

/// Checks of paths.
enum PathRule {
  /// Whether a path may hold this byte.
  ///
  /// - Source: `docs/misc/xenstore.txt`
  @inline(__always)
  static func allows(_ byte: UInt8) -> Bool {
    let set = byte & 64 == 0 ? punctuationAndDigits : letters
    return byte < 128 && set &>> UInt64(byte & 63) & 1 == 1
  }

  /// Bit n: the byte n. `-`, and `/` to `9`.
  private static let punctuationAndDigits: UInt64 = 1 << 45 | 0x7ff << 47
  /// Bit n: the byte n + 64. `@` to `Z`, `_`, `a` to `z`.
  private static let letters: UInt64 = 0x7ff_ffff | 1 << 31 | 0x3ff_ffff << 33

  /// Whether the bytes from `start` are components joined by single slashes, none of them empty.
  @inline(__always)
  static func isCanonical(_ path: Span<UInt8>, from start: Int) -> Bool {
    var previous = UInt8(ascii: "/")
    for index in start..<path.count {
      let byte = path[index]
      guard allows(byte), byte != UInt8(ascii: "/") || previous != byte else { return false }
      previous = byte
    }
    return previous != UInt8(ascii: "/")
  }

  /// Whether an absolute path is longer than allowed: what stands below `/local/domain/N/` has a
  /// limit of its own, since a client may have said it relative to that.
  static func isTooLong(_ path: Span<UInt8>, wasRelative: Bool, prefix: Int) -> Bool {
    wasRelative
      ? path.count &- prefix > WireLimit.relativePath : path.count > WireLimit.absolutePath
  }
}
