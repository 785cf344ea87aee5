/// Lengths and places in a stream, in bytes.
///
/// - Source: `tools/xenstored/xenstore_state.h`
enum Layout {
  static let header = 16
  static let recordHeader = 8
  static let connection = 24
  static let watch = 8
  static let watchWithDepth = 10
  static let node = 16
  static let quotas = 4
  static let domain = 8
  /// `DOMID_INVALID`.
  static let noDomain: UInt16 = 0x7ff4
  /// A connection's number of its domain follows its data (`XS_STATE_CONN_FIELDS_UNIQ_ID`).
  static let hasUniqueID: UInt16 = 1
  /// A watch of any depth, in a record that has one.
  static let anyDepth: UInt16 = 0xffff

  @inline(__always)
  static func padded(_ offset: Int) -> Int { (offset &+ 7) & ~7 }

  // Once the place of all bytes is checked the compiler makes one load of them.

  @inline(__always)
  static func half(_ bytes: Span<UInt8>, _ at: Int) -> UInt16 {
    precondition(at >= 0 && at <= bytes.count &- 2)
    return UInt16(bytes[at]) | UInt16(bytes[at &+ 1]) &<< 8
  }

  @inline(__always)
  static func word(_ bytes: Span<UInt8>, _ at: Int) -> UInt32 {
    precondition(at >= 0 && at <= bytes.count &- 4)
    return UInt32(bytes[at]) | UInt32(bytes[at &+ 1]) &<< 8 | UInt32(bytes[at &+ 2]) &<< 16
      | UInt32(bytes[at &+ 3]) &<< 24
  }

  // MARK: Writing

  @inline(__always)
  static func put(_ word: UInt32, _ bytes: inout MutableSpan<UInt8>, _ at: inout Int) {
    precondition(at >= 0 && at <= bytes.count &- 4)
    bytes[at] = UInt8(truncatingIfNeeded: word)
    bytes[at &+ 1] = UInt8(truncatingIfNeeded: word &>> 8)
    bytes[at &+ 2] = UInt8(truncatingIfNeeded: word &>> 16)
    bytes[at &+ 3] = UInt8(truncatingIfNeeded: word &>> 24)
    at &+= 4
  }

  /// Puts two numbers of 16 bits.
  @inline(__always)
  static func put(
    _ first: Int, _ second: Int, _ bytes: inout MutableSpan<UInt8>, _ at: inout Int
  ) {
    put(UInt32(truncatingIfNeeded: second &<< 16 | first & 0xffff), &bytes, &at)
  }

  @inline(__always)
  static func put(
    _ source: Span<UInt8>, _ bytes: inout MutableSpan<UInt8>, _ at: inout Int
  ) {
    let count = source.count
    precondition(at >= 0 && at <= bytes.count &- count)
    var index = 0
    while index &+ 4 <= count {
      var place = at &+ index
      put(word(source, index), &bytes, &place)
      index &+= 4
    }
    while index < count {
      bytes[at &+ index] = source[index]
      index &+= 1
    }
    at &+= count
  }
}
