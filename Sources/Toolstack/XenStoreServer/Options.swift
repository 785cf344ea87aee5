import XenStoreCore

/// What the server does, as the command line and the configuration file have it.
public struct Options: Equatable, Sendable {
  /// Where the socket stands.
  public var socket = "/run/xenstored/socket"
  /// Whether there is a socket at all.
  public var hasSocket = true
  /// Where our process number is written to.
  public var pidFile: String?
  /// Whether we end when that cannot be: somebody asked for it on the command line.
  public var needsPidFile = false
  /// The file that gets lines for an administrator; nil for the trace file or the usual place.
  public var logFile: String?
  /// The file that gets what clients ask and are answered, and the lines too when they have none.
  public var traceFile: String?
  /// What is traced.
  public var traces = TraceSwitches.standard
  /// Whether we stay in the foreground.
  public var staysInForeground = false
  /// Whether our process number is printed.
  public var printsProcess = false
  /// Whether the control domain's own ring is left alone.
  public var skipsControlDomain = false
  /// Where what changes is written down, so that a successor can go on after a crash; nil for
  /// nowhere.
  public var stateFolder: String?
  /// Whether that is used; what is there is removed otherwise.
  public var keepsState = true
  /// The limits of domains.
  public var quotas = Quotas()
  /// The amounts of which a line is logged, by name; 0 for none.
  public var softQuotas = SoftQuotas()
  /// Who hands over to us; nil when nobody does.
  public var predecessor: Predecessor?
  /// The command line, without the program.
  public var words: [String] = []
  /// What was asked for that has no effect here, each with the reason: one line for the log.
  public var remarks: [String] = []

  /// Makes the options of a server that was told nothing.
  public init() {}

  /// The folder that the socket stands in.
  var socketFolder: String {
    guard let slash = socket.lastIndex(of: "/") else { return "." }
    return slash == socket.startIndex ? "/" : String(socket[..<slash])
  }

  /// A word of the command line, or a line of the configuration, that we cannot follow.
  public struct Mistake: Error, Equatable {
    /// What is wrong, for a person.
    public let message: String
  }
}

/// Amounts that are no limit, but of which the administrator hears when a domain exceeds them.
public struct SoftQuotas: Equatable, Sendable {
  /// Bytes held for a domain in all; 0 for none.
  public var memory: UInt64 = 2 << 20

  /// Makes those that the C daemon begins with.
  public init() {}

  /// Their names.
  public static let names = ["memory"]
}

/// What of the conversation with clients is written to the trace file, by the C daemon's names.
public struct TraceSwitches: OptionSet, Sendable {
  public let rawValue: UInt8

  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Clients that come and go.
  public static let objects = Self(rawValue: 1)
  /// Requests, replies and events.
  public static let messages = Self(rawValue: 2)
  /// Those too that only read; a switch of ours.
  public static let reads = Self(rawValue: 4)
  /// What the C daemon begins with, once it has a trace file.
  public static let standard: Self = [.objects, .messages, .reads]

  /// The names of all switches: those of the C daemon, in its order, of which some are about things
  /// that we have not (a limit of write rates, a database), and ours.
  public static let names: [(name: String, value: TraceSwitches)] = [
    ("obj", .objects), ("io", .messages), ("wrl", []), ("acc", []), ("tdb", []), ("read", .reads),
  ]

  /// Turns one on or off: `+io`, `-obj`; false when there is no such switch.
  public mutating func apply(_ change: some StringProtocol) -> Bool {
    guard let known = Self.names.first(where: { $0.name == change.dropFirst() }) else {
      return false
    }
    switch change.first {
    case "+": formUnion(known.value)
    case "-": subtract(known.value)
    default: return false
    }
    return true
  }
}
