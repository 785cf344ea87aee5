/// Numbers of message types.
///
/// - Source: `xen/include/public/io/xs_wire.h`
public enum Kind {
  public static let directory: UInt32 = 1
  public static let read: UInt32 = 2
  public static let watch: UInt32 = 4
  public static let start: UInt32 = 6
  public static let end: UInt32 = 7
  public static let introduce: UInt32 = 8
  public static let release: UInt32 = 9
  public static let write: UInt32 = 11
  public static let makeDirectory: UInt32 = 12
  public static let remove: UInt32 = 13
  public static let setPermissions: UInt32 = 14
  public static let event: UInt32 = 15
  public static let error: UInt32 = 16
}

/// A request, whole but for its number and transaction, which are put in when it is sent.
struct Message {
  let bytes: [UInt8]

  private init(_ type: UInt32, _ payload: [UInt8]) {
    var bytes: [UInt8] = []
    for word in [type, 0, 0, UInt32(payload.count)] { put(word, into: &bytes) }
    self.bytes = bytes + payload
  }

  /// A request of strings, each closed by a nul.
  init(_ type: UInt32, _ strings: String...) {
    self.init(type, strings.flatMap { Array($0.utf8) + [0] })
  }

  /// A request to set a value.
  init(write path: String, _ value: [UInt8]) {
    self.init(Kind.write, Array(path.utf8) + [0] + value)
  }
}

/// Appends a word, little end first.
@inline(__always)
public func put(_ word: UInt32, into bytes: inout [UInt8]) {
  for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: word &>> UInt32(shift &* 8))) }
}

/// Reads a word, little end first.
@inline(__always)
public func word(_ bytes: Span<UInt8>, _ at: Int) -> UInt32 {
  UInt32(bytes[at]) | UInt32(bytes[at &+ 1]) &<< 8 | UInt32(bytes[at &+ 2]) &<< 16
    | UInt32(bytes[at &+ 3]) &<< 24
}
