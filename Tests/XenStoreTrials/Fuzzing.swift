import XenStoreWire

/// What a fuzzer can be aimed at. Each takes any bytes; a trap, an endless loop, work or memory that
/// the bytes do not account for, and a store that contradicts itself are findings.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// What clients on sockets and rings send, straight into the store.
  case stream
  /// Pages of rings and events, into the server.
  case ring
  /// The stream that hands the state of one server to another.
  case state

  /// Runs one input.
  public func run(_ bytes: [UInt8]) {
    switch self {
    case .stream: StreamFuzz.run(bytes)
    case .ring: RingFuzz.run(bytes)
    case .state: StateFuzz.run(bytes)
    }
  }
}

/// Messages that inputs are made of.
enum FuzzMessage {
  /// Strings that requests often hold: one byte of input stands for each.
  static let words = [
    "/", "/a", "/a/b", "a", "b/c", "/local", "/local/domain/1", "/local/domain/2/x",
    "@releaseDomain",
    "@introduceDomain", "@releaseDomain/1", "@x", "t", "T", "F", "n0", "n1", "r1", "b1", "w2", "b2",
    "r0", "n2", "b32757", "1", "2", "3", "0", "10", "7", "65535", "32752", "4294967295",
    "18446744073709551615", "-1", "nodes", "memory", "watches", "transactions", "check", "", "//",
    "/a/", String(repeating: "p", count: 255), "/" + String(repeating: "q/", count: 60) + "q",
    "print", "help", "memreport", "quota", "log", "live-update", "-s",
  ]

  /// Builds a message of words and raw bytes.
  static func build(_ input: inout FuzzInput) -> [UInt8] {
    let type = UInt32(input.byte() % 30)
    let shape = input.byte()
    let transaction = shape & 0x80 == 0 ? 0 : UInt32(shape >> 4 & 7)
    var payload: [UInt8] = []
    for _ in 0..<Int(shape & 7) {
      payload += Array(words[Int(input.byte()) % words.count].utf8) + [0]
    }
    if shape & 8 != 0 { payload += input.take(Int(input.byte())) }
    if shape & 0x78 == 0x78 { payload += [UInt8](repeating: 0x61, count: Int(input.byte()) * 16) }
    var bytes: [UInt8] = []
    MessageHeader(
      type: type, requestID: 1, transactionID: transaction,
      length: UInt32(min(payload.count, WireLimit.payload))
    ).append(to: &bytes)
    return bytes + payload.prefix(WireLimit.payload)
  }
}
