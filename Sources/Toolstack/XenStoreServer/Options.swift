import Glibc
import XenStoreCore

/// What the command line asks for. Options go by the names of the C daemon.
public struct Options: Equatable, Sendable {
  /// Where the socket stands.
  public var socket = "/run/xenstored/socket"
  /// Where our process number is written to.
  public var pidFile: String?
  /// The file that gets lines for an administrator; standard error when nil.
  public var logFile: String?
  /// Whether we stay in the foreground.
  public var staysInForeground = false
  /// Whether our process number is printed.
  public var printsProcess = false
  /// Whether the control domain's own ring is left alone.
  public var skipsControlDomain = false
  /// The limits of domains.
  public var quotas = Quotas()
  /// Whether only the usage is asked for.
  public var wantsHelp = false

  /// A word of the command line that we cannot follow.
  public struct Mistake: Error, Equatable {
    /// What is wrong, for a person.
    public let message: String
  }

  private enum Kind {
    case flag(WritableKeyPath<Options, Bool>)
    case limit(QuotaKind)
    case text(WritableKeyPath<Options, String>)
    case optionalText(WritableKeyPath<Options, String?>)
    case quota
    case ignored(takesValue: Bool)
  }

  private static func kind(_ name: String) -> Kind? {
    switch name {
    case "-N", "--no-fork": .flag(\.staysInForeground)
    case "-P", "--output-pid": .flag(\.printsProcess)
    case "-D", "--no-domain-init": .flag(\.skipsControlDomain)
    case "-H", "-h", "--help": .flag(\.wantsHelp)
    case "-F", "--pid-file": .optionalText(\.pidFile)
    case "-T", "--trace-file": .optionalText(\.logFile)
    case "--socket": .text(\.socket)
    case "-E", "--entry-nb": .limit(.nodes)
    case "-S", "--entry-size": .limit(.nodeSize)
    case "-W", "--watch-nb": .limit(.watches)
    case "-t", "--transaction": .limit(.transactions)
    case "-A", "--perm-nb": .limit(.permissions)
    case "-Q", "--quota": .quota
    case "-R", "--no-recovery", "-L", "--preserve-local", "-V", "--verbose", "-K",
      "--keep-orphans":
      .ignored(takesValue: false)
    case "-I", "--internal-db", "-M", "--path-max", "-q", "--quota-soft",
      "-w", "--timeout":
      .ignored(takesValue: true)
    default: nil
    }
  }

  /// Makes the options of a server that was told nothing.
  public init() {}

  /// Reads a command line without the program's name.
  ///
  /// - Throws: a sentence about the first word that makes no sense.
  public init(_ arguments: [String]) throws(Mistake) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      var name = word
      var value: String?
      if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
        name = String(word[..<equals])
        value = String(word[word.index(after: equals)...])
      }
      guard let kind = Self.kind(name) else {
        throw Mistake(message: "unknown option \(name); --help lists them")
      }
      switch kind {
      case .flag(let path): self[keyPath: path] = true
      case .ignored(takesValue: false): break
      default:
        guard let text = value ?? rest.popFirst() else {
          throw Mistake(message: "\(name) needs a value")
        }
        try take(name, kind, text)
      }
    }
  }

  private mutating func take(_ name: String, _ kind: Kind, _ text: String) throws(Mistake) {
    switch kind {
    case .text(let path): self[keyPath: path] = text
    case .optionalText(let path): self[keyPath: path] = text
    case .limit(let limit): quotas[limit] = try number(name, text)
    case .quota:
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      let known = QuotaKind.allCases.first { $0.name == parts.first }
      guard parts.count == 2, let limit = known else {
        let names = QuotaKind.allCases.map(\.name).joined(separator: ", ")
        throw Mistake(message: "\(name) takes WHAT=NUMBER, where WHAT is one of \(names)")
      }
      quotas[limit] = try number(name, parts[1])
    case .flag, .ignored: break
    }
  }

  private func number(_ name: String, _ text: String) throws(Mistake) -> UInt64 {
    guard let value = UInt64(text) else {
      throw Mistake(message: "\(name) needs a number, not \(text)")
    }
    return value
  }

  /// What `--help` prints.
  public static let usage = """
    Usage: xenstored [OPTION]...
      -N, --no-fork            stay in the foreground
      -F, --pid-file FILE      write our process number to FILE
      -T, --trace-file FILE    log to FILE, not to standard error; SIGHUP opens it anew
      -P, --output-pid         print our process number
      -D, --no-domain-init     leave the control domain's ring alone
          --socket PATH        serve this socket (/run/xenstored/socket)
      -E, --entry-nb N         nodes of a domain
      -S, --entry-size N       bytes of a node
      -W, --watch-nb N         watches of a domain
      -t, --transaction N      transactions of a domain
      -A, --perm-nb N          permissions of a node
      -Q, --quota WHAT=N       any of these by its name: \
    \(QuotaKind.allCases.map(\.name).joined(separator: ", "))
    A limit of 0 is none. Options of the C daemon that mean nothing here are accepted.
    """
}
