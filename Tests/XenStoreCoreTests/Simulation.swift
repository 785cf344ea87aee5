import Foundation
import Testing
import XenStoreCore
import XenStoreWire

/// A small generator that gives the same numbers for the same seed on every machine.
struct Dice {
  var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state >> 11) % UInt64(sides))
  }

  mutating func pick<T>(_ items: [T]) -> T { items[roll(items.count)] }
}

/// Random operations of many clients on the store and on the model, and the first difference.
struct Simulation: ~Copyable {
  let seed: UInt64
  var dice: Dice
  var harness: Harness
  var model = Model()
  var ids: [ConnectionID] = []
  var numbers: [Int] = []
  var trace: [String] = []

  static let names = ["a", "b", "c", "d1", "backend", "a-longer-name_with@signs"]

  init(seed: UInt64) {
    self.seed = seed
    dice = Dice(seed: seed)
    harness = Harness(seed: seed)
    model.nodeLimit = 12
    for index in 0..<3 {
      ids.append(harness.store.connectSocket())
      numbers.append(index)
      model.clients[index] = Model.Client(domain: 0, isPrivileged: true)
    }
    for quota in [("nodes", 12), ("memory", 0), ("transactions", 0)] {
      _ = harness.ask(ids[0], .setQuota, quota.0, "\(quota.1)")
    }
    for domain in 1...4 { introduce(UInt16(domain)) }
  }

  private mutating func introduce(_ domain: UInt16) {
    ids.append(harness.introduce(domain))
    numbers.append(Int(domain) + 100)
    model.clients[Int(domain) + 100] = Model.Client(domain: domain, isPrivileged: false)
  }

  private mutating func path() -> String {
    switch dice.roll(20) {
    case 0: return "/"
    case 1: return dice.pick(["", "//a", "/a/", "a/", "/a b", "@x", "/a//b"])
    case 2: return "/local/domain/\(1 + dice.roll(4))"
    default: break
    }
    var path = dice.roll(4) == 0 ? "" : "/"
    for level in 0...dice.roll(4) {
      if level > 0 { path += "/" }
      path += dice.pick(Self.names)
    }
    return path
  }

  private mutating func value() -> [UInt8] {
    let length = dice.pick([0, 1, 3, 8, 20, 40, 70, 300])
    return (0..<length).map { _ in UInt8(dice.roll(256)) }
  }

  private mutating func permissions() -> [Permission] {
    let letters: [Access] = [[], .read, .write, [.read, .write]]
    return (0...dice.roll(3)).map { index in
      let domain = index > 0 && dice.roll(6) == 0 ? DomainID.any.rawValue : UInt16(dice.roll(5))
      return Permission(DomainID(rawValue: domain), dice.pick(letters))
    }
  }

  private mutating func operation() -> Model.Operation {
    let path = path()
    switch dice.roll(16) {
    case 0...3: return .write(path, value())
    case 4...6: return .read(path)
    case 7, 8: return .makeDirectory(path)
    case 9, 10: return .remove(path)
    case 11, 12: return .directory(path)
    case 13: return .getPermissions(path)
    default: return .setPermissions(path, permissions())
    }
  }

  /// Makes one step; returns what differs, or nil.
  ///
  /// - Parameter releases: whether domains may be released in it.
  mutating func step(releases: Bool = true) -> String? {
    let position = dice.roll(ids.count)
    let id = ids[position]
    let client = numbers[position]
    let open = (model.clients[client]?.transactions.keys.sorted() ?? [])
    switch dice.roll(40) {
    case 0...2 where open.count < 4:
      trace.append("\(client) start")
      let expected = model.start(client)
      let found = harness.start(id)
      return found == expected ? nil : "transaction \(found), not \(expected)"
    case 3...6 where !open.isEmpty:
      let transaction = dice.pick(open)
      let commits = dice.roll(5) != 0
      trace.append("\(client) end \(transaction) \(commits)")
      let expected = model.end(client, transaction, commits: commits)
      let reply = harness.ask(
        id, .transactionEnd, commits ? "T" : "F", transaction: transaction)
      return compare(reply, expected) ?? compareEvents()
    case 7, 8:
      let path = path()
      let token = dice.pick(["t", "u", "a token"])
      let depth = dice.roll(3) == 0 ? dice.roll(3) : nil
      trace.append("\(client) watch \(path) \(token) \(depth.map(String.init) ?? "-")")
      let expected = model.watch(client, path, token, depth)
      let reply =
        depth.map { harness.ask(id, .watch, path, token, "\($0)") }
        ?? harness.ask(id, .watch, path, token)
      // Special watches are not the model's business.
      if path.hasPrefix("@") {
        _ = harness.ask(id, .unwatch, path, token)
        harness.events = [:]
        model.events = []
        return nil
      }
      return compare(reply, expected) ?? compareEvents()
    case 9:
      let watch = model.watches.isEmpty ? nil : dice.pick(model.watches)
      guard let watch, let index = numbers.firstIndex(of: watch.client) else { return nil }
      trace.append("\(watch.client) unwatch \(watch.path) \(watch.token)")
      let expected = model.unwatch(watch.client, watch.path, watch.token)
      return compare(harness.ask(ids[index], .unwatch, watch.path, watch.token), expected)
    case 10 where dice.roll(10) == 0:
      trace.append("\(client) reset")
      model.reset(client)
      return compare(harness.ask(id, .resetWatches, ""), .ok)
    case 11 where releases && client > 100 && dice.roll(6) == 0:
      let domain = UInt16(client - 100)
      trace.append("release \(domain)")
      model.release(domain, client: client)
      _ = harness.ask(ids[0], .release, "\(domain)")
      ids.remove(at: position)
      numbers.remove(at: position)
      introduce(domain)
      harness.drain()
      harness.events = [:]
      model.events = []
      return compareTrees()
    default: break
    }
    let operation = operation()
    let transaction = open.isEmpty || dice.roll(3) == 0 ? 0 : dice.pick(open)
    trace.append("\(client) tx\(transaction) \(operation)")
    let expected = model.request(client, transaction, operation)
    let reply = send(operation, id, transaction)
    let answer: Model.Answer =
      switch reply.type {
      case .error: .error(StoreError(reading: reply.payload.span))
      case .read, .directory, .getPermissions: .bytes(reply.payload)
      default: .ok
      }
    if answer != expected { return "answer \(answer), not \(expected)" }
    return compareEvents()
  }

  private mutating func send(
    _ operation: Model.Operation, _ id: ConnectionID, _ transaction: UInt32
  ) -> Message {
    let type: MessageType
    var payload: [UInt8]
    switch operation {
    case .read(let path): (type, payload) = (.read, Array(path.utf8) + [0])
    case .write(let path, let value): (type, payload) = (.write, Array(path.utf8) + [0] + value)
    case .makeDirectory(let path): (type, payload) = (.makeDirectory, Array(path.utf8) + [0])
    case .remove(let path): (type, payload) = (.remove, Array(path.utf8) + [0])
    case .directory(let path): (type, payload) = (.directory, Array(path.utf8) + [0])
    case .getPermissions(let path): (type, payload) = (.getPermissions, Array(path.utf8) + [0])
    case .setPermissions(let path, let entries):
      (type, payload) = (.setPermissions, Array(path.utf8) + [0])
      for entry in entries { entry.append(to: &payload) }
    }
    return harness.send(id, type.rawValue, payload, transaction: transaction)
  }

  private func compare(_ reply: String, _ expected: Model.Answer) -> String? {
    let wanted =
      switch expected {
      case .ok: "OK"
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      case .error(let error): error.name
      }
    return reply == wanted ? nil : "reply \(reply), not \(wanted)"
  }

  private mutating func compareEvents() -> String? {
    defer {
      harness.events = [:]
      model.events = []
    }
    for (position, number) in numbers.enumerated() {
      let found = (harness.events[ids[position].index] ?? []).sorted()
      let expected = model.events.filter { $0.client == number }
        .map { "\($0.path) \($0.token)" }.sorted()
      if found != expected { return "client \(number) events \(found), not \(expected)" }
    }
    return nil
  }

  /// Compares the whole trees, node by node, and the store with itself.
  mutating func compareTrees() -> String? {
    var stack = ["/"]
    while let path = stack.popLast() {
      guard let item = model.tree[path] else { return "model lost \(path)" }
      let listed = harness.list(ids[0], path)
      if listed != item.children.joined(separator: ",") {
        return "children of \(path): \(listed), not \(item.children)"
      }
      let read = harness.send(ids[0], MessageType.read.rawValue, Array(path.utf8) + [0])
      if read.payload != item.value { return "value of \(path)" }
      stack += item.children.map { Model.join(path, $0) }
    }
    return harness.store.inconsistency()
  }
}

@Suite struct SimulationTests {
  static var steps: Int {
    ProcessInfo.processInfo.environment["XENSTORE_STEPS"].flatMap { Int($0) } ?? 3000
  }

  static var trail: Int {
    ProcessInfo.processInfo.environment["XENSTORE_TRAIL"].flatMap { Int($0) } ?? 40
  }

  /// `XENSTORE_SEED=n` runs one seed and says what led to the difference.
  static var seeds: [UInt64] {
    let chosen = ProcessInfo.processInfo.environment["XENSTORE_SEED"].flatMap { UInt64($0) }
    return chosen.map { [$0] } ?? Array(1...20)
  }

  @Test(arguments: seeds)
  func theStoreAnswersAsTheModelDoes(seed: UInt64) {
    var simulation = Simulation(seed: seed)
    for step in 0..<Self.steps {
      var difference = simulation.step()
      if difference == nil, step % 200 == 199 { difference = simulation.compareTrees() }
      if let difference {
        let trail = simulation.trace.suffix(Self.trail).joined(separator: "\n")
        Issue.record("seed \(seed), step \(step): \(difference)\n\(trail)")
        return
      }
    }
  }

  @Test(arguments: seeds)
  func anotherStoreGoesOnWhereOneEnds(seed: UInt64) {
    var simulation = Simulation(seed: seed)
    for step in 0..<Self.steps {
      var difference = simulation.step()
      if difference == nil, step % 250 == 249 {
        difference = simulation.handOver() ?? simulation.compareTrees()
      }
      if let difference {
        let trail = simulation.trace.suffix(Self.trail).joined(separator: "\n")
        Issue.record("seed \(seed), step \(step): \(difference)\n\(trail)")
        return
      }
    }
  }

  @Test(arguments: seeds.prefix(5))
  func whatIsExportedInSlicesIsOfOneMoment(seed: UInt64) throws {
    var simulation = Simulation(seed: seed)
    for step in 0..<min(Self.steps, 1500) {
      if step % 100 == 50 {
        let expected = try simulation.exportedAtOnce()
        let found = try simulation.exportedBetweenSteps()
        #expect(found == expected, "seed \(seed), step \(step)")
        #expect(simulation.harness.store.inconsistency() == nil)
      }
      guard simulation.step() == nil else {
        Issue.record("seed \(seed), step \(step)")
        return
      }
    }
  }
}
