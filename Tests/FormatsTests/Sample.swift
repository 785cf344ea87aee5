/// The plain contents of the fixtures, made the same way here as when they were compressed.
enum Sample {
  private static let words = [
    "the", "quick", "domain", "maps", "its", "page", "tables", "while", "a", "vcpu", "waits",
    "for", "an", "event", "channel", "to",
  ].map { Array(($0 + " ").utf8) }

  /// Words, with x86 calls and jumps among them for the branch filter to convert.
  static func text(_ count: Int) -> [UInt8] {
    var state: UInt64 = 1
    var out: [UInt8] = []
    while out.count < count {
      state = step(state)
      let kind = state >> 59
      guard kind < 6 else {
        out += words[Int(state >> 40 & 15)]
        continue
      }
      if kind < 2 { out.append(0xE8) }
      out.append(kind == 5 ? 0xE9 : 0xE8)
      let distance = UInt32(truncatingIfNeeded: state >> 20 & 0x3F0)
      let target = kind & 1 == 0 ? distance : 0 &- distance
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        out.append(UInt8(truncatingIfNeeded: target >> shift))
      }
    }
    return Array(out.prefix(count))
  }

  /// Bytes that no compressor makes smaller.
  static func noise(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
      state = step(state)
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  static func step(_ state: UInt64) -> UInt64 {
    state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  }
}
