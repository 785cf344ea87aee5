import CXenStore
import Glibc
import XenStoreCore
import XenStoreWire

/// Serves a socket until a signal ends it.
///
/// - Throws: what the kernel refused.
public func serve(_ options: Options, host: any DomainHost) throws(SystemError) {
  var server = try Server(options, host: host)
  if !options.staysInForeground, cxs_background() != 0 { throw SystemError("daemon") }
  try server.start(options)
  server.run()
}

/// A server of one socket.
struct Server: ~Copyable {
  /// A client's descriptor and what it sent that is not served yet.
  private struct Client {
    var descriptor: Int32
    var id: ConnectionID
    var input: [UInt8] = []
    var taken = 0
    var interest: UInt32
    var isRunnable = false
    var isStalled = false
    var isAtEnd = false
  }

  /// Numbers in epoll: two of our own, then clients by their slot.
  private enum Number {
    static let listener: UInt32 = 0
    static let signals: UInt32 = 1
    static let firstClient: UInt32 = 2
  }

  private var store: XenStore
  private var host: any DomainHost
  private let epoll: Int32
  private let listener: Int32
  private let signals: Int32
  private var clients: [Client?] = []
  /// The slot of a connection's client.
  private var slots: [Int] = []
  private var freeSlots: [Int] = []
  private var runnable: [Int] = []
  private var buffer = [UInt8](repeating: 0, count: 65536)
  private var ready = [cxs_event](repeating: cxs_event(), count: 256)
  private var isRunning = true

  /// Work that a client may cause in one round before others have theirs.
  private let budget = 512
  /// How long others wait for one transaction, when those that conflicted take turns.
  private let turnMilliseconds: Int32 = 3
  private var turnDeadline: Int64 = 0
  private var lastTurn = 0

  /// Opens the socket.
  ///
  /// - Throws: what the kernel refused.
  init(_ options: Options, host: any DomainHost) throws(SystemError) {
    SystemCalls.raiseDescriptorLimit()
    cxs_tune_allocator()
    let (epoll, listener, signals) = try Self.open(options.socket)
    self.epoll = epoll
    self.listener = listener
    self.signals = signals
    self.host = host
    store = XenStore(seed: SystemCalls.randomSeed()) { host.exists($0) }
    store.defaultQuotas = options.quotas
    store.takesTurns = true
  }

  private static func open(
    _ path: String
  ) throws(SystemError) -> (epoll: Int32, listener: Int32, signals: Int32) {
    let epoll = cxs_epoll_create()
    guard epoll >= 0 else { throw SystemError("epoll_create1") }
    let signals = cxs_signals()
    guard signals >= 0 else { throw SystemError("signalfd") }
    let listener = try SystemCalls.listen(at: path)
    for (descriptor, number) in [(listener, Number.listener), (signals, Number.signals)] {
      guard cxs_epoll_set(epoll, descriptor, 1, UInt32(CXS_READ), number) == 0 else {
        throw SystemError("epoll_ctl")
      }
    }
    return (epoll, listener, signals)
  }

  /// Says that we are ready: to the service manager, in the process file, on standard output.
  ///
  /// - Throws: what the kernel refused.
  mutating func start(_ options: Options) throws(SystemError) {
    if let path = options.pidFile { try SystemCalls.write("\(getpid())\n", to: path) }
    if options.printsProcess { print(getpid()) }
    SystemCalls.notifyReady()
  }

  /// Serves until a signal ends it.
  mutating func run() {
    var hasWork = false
    while isRunning {
      let isBusy = hasWork || !runnable.isEmpty
      let patience: Int32 = store.hasTurnWaiters ? turnMilliseconds : -1
      let count = SystemCalls.wait(epoll, into: &ready, timeout: isBusy ? 0 : patience)
      passTurns()
      let waiting = runnable
      runnable.removeAll(keepingCapacity: true)
      for slot in waiting { resume(slot) }
      for index in 0..<count { serve(ready[index]) }
      hasWork = store.continueWork(budget: 4096)
      flush()
      report()
      for id in store.resumed where store.isOpen(id) && slots[id.index] >= 0 {
        schedule(slots[id.index])
      }
      store.resumed.removeAll(keepingCapacity: true)
    }
    close(listener)
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
        if signal != SIGHUP { isRunning = false }
      }
    default:
      let slot = Int(event.number &- Number.firstClient)
      guard clients.indices.contains(slot), let id = clients[slot]?.id else { return }
      if event.events & UInt32(CXS_WRITE) != 0 { send(slot, id) }
      if event.events & UInt32(CXS_READ) != 0 {
        receive(slot)
      } else if event.events & UInt32(CXS_GONE) != 0 {
        remove(slot)
      }
    }
  }

  // MARK: Clients

  private mutating func acceptClients() {
    while let descriptor = SystemCalls.accept(listener) {
      let id = store.connectSocket()
      let slot = freeSlots.popLast() ?? clients.count
      let interest = UInt32(CXS_READ)
      let client = Client(descriptor: descriptor, id: id, interest: interest)
      if slot == clients.count { clients.append(client) } else { clients[slot] = client }
      while slots.count <= id.index { slots.append(-1) }
      slots[id.index] = slot
      let number = UInt32(truncatingIfNeeded: slot) &+ Number.firstClient
      if cxs_epoll_set(epoll, descriptor, 1, interest, number) != 0 { remove(slot) }
    }
  }

  private mutating func remove(_ slot: Int) {
    guard let client = clients[slot] else { return }
    store.disconnect(client.id)
    slots[client.id.index] = -1
    close(client.descriptor)
    clients[slot] = nil
    runnable.removeAll { $0 == slot }
    freeSlots.append(slot)
  }

  /// Asks to be told when a client can be read from or written to.
  private mutating func watch(_ slot: Int, reads: Bool, writes: Bool) {
    guard let client = clients[slot] else { return }
    let interest =
      (reads ? UInt32(CXS_READ) : 0) | (writes ? UInt32(CXS_WRITE) : 0)
    guard interest != client.interest else { return }
    clients[slot]?.interest = interest
    let number = UInt32(truncatingIfNeeded: slot) &+ Number.firstClient
    _ = cxs_epoll_set(epoll, client.descriptor, 0, interest, number)
  }

  // MARK: Input

  /// Receives what a client sent and serves what is whole in it.
  private mutating func receive(_ slot: Int) {
    guard let client = clients[slot], !client.isStalled, !client.isRunnable else { return }
    switch SystemCalls.receive(client.descriptor, into: &buffer) {
    case .wouldBlock: return
    case .closed: remove(slot)
    case .bytes(let count):
      if client.input.isEmpty {
        // The usual case: whole messages, served where they are.
        var bytes: [UInt8] = []
        swap(&bytes, &buffer)
        let taken = consume(slot, client.id, bytes.span.extracting(0..<count))
        if let taken, taken < count {
          clients[slot]?.input.append(contentsOf: bytes[taken..<count])
        }
        swap(&bytes, &buffer)
      } else {
        clients[slot]?.input.append(contentsOf: buffer[0..<count])
        resume(slot)
      }
    }
  }

  /// Has a client's input served in the next round.
  private mutating func schedule(_ slot: Int) {
    guard clients[slot]?.isRunnable == false else { return }
    clients[slot]?.isRunnable = true
    runnable.append(slot)
  }

  /// Serves what was received before.
  private mutating func resume(_ slot: Int) {
    guard let id = clients[slot]?.id else { return }
    clients[slot]?.isRunnable = false
    var input = clients[slot]?.input ?? []
    clients[slot]?.input = []
    let taken = consume(slot, id, input.span)
    guard let taken else { return }
    if taken == input.count {
      input.removeAll(keepingCapacity: input.capacity <= 65536)
    } else if taken > 0 {
      input.removeSubrange(0..<taken)
    }
    clients[slot]?.input = input
  }

  /// Serves messages within the client's budget; nil when the client is gone.
  private mutating func consume(_ slot: Int, _ id: ConnectionID, _ bytes: Span<UInt8>) -> Int? {
    var position = 0
    while true {
      let rest = bytes.extracting(position..<bytes.count)
      let consumed = store.consume(id, rest, budget: budget)
      position &+= consumed.bytes
      switch consumed.reason {
      case .incomplete: return position
      case .waiting:
        if store.effects.isEmpty {
          watch(slot, reads: bytes.count &- position < 65536, writes: false)
          return position
        }
        perform()
      case .budget:
        schedule(slot)
        return position
      case .unread:
        clients[slot]?.isStalled = true
        watch(slot, reads: false, writes: true)
        return position
      case .tooLong:
        remove(slot)
        return nil
      }
    }
  }

  // MARK: Output

  private mutating func flush() {
    while !store.dirty.isEmpty {
      let dirty = store.dirty
      store.dirty.removeAll(keepingCapacity: true)
      for id in dirty where store.isOpen(id) && id.index < slots.count && slots[id.index] >= 0 {
        send(slots[id.index], id)
      }
    }
  }

  private mutating func send(_ slot: Int, _ id: ConnectionID) {
    guard let client = clients[slot] else { return }
    var isGone = false
    store.send(id) { bytes in
      guard !bytes.isEmpty else { return 0 }
      switch SystemCalls.transmit(client.descriptor, bytes) {
      case .bytes(let count): return count
      case .wouldBlock: return 0
      case .closed:
        isGone = true
        return 0
      }
    }
    if isGone {
      remove(slot)
      return
    }
    let isLeft = store.pendingBytes(id) > 0
    if client.isStalled, !isLeft {
      clients[slot]?.isStalled = false
      schedule(slot)
    }
    watch(slot, reads: !client.isStalled || !isLeft, writes: isLeft)
  }

  // MARK: Outside

  /// Does what the store needs done outside.
  private mutating func perform() {
    while !store.effects.isEmpty {
      let effects = store.effects
      store.effects.removeAll(keepingCapacity: true)
      for effect in effects {
        switch effect.action {
        case .introduce(let domain, let frame, let port, let again):
          do throws(StoreError) {
            try host.attach(domain, frame: frame, port: port, again: again)
            store.complete(effect)
          } catch {
            store.complete(effect, failure: error)
          }
        case .release(let domain): host.detach(domain)
        case .control(let arguments): control(effect, arguments)
        }
      }
    }
  }

  private mutating func report() {
    if !store.effects.isEmpty { perform() }
    for hit in store.quotaHits {
      SystemCalls.log("domain \(hit.domain.rawValue) has used up its quota of \(hit.kind.name)")
    }
    store.quotaHits.removeAll()
  }

  /// Carries out a command of `xenstore-control`.
  private mutating func control(_ effect: Effect, _ arguments: [UInt8]) {
    let words = arguments.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    switch words.first {
    case "check":
      store.complete(effect, text: Array((store.inconsistency() ?? "OK").utf8) + [0])
    case "print":
      SystemCalls.log(words.dropFirst().joined(separator: " "))
      store.complete(effect)
    case "quota" where words.count == 1:
      let lines = QuotaKind.allCases.map { "\($0.name): \(store.defaultQuotas[$0])\n" }
      store.complete(effect, text: Array(lines.joined().utf8) + [0])
    case "memreport":
      store.complete(effect, text: Array(store.summary.utf8) + [0])
    case "help":
      store.complete(effect, text: Array("check\nhelp\nmemreport\nprint <text>\nquota\n\0".utf8))
    default: store.complete(effect, failure: .invalid)
    }
  }
}
