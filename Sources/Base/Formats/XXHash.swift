/// XXH64 and XXH32 with seed zero: the checksums of zstd and LZ4 frames.
///
/// - Source: xxHash specification (github.com/Cyan4973/xxHash, doc/xxhash_spec.md).
enum XXHash {
  private static let prime64: (UInt64, UInt64, UInt64, UInt64, UInt64) = (
    0x9E37_79B1_85EB_CA87, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x85EB_CA77_C2B2_AE63,
    0x27D4_EB2F_1656_67C5
  )
  private static let prime32: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
    0x9E37_79B1, 0x85EB_CA77, 0xC2B2_AE3D, 0x27D4_EB2F, 0x1656_67B1
  )

  /// The 64-bit hash of `bytes`.
  static func hash64(_ bytes: RawSpan) -> UInt64 {
    let prime = prime64
    var input = InputWindow(bytes)
    var hash = prime.4
    if bytes.byteCount >= 32 {
      var lanes = (prime.0 &+ prime.1, prime.1, 0 as UInt64, 0 &- prime.0)
      while input.remaining >= 32 {
        lanes.0 = round64(lanes.0, input.nextWord() ?? 0)
        lanes.1 = round64(lanes.1, input.nextWord() ?? 0)
        lanes.2 = round64(lanes.2, input.nextWord() ?? 0)
        lanes.3 = round64(lanes.3, input.nextWord() ?? 0)
      }
      hash =
        rotate64(lanes.0, 1) &+ rotate64(lanes.1, 7) &+ rotate64(lanes.2, 12)
        &+ rotate64(lanes.3, 18)
      hash = (hash ^ round64(0, lanes.0)) &* prime.0 &+ prime.3
      hash = (hash ^ round64(0, lanes.1)) &* prime.0 &+ prime.3
      hash = (hash ^ round64(0, lanes.2)) &* prime.0 &+ prime.3
      hash = (hash ^ round64(0, lanes.3)) &* prime.0 &+ prime.3
    }
    hash = hash &+ UInt64(truncatingIfNeeded: bytes.byteCount)
    while let word = input.nextWord() {
      hash = rotate64(hash ^ round64(0, word), 27) &* prime.0 &+ prime.3
    }
    if input.remaining >= 4 {
      hash = rotate64(hash ^ UInt64(nextHalf(&input)) &* prime.0, 23) &* prime.1 &+ prime.2
    }
    while input.remaining > 0 {
      hash = rotate64(hash ^ UInt64(input.next()) &* prime.4, 11) &* prime.0
    }
    hash = (hash ^ hash >> 33) &* prime.1
    hash = (hash ^ hash >> 29) &* prime.2
    return hash ^ hash >> 32
  }

  /// The 32-bit hash of `bytes`.
  static func hash32(_ bytes: RawSpan) -> UInt32 {
    let prime = prime32
    var input = InputWindow(bytes)
    var hash = prime.4
    if bytes.byteCount >= 16 {
      var lanes = (prime.0 &+ prime.1, prime.1, 0 as UInt32, 0 &- prime.0)
      while input.remaining >= 16 {
        lanes.0 = round32(lanes.0, nextHalf(&input))
        lanes.1 = round32(lanes.1, nextHalf(&input))
        lanes.2 = round32(lanes.2, nextHalf(&input))
        lanes.3 = round32(lanes.3, nextHalf(&input))
      }
      hash =
        rotate32(lanes.0, 1) &+ rotate32(lanes.1, 7) &+ rotate32(lanes.2, 12)
        &+ rotate32(lanes.3, 18)
    }
    hash = hash &+ UInt32(truncatingIfNeeded: bytes.byteCount)
    while input.remaining >= 4 {
      hash = rotate32(hash &+ nextHalf(&input) &* prime.2, 17) &* prime.3
    }
    while input.remaining > 0 {
      hash = rotate32(hash &+ UInt32(input.next()) &* prime.4, 11) &* prime.0
    }
    hash = (hash ^ hash >> 15) &* prime.1
    hash = (hash ^ hash >> 13) &* prime.2
    return hash ^ hash >> 16
  }

  @inline(__always)
  private static func nextHalf(_ input: inout InputWindow) -> UInt32 {
    var value: UInt32 = 0
    for shift: UInt32 in 0..<4 { value |= UInt32(input.next()) &<< (shift &* 8) }
    return value
  }

  @inline(__always)
  private static func round64(_ lane: UInt64, _ word: UInt64) -> UInt64 {
    rotate64(lane &+ word &* prime64.1, 31) &* prime64.0
  }

  @inline(__always)
  private static func round32(_ lane: UInt32, _ word: UInt32) -> UInt32 {
    rotate32(lane &+ word &* prime32.1, 13) &* prime32.0
  }

  @inline(__always)
  private static func rotate64(_ value: UInt64, _ bits: UInt64) -> UInt64 {
    value &<< bits | value &>> (64 &- bits)
  }

  @inline(__always)
  private static func rotate32(_ value: UInt32, _ bits: UInt32) -> UInt32 {
    value &<< bits | value &>> (32 &- bits)
  }
}
