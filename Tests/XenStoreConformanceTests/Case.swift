import XenStoreTestSupport
import XenStoreWire

/// Whose answers are looked at.
enum Subject: String, CaseIterable, Sendable {
  case ours = "ours"
  /// The C daemon of Xen 4.17.
  case c = "C"
  /// The OCaml daemon of Xen 4.17.
  case ocaml = "O"
}

/// Requests, and what each daemon must answer.
///
/// A step is a line: `1 WRITE@x /t/a|value -> OK|`. The client's number (0 when left out), the type
/// by its name or as `#20`, the transaction's letter, the payload; then the reply's payload, or
/// `!ENOENT` for that error, `!*` for any, `~` for any success, `CLOSED`, `SILENCE` for no answer,
/// `STRAY` for one whose header is not the request's, `*` for anything, `$x` to call the transaction that began
/// `x`. What a stock daemon answers instead follows as `;C ...` and `;O ...`; `SKIP` leaves out the
/// rest of the case for it.
///
/// `1 EVENT /t/a|token|` is an event that client 1 must have received by then, `QUIET` none. At the
/// end of a case no client may have one that was not named.
///
/// In payloads `|` is a nul, `{x*20}` twenty of `x`, `%ff` a byte; `?` in a reply is a number.
///
/// A client `d1` is domain 1, through its ring; it owns `/local/domain/1`. Besides requests it can
/// `SHUTDOWN`, be `DYING` or `GONE`, `COME` again with an empty page and a new port, spoil its `INDEXES`, `PUT` bytes
/// that are no whole message; `RECONNECT -> OK` asks for a new connection, `-> SILENCE` in vain;
/// `WORD 2072 -> 3` looks into its page.
///
/// Each case begins with the nodes `/t/a` = 1, `/t/d/x` = x, `/t/d/y` = y, and new connections.
struct Case: Sendable {
  let name: String
  let steps: [Step]

  init(_ name: String, _ lines: String...) {
    self.init(name, lines)
  }

  init(_ name: String, _ lines: [String]) {
    self.name = name
    steps = lines.map(Step.init)
  }
}

struct Step: Sendable {
  enum Action: Sendable {
    case request(type: UInt32, transaction: Character?, payload: [UInt8])
    case event([UInt8])
    case quiet
    case fate(SimulatedMachine.Fate)
    case comes
    case reconnect
    case indexes
    case put([UInt8])
    case word(Int)
  }

  /// The number of the client that is a domain's ring.
  static func ring(_ domain: Int) -> Int { 100 + domain }

  let line: String
  let client: Int
  let action: Action
  /// What each is expected to answer.
  let expected: [Subject: String]

  init(_ line: String) {
    self.line = line
    var rest = line[...]
    var client = 0
    if let digit = rest.first?.wholeNumberValue, rest.dropFirst().first == " " {
      client = digit
      rest = rest.dropFirst(2)
    }
    if rest.first == "d", let digit = rest.dropFirst().first?.wholeNumberValue {
      client = Self.ring(digit)
      rest = rest.dropFirst(3)
    }
    self.client = client
    let alternatives = rest.split(separator: " ;", omittingEmptySubsequences: false)
    let sides = alternatives[0].split(
      separator: " -> ", maxSplits: 1, omittingEmptySubsequences: false)
    let words = sides[0].split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let payload = Payload.expand(words.count > 1 ? words[1] : "")
    let head = words[0].split(separator: "@", maxSplits: 1)
    var expected: [Subject: String] = [:]
    let common = sides.count > 1 ? String(sides[1]) : ""
    for subject in Subject.allCases { expected[subject] = common }
    for other in alternatives.dropFirst() {
      let parts = other.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard let subject = Subject(rawValue: String(parts[0])) else {
        preconditionFailure("no such daemon: \(line)")
      }
      expected[subject] = parts.count > 1 ? String(parts[1]) : ""
    }
    self.expected = expected
    switch head[0] {
    case "EVENT": action = .event(payload)
    case "QUIET": action = .quiet
    case "SHUTDOWN": action = .fate(.hasShutDown)
    case "DYING": action = .fate(.isDying)
    case "GONE": action = .fate(.isGone)
    case "COME": action = .comes
    case "RECONNECT": action = .reconnect
    case "INDEXES": action = .indexes
    case "PUT": action = .put(payload)
    case "WORD": action = .word(Int(words.count > 1 ? words[1] : "") ?? 0)
    default:
      guard let type = Payload.type(head[0]) else { preconditionFailure("no such type: \(line)") }
      action = .request(
        type: type, transaction: head.count > 1 ? head[1].first : nil, payload: payload)
    }
  }
}

enum Payload {
  private static let names: [Substring: MessageType] = [
    "CONTROL": .control, "LIST": .directory, "READ": .read, "PERMS": .getPermissions,
    "WATCH": .watch, "UNWATCH": .unwatch, "START": .transactionStart, "END": .transactionEnd,
    "INTRODUCE": .introduce, "RELEASE": .release, "PATH": .getDomainPath, "WRITE": .write,
    "MKDIR": .makeDirectory, "RM": .remove, "CHMOD": .setPermissions,
    "INTRODUCED": .isDomainIntroduced, "RESUME": .resume, "TARGET": .setTarget,
    "RESET": .resetWatches, "PART": .directoryPart, "FEATURE": .getFeature,
    "SETFEATURE": .setFeature, "QUOTA": .getQuota, "SETQUOTA": .setQuota,
  ]

  static func type(_ name: Substring) -> UInt32? {
    name.first == "#" ? UInt32(name.dropFirst()) : names[name]?.rawValue
  }

  static func expand(_ text: some StringProtocol) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "|"): result.append(0)
      case UInt8(ascii: "%"):
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        result.append(UInt8(digits, radix: 16) ?? 0)
        rest = rest.dropFirst(2)
      case UInt8(ascii: "{"):
        let inner = rest.prefix { $0 != UInt8(ascii: "}") }
        rest = rest.dropFirst(inner.count + 1)
        let parts = inner.split(separator: UInt8(ascii: "*"))
        let count = Int(String(decoding: parts[1], as: UTF8.self)) ?? 0
        for _ in 0..<count { result.append(contentsOf: parts[0]) }
      default: result.append(byte)
      }
    }
    return result
  }

  /// The notation of bytes, for messages.
  static func show(_ bytes: [UInt8]) -> String {
    var text = ""
    for byte in bytes.prefix(160) {
      switch byte {
      case 0: text += "|"
      case 0x20...0x7e: text.append(Character(UnicodeScalar(byte)))
      default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return bytes.count > 160 ? "\(text)... (\(bytes.count) bytes)" : text
  }

  /// Whether a reply is the expected one; `?` stands for a number.
  static func matches(_ bytes: [UInt8], _ pattern: String) -> Bool {
    let wanted = expand(pattern)
    guard pattern.contains("?") else { return bytes == wanted }
    var rest = bytes[...]
    for byte in wanted {
      if byte == UInt8(ascii: "?") {
        let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard !digits.isEmpty else { return false }
        rest = rest.dropFirst(digits.count)
      } else {
        guard rest.popFirst() == byte else { return false }
      }
    }
    return rest.isEmpty
  }
}
