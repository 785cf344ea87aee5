import ArgumentParser
import XenStoreCore

/// The command line of `xenstored`: options go by the names of the C daemon, 4.17's and later, and
/// of the OCaml daemon.
public struct ServerArguments: ParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "xenstored",
    abstract: "Serve Xen's configuration database.",
    discussion: """
      A limit of 0 is none. SIGHUP opens log files anew; SIGTERM ends the server. Options of the C \
      and OCaml daemons that mean nothing here are accepted, and named in the log.
      """,
    helpNames: [.customShort("H"), .customShort("h"), .long])

  public init() {}

  // MARK: How it runs

  @Option(
    help: ArgumentHelp(
      "Read this file, which is as oxenstored.conf is; else /etc/xen/oxenstored.conf.",
      valueName: "file"),
    completion: .file())
  var configFile: String?

  @Flag(help: "Only say whether that file makes sense.")
  var configTest = false

  @Flag(name: [.customShort("N"), .long], help: "Stay in the foreground.")
  var noFork = false

  @Option(
    name: [.customShort("F", allowingJoined: true), .long],
    help: ArgumentHelp("Write our process number to a file.", valueName: "file"),
    completion: .file())
  var pidFile: String?

  @Flag(name: [.customShort("P"), .long], help: "Print our process number.")
  var outputPid = false

  @Flag(name: [.customShort("D"), .long], help: "Leave the control domain's ring alone.")
  var noDomainInit = false

  @Option(
    help: ArgumentHelp(
      "Serve this socket; else XENSTORED_PATH, or socket in XENSTORED_RUNDIR or /run/xenstored.",
      valueName: "path"),
    completion: .file())
  var socket: String?

  @Flag(help: "Serve domains only, no socket.")
  var disableSocket = false

  @Flag(
    name: [.customShort("U"), .customLong("live-update")],
    help: "Take over from the server that was in our place; it says so itself.")
  var takesOver = false

  @Flag(help: .hidden)
  var live = false

  @Flag(help: .hidden)
  var restart = false

  @Option(
    help: ArgumentHelp(
      "Keep here what a server needs that goes on after a crash; else in SOCKET.state.",
      valueName: "path"),
    completion: .directory)
  var stateDir: String?

  @Flag(
    name: [.customShort("R"), .long],
    help: "Begin with an empty store, and keep nothing for a server after this one.")
  var noRecovery = false

  // MARK: Logs

  @Option(
    help: ArgumentHelp("Log to this file.", valueName: "file"), completion: .file())
  var logFile: String?

  @Option(
    name: [.customShort("T", allowingJoined: true), .long],
    help: ArgumentHelp(
      "Log to this file, and trace there what clients ask and are answered.", valueName: "file"),
    completion: .file())
  var traceFile: String?

  @Option(
    help: ArgumentHelp(
      "What is traced: +io, -io, +obj, -obj; may be given again.", valueName: "switch"),
    transform: ServerArguments.traceSwitch)
  var traceControl: [String] = []

  @Flag(name: [.customShort("V"), .long], help: "Trace to standard error.")
  var verbose = false

  @Flag(help: "Trace nothing, whatever the configuration says.")
  var noAccessLog = false

  // MARK: Limits

  @Option(
    name: [.customShort("E", allowingJoined: true), .long],
    help: ArgumentHelp("Nodes of a domain.", valueName: "n"))
  var entryNb: UInt64?

  @Option(
    name: [.customShort("S", allowingJoined: true), .long],
    help: ArgumentHelp("Bytes of a node.", valueName: "n"))
  var entrySize: UInt64?

  @Option(
    name: [.customShort("W", allowingJoined: true), .long],
    help: ArgumentHelp("Watches of a domain.", valueName: "n"))
  var watchNb: UInt64?

  @Option(
    name: [.customShort("t", allowingJoined: true), .long],
    help: ArgumentHelp("Transactions of a domain.", valueName: "n"))
  var transaction: UInt64?

  @Option(
    name: [.customShort("A", allowingJoined: true), .long],
    help: ArgumentHelp("Permissions of a node.", valueName: "n"))
  var permNb: UInt64?

  @Option(
    name: [.customShort("Q", allowingJoined: true), .long],
    help: ArgumentHelp(
      "Any of these by its name: \(QuotaKind.allCases.map(\.name).joined(separator: ", ")).",
      valueName: "what=n"),
    transform: { try Setting($0, "-Q, --quota", Setting.quotas) })
  var quota: [Setting] = []

  @Option(
    name: [.customShort("q", allowingJoined: true), .long],
    help: ArgumentHelp("Log when a domain exceeds this: memory.", valueName: "what=n"),
    transform: { try Setting($0, "-q, --quota-soft", SoftQuotas.names) })
  var quotaSoft: [Setting] = []

  // MARK: What means nothing here

  @Option(name: [.customShort("M", allowingJoined: true), .long], help: .hidden)
  var pathMax: UInt64?

  @Option(
    name: [.customShort("w", allowingJoined: true), .long], help: .hidden,
    transform: { try Setting($0, "-w, --timeout", ["watch-event"]) })
  var timeout: [Setting] = []

  @Option(name: [.customShort("I"), .long], defaultAsFlag: "on", help: .hidden)
  var internalDb: String?

  @Flag(name: [.customShort("K"), .long], help: .hidden)
  var keepOrphans = false

  @Flag(name: [.customShort("L"), .long], help: .hidden)
  var preserveLocal = false

  @Option(name: [.customShort("e", allowingJoined: true), .long], help: .hidden)
  var event: UInt64?

  @Option(name: [.customShort("m", allowingJoined: true), .long], help: .hidden)
  var masterDomid: UInt64?

  @Option(name: [.customShort("p", allowingJoined: true), .long], help: .hidden)
  var privDomid: UInt64?

  @Flag(help: .hidden)
  var reraiseTopLevel = false

  /// The C daemon's long options, and ours that could be taken for one of them.
  ///
  /// - Source: `tools/xenstore/xenstored_core.c` (`options`)
  static let longNames = [
    "--no-domain-init", "--entry-nb", "--pid-file", "--event", "--master-domid", "--help",
    "--no-fork", "--priv-domid", "--output-pid", "--entry-size", "--trace-file", "--trace-control",
    "--transaction", "--perm-nb", "--path-max", "--quota", "--quota-soft", "--timeout",
    "--no-recovery", "--internal-db", "--keep-orphans", "--verbose", "--watch-nb", "--live-update",
    "--live", "--no-access-log", "--preserve-local",
  ]

  private static func traceSwitch(_ text: String) throws -> String {
    var switches = TraceSwitches.standard
    guard switches.apply(text) else {
      let names = TraceSwitches.names.map(\.name).joined(separator: ", ")
      throw ValidationError("--trace-control takes + or - and one of \(names), not '\(text)'")
    }
    return text
  }
}

/// A setting by its name: `memory=2621440`.
struct Setting: Sendable {
  let name: String
  let value: UInt64

  /// The names of limits, and those of the C daemon's that we have no use for.
  static var quotas: [String] {
    QuotaKind.allCases.map(\.name) + ["permissions", "outstanding", "path-length", "path-max"]
  }

  /// Reads one.
  ///
  /// - Throws: what is wrong with it.
  init(_ text: String, _ option: String, _ names: [String]) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, names.contains(String(parts[0])), let value = UInt64(parts[1]) else {
      throw ValidationError(
        "\(option) takes WHAT=NUMBER, where WHAT is one of \(names.joined(separator: ", ")), "
          + "not '\(text)'")
    }
    name = String(parts[0])
    self.value = value
  }
}

extension QuotaKind {
  /// Reads a name: ours, which is that of recent C daemons, or 4.17's.
  init?(option name: String) {
    let known = Self.allCases.first { $0.name == name }
    guard let kind = known ?? (name == "permissions" ? .permissions : nil) else { return nil }
    self = kind
  }
}

// MARK: - What they mean

extension ServerArguments {
  /// What the server shall do: what the configuration file says, and what the command line says,
  /// which wins.
  ///
  /// - Throws: a line of the configuration file that cannot be followed, when the command line names
  ///   that file; of the usual one it is only logged, for that is another daemon's.
  public func options() throws(Options.Mistake) -> Options {
    var options = Options()
    try configure(&options)
    options.staysInForeground = noFork
    options.printsProcess = outputPid
    options.skipsControlDomain = noDomainInit
    options.predecessor = takesOver ? .stream : live ? .dump : nil
    options.hasSocket = !disableSocket
    if let pidFile {
      options.pidFile = pidFile
      options.needsPidFile = true
    }
    options.socket = socket ?? Self.usualSocket
    options.stateFolder =
      stateDir ?? (disableSocket ? "/run/xenstored/state" : options.socket + ".state")
    options.keepsState = !noRecovery
    setLogs(&options)
    setLimits(&options)
    options.remarks += remarks
    return options
  }

  private func configure(_ options: inout Options) throws(Options.Mistake) {
    do throws(Options.Mistake) {
      let path = configFile ?? ConfigurationFile.usual
      guard let file = try ConfigurationFile(path: path) else {
        if configFile == nil && !configTest { return }
        throw Options.Mistake(message: "\(path): there is no such file")
      }
      try file.apply(to: &options)
    } catch {
      if configFile != nil || configTest { throw error }
      options = Options()
      options.remarks = [error.message + ": the file is left out"]
    }
  }

  /// Where clients look for the socket.
  ///
  /// - Source: `tools/libs/store/xs.c` (`xs_daemon_socket`)
  private static var usualSocket: String {
    if let path = SystemCalls.environment("XENSTORED_PATH") { return path }
    return (SystemCalls.environment("XENSTORED_RUNDIR") ?? "/run/xenstored") + "/socket"
  }

  private func setLogs(_ options: inout Options) {
    if let logFile { options.logFile = logFile }
    if let traceFile { options.traceFile = traceFile }
    if verbose, options.traceFile == nil { options.traceFile = "/dev/stderr" }
    if noAccessLog { options.traces = [] }
    for change in traceControl { _ = options.traces.apply(change) }
  }

  private func setLimits(_ options: inout Options) {
    let limits: [(UInt64?, QuotaKind)] = [
      (entryNb, .nodes), (entrySize, .nodeSize), (watchNb, .watches), (transaction, .transactions),
      (permNb, .permissions),
    ]
    for case (let value?, let kind) in limits { options.quotas[kind] = value }
    for setting in quota {
      if let kind = QuotaKind(option: setting.name) { options.quotas[kind] = setting.value }
    }
    for setting in quotaSoft where setting.name == "memory" {
      options.softQuotas.memory = setting.value
    }
  }

  /// The options that were given and have no effect, with the reasons.
  private var remarks: [String] {
    let given: [(Bool, String)] = [
      (pathMax != nil, "--path-max: paths are as long as the protocol says"),
      (
        quota.contains { $0.name.hasPrefix("path-") },
        "--quota path-length: paths are as long as the protocol says"
      ),
      (
        quota.contains { $0.name == "outstanding" },
        "--quota outstanding: what a domain has not read counts as its memory"
      ),
      (!timeout.isEmpty, "--timeout: events that are not read count as memory, none is dropped"),
      (internalDb != nil, "--internal-db: the store is in memory always"),
      (keepOrphans, "--keep-orphans: nodes of a domain that ended go with it"),
      (preserveLocal, "--preserve-local: nothing is kept of /local"),
      (
        event != nil || masterDomid != nil || privDomid != nil,
        "--event, --master-domid, "
          + "--priv-domid: they are for a daemon in a domain of its own"
      ),
      (reraiseTopLevel, "--reraise-top-level: there are no exceptions to raise again"),
    ]
    return given.filter(\.0).map { "no effect: \($0.1)" }
  }
}
