import CXenStore
import Glibc
import XenStoreCore
import XenStoreWire

/// Serves clients until a signal ends it.
///
/// - Throws: what the kernel refused.
public func serve(_ options: Options) throws(SystemError) {
  if let predecessor = options.predecessor { return try takeOver(options, from: predecessor) }
  let waiting = options.staysInForeground ? nil : cxs_background()
  if waiting == -1 { throw SystemError("fork") }
  // Mappings of other domains' memory do not survive a fork: this comes after it.
  let hypervisor = try XenHost.open()
  var server = try Server(options, host: hypervisor ?? NoHost())
  if hypervisor == nil { server.log.write("no hypervisor here: only the socket is served") }
  for remark in options.remarks { server.log.write(remark) }
  do throws(SystemError) {
    try server.start(options)
  } catch {
    if options.hasSocket { SystemCalls.remove(options.socket) }
    throw error
  }
  if let waiting { cxs_let_go(waiting) }
  server.run()
}

/// A server of one socket and of the rings of domains.
struct Server: ~Copyable {
  /// Numbers in epoll: three of our own, then sockets of clients by their slot.
  enum Number {
    static let listener: UInt32 = 0
    static let signals: UInt32 = 1
    static let host: UInt32 = 2
    static let firstClient: UInt32 = 3
  }

  var store: XenStore
  var host: any DomainHost
  var log: Log
  var trace: Trace
  let epoll: Int32
  /// The socket that clients connect to, when there is one.
  let listener: Int32?
  let signals: Int32
  var clients: [Client?] = []
  /// The slot of a connection's client.
  var slots: [Int] = []
  var freeSlots: [Int] = []
  /// The slots of domains, by domain and by our end of the event channel.
  var ringSlots: [DomainID: Int] = [:]
  var portSlots: [UInt32: Int] = [:]
  /// Slots of domains that are to hear of a change in their ring.
  var changed: [Int] = []
  /// Commands to check the store that are under way.
  var checks: [Effect] = []
  /// Clients that have input to serve in the next round.
  var runnable: [Int] = []
  /// What writes down what changes; nil when nothing does.
  var recorder: Recorder?
  /// Where that is.
  var folder: StateFolder?
  var buffer = [UInt8](repeating: 0, count: 65536)
  private var ready = [cxs_event](repeating: cxs_event(), count: 256)
  /// Those whose waiting has ended and who are served now; empty otherwise, for its space.
  private var resuming: [ConnectionID] = []
  private var hasWork = false
  private var isRunning = true

  /// Work that a client may cause in one round before others have theirs.
  let budget = 512
  /// Work that all who wait from rounds before may cause in one, and all domains that send events.
  let sharedBudget = 128
  /// How long others wait for one transaction, when those that conflicted take turns.
  private let turnMilliseconds: Int32 = 3
  private var turnDeadline: Int64 = 0
  private var lastTurn = 0

  /// The command line that we were started with, without the program.
  let words: [String]
  /// Where a successor finds what we know.
  let stateDirectory: String
  /// A live update that is being prepared.
  var update: LiveUpdate?
  /// The next request to start a live update asks what became of the one that brought us here.
  var hasJustTakenOver = false
  /// Commands may have us write files and run programs: those of a trial may not.
  var obeysPaths = true

  /// Opens the socket, or goes on with one that is open.
  ///
  /// - Throws: what the kernel refused.
  init(
    _ options: Options, host: any DomainHost, listener inherited: Int32? = nil
  ) throws(SystemError) {
    SystemCalls.raiseDescriptorLimit()
    cxs_tune_allocator()
    var log = Log.opened(for: options)
    let trace = Trace.begun(for: options, &log)
    // Its absence is said by what cannot be made in it.
    if options.hasSocket { try? SystemCalls.makeFolder(options.socketFolder, mode: 0o755) }
    // This comes before the socket: another server that is alive keeps it.
    let (folder, obstacle) = try Self.folder(options)
    if !options.keepsState { folder?.removeAll(before: .max) }
    self.folder = options.keepsState ? folder : nil
    (epoll, listener, signals) = try Self.open(
      options.hasSocket ? options.socket : nil, inherited, host.descriptor)
    words = options.words
    stateDirectory = Self.stateDirectory(options)
    if let obstacle {
      log.write("\(obstacle): nothing is kept for a restart after a crash", .warning)
    }
    self.log = log
    self.trace = trace
    self.host = host
    store = XenStore(seed: SystemCalls.randomSeed()) { host.exists($0) }
    store.defaultQuotas = options.quotas
    store.softMemory = options.softQuotas.memory
    store.takesTurns = true
    store.beginGenerations(at: cxs_microseconds_since_1970())
  }

  /// The folder for what a successor needs; service does not depend on it.
  ///
  /// - Returns: the folder, or why there is none.
  /// - Throws: EBUSY when another server has it.
  private static func folder(
    _ options: Options
  ) throws(SystemError) -> (folder: StateFolder?, obstacle: String?) {
    guard let path = options.stateFolder else { return (nil, nil) }
    do throws(SystemError) {
      return (try StateFolder(path), nil)
    } catch {
      guard error.code != EBUSY else { throw error }
      return (nil, error.message)
    }
  }

  private static func open(
    _ path: String?, _ inherited: Int32?, _ host: Int32?
  ) throws(SystemError) -> (epoll: Int32, listener: Int32?, signals: Int32) {
    let epoll = cxs_epoll_create()
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
    let signals = cxs_signals()
    guard signals >= 0 else { throw SystemError("signalfd") }
    var listener = inherited
    if listener == nil, let path { listener = try SystemCalls.listen(at: path) }
    let sources: [(Int32?, UInt32)] = [
      (listener, Number.listener), (signals, Number.signals), (host, Number.host),
    ]
    for case (let descriptor?, let number) in sources {
      guard cxs_epoll_set(epoll, descriptor, 1, UInt32(CXS_READ), number) == 0 else {
        throw SystemError("epoll_ctl")
      }
    }
    return (epoll, listener, signals)
  }

  /// Serves the control domain's ring, and says that we are ready: to the service manager, in the
  /// process file, on standard output.
  ///
  /// - Throws: what the kernel refused.
  mutating func start(_ options: Options) throws(SystemError) {
    if let folder { recover(from: folder) }
    store.makeOwnNode()
    if !options.skipsControlDomain, ringSlots[.zero] == nil, let link = try host.ownRing() {
      addRing(.zero, link, store.introduce(.zero))
    }
    if let folder { startRecording(in: folder) }
    try writeProcessFile(options)
    if options.printsProcess {
      print(getpid())
      fflush(nil)
    }
    SystemCalls.notifyReady()
  }

  /// Writes our number where somebody wants it.
  ///
  /// - Throws: what the kernel refused, when the command line names the file; else it is logged.
  private mutating func writeProcessFile(_ options: Options) throws(SystemError) {
    guard let path = options.pidFile else { return }
    do throws(SystemError) {
      try SystemCalls.writeProcessFile(path)
    } catch {
      if options.needsPidFile { throw error }
      log.write(error.message, .warning)
    }
  }

  /// Serves until a signal ends it.
  mutating func run() {
    while isRunning { round(patience: -1) }
    if let listener { close(listener) }
    SystemCalls.notify("STOPPING=1")
    trace.end()
  }

  /// Serves whoever is ready, once.
  ///
  /// - Parameter patience: milliseconds to wait when nobody is; -1 for ever.
  mutating func round(patience: Int32) {
    var patience = store.hasTurnWaiters ? turnMilliseconds : patience
    if hasWork || !runnable.isEmpty { patience = 0 }
    if trace.isHolding { patience = patience < 0 ? 50 : min(patience, 50) }
    if update?.isUnderWay == true { patience = patience < 0 ? 2 : min(patience, 2) }
    let count = SystemCalls.wait(epoll, into: &ready, timeout: patience)
    passTurns()
    var waiting: [Int] = []
    swap(&waiting, &runnable)
    var hasHostEvents = false
    for index in 0..<count {
      if ready[index].number == Number.host { hasHostEvents = true } else { serve(ready[index]) }
    }
    resumeWaiters()
    if hasHostEvents || !waiting.isEmpty {
      // Nobody on a socket waits for its answer until domains that flood have had their share.
      answer()
      resumeInTurn(waiting)
      if hasHostEvents { serveHost() }
      resumeWaiters()
    }
    hasWork = store.continueWork(budget: 4096)
    if advanceChecks() { hasWork = true }
    report()
    flush()
    trace.handOver()
    for id in store.resumed { if let slot = slot(of: id) { schedule(slot) } }
    if !store.resumed.isEmpty { store.resumed.removeAll(keepingCapacity: true) }
    if advanceCheckpoint() { hasWork = true }
    if update?.isUnderWay == true { advanceUpdate() }
  }

  /// Serves those at once who waited for what this round has brought: what they are told goes out with
  /// the rest. Each may end another's wait; who is left has its turn in the next round.
  private mutating func resumeWaiters() {
    guard !store.resumed.isEmpty else { return }
    for _ in 0..<4 where !store.resumed.isEmpty {
      swap(&resuming, &store.resumed)
      for id in resuming { if let slot = slot(of: id) { resume(slot) } }
      resuming.removeAll(keepingCapacity: true)
    }
  }

  /// The slot of a connection's client; nil when it is gone.
  private func slot(of id: ConnectionID) -> Int? {
    store.isOpen(id) && slots[id.index] >= 0 ? slots[id.index] : nil
  }

  /// Ends a turn that takes too long.
  private mutating func passTurns() {
    guard store.hasTurnWaiters else {
      turnDeadline = 0
      return
    }
    let now = SystemCalls.milliseconds()
    if turnDeadline == 0 || store.turnCount != lastTurn {
      lastTurn = store.turnCount
      turnDeadline = now &+ Int64(turnMilliseconds)
    } else if now >= turnDeadline {
      store.passTurn()
      turnDeadline = 0
    }
  }

  private mutating func serve(_ event: cxs_event) {
    switch event.number {
    case Number.listener: acceptClients()
    case Number.signals:
      while case let signal = cxs_next_signal(signals), signal != 0 {
        if signal == SIGHUP { reopenLogs() } else { isRunning = false }
      }
    default:
      let slot = Int(event.number &- Number.firstClient)
      guard clients.indices.contains(slot), let id = clients[slot]?.id else { return }
      if event.events & UInt32(CXS_WRITE) != 0 { store.owe(id) }
      if event.events & UInt32(CXS_READ) != 0 {
        receive(slot)
      } else if event.events & UInt32(CXS_GONE) != 0 {
        remove(slot)
      }
    }
  }
}
