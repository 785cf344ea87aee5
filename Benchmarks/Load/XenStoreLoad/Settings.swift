/// What a scenario is run with.
public struct Settings: Sendable {
  /// The server's socket.
  public var socket = "/run/xenstored/socket"
  /// Connections that ask.
  public var connections = 1
  /// Requests that each has outstanding.
  public var depth = 1
  /// How long to measure.
  public var seconds = 1.0
  /// Nodes, children or domains.
  public var count = 0
  /// Operations of a transaction, children of a directory.
  public var each = 1
  /// Watchers, or what is idle.
  public var others = 0
  /// Bytes of a value.
  public var valueLength = 8
  /// Seconds after which a burst of domains ends early; 0 for never.
  public var limit = 0.0

  /// The settings of no scenario yet.
  public init() {}

  var value: [UInt8] { [UInt8](repeating: UInt8(ascii: "x"), count: valueLength) }
}

/// Names of scenarios, and what runs them.
public enum Scenarios {
  private static let all: [(name: String, run: @Sendable (Settings) -> Void)] = [
    ("read", { requests($0, Kind.read) }),
    ("write", { requests($0, Kind.write) }),
    ("list", { requests($0, Kind.directory) }),
    ("transactions", { transactions($0, counts: false) }),
    ("increments", { transactions($0, counts: true) }),
    ("fan-out", { fanOut($0, oneConnection: false) }),
    ("fan-out-one", { fanOut($0, oneConnection: true) }),
    ("idle-watches", idleWatches),
    ("idle-sockets", idleSockets),
    ("idle-domains", idleDomains),
    ("tree", tree),
    ("tree-read", treeRead),
    ("flat", flat),
    ("subtree", subtree),
    ("wait", longestWait),
    ("burst", burst),
  ]

  /// All names.
  public static var names: [String] { all.map(\.name) }

  /// Runs a scenario; false when there is none of that name.
  public static func run(_ name: String, _ settings: Settings) -> Bool {
    guard let found = all.first(where: { $0.name == name }) else { return false }
    found.run(settings)
    return true
  }
}
