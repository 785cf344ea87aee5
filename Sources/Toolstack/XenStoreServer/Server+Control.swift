import XenStoreCore
import XenStoreWire

/// The commands of `xenstore-control`, with the C daemon's names and parameters.
///
/// - Source: `tools/xenstore/xenstored_control.c`
enum ControlCommand: String, CaseIterable {
  case check
  case log
  case liveUpdate = "live-update"
  case logfile
  case memreport
  case print
  case quota
  case quotaSoft = "quota-soft"
  case help

  /// What may follow the name.
  var parameters: String {
    switch self {
    case .check, .help: ""
    case .log: "[on|off|+<switch>|-<switch>]"
    case .liveUpdate:
      "[-c <cmdline>] [-F] [-t <timeout>] <file>\n    Default timeout is 60 seconds."
    case .logfile: "<file>"
    case .memreport: "[<file>]"
    case .print: "<string>"
    case .quota: "[set <name> <val>|<domid>|max [-r]]"
    case .quotaSoft: "[set <name> <val>]"
    }
  }
}

extension Server {
  /// Carries out a command of `xenstore-control`.
  mutating func control(_ effect: Effect, _ arguments: [UInt8]) {
    let words = arguments.split(separator: 0, omittingEmptySubsequences: false).dropLast()
      .map { String(decoding: $0, as: UTF8.self) }
    do throws(StoreError) {
      guard let command = words.first.flatMap(ControlCommand.init) else { throw .invalid }
      let words = Array(words.dropFirst())
      switch command {
      case .check:
        guard words.isEmpty else { throw .invalid }
        beginCheck(effect)
      case .log: answer(effect, try controlLog(words))
      case .liveUpdate: liveUpdate(effect, words)
      case .logfile: answer(effect, try controlLogFile(words))
      case .memreport: answer(effect, try controlReport(words))
      case .print:
        guard words.count == 1 else { throw .invalid }
        log.write("control: \(words[0])", .notice)
        answer(effect, nil)
      case .quota: answer(effect, try controlQuota(words, effect))
      case .quotaSoft: answer(effect, try controlSoftQuota(words))
      case .help:
        guard words.isEmpty else { throw .invalid }
        answer(
          effect, ControlCommand.allCases.map { "\($0.rawValue)\t\($0.parameters)\n" }.joined())
      }
    } catch {
      store.complete(effect, failure: error)
    }
  }

  /// Replies with a text, or with `OK`.
  private mutating func answer(_ effect: Effect, _ text: String?) {
    store.complete(effect, text: text.map { Array($0.utf8) + [0] })
  }

  // MARK: Check

  private mutating func beginCheck(_ effect: Effect) {
    store.beginCheck()
    checks.append(effect)
  }

  /// A connection's request for a check that is under way: for a successor it is unread again.
  func checkRequest(of id: ConnectionID) -> [UInt8] {
    guard !checks.isEmpty, let effect = checks.first(where: { $0.connection == id }) else {
      return []
    }
    return store.request(of: effect)
  }

  /// Looks at some more of the store; true when more is left.
  mutating func advanceChecks() -> Bool {
    guard !checks.isEmpty else { return false }
    guard let result = store.continueCheck(budget: 1024) else { return true }
    var text: String?
    switch result {
    case .sound(let nodes): log.write("the store is sound, \(nodes) nodes")
    case .broken(let fault):
      log.write("the store is broken: \(fault)", .error)
      text = fault
    }
    for effect in checks {
      answer(effect, text)
      letGoOn(effect)
    }
    checks.removeAll()
    return false
  }

  /// Serves what a client sent after a request that waited until now.
  mutating func letGoOn(_ effect: Effect) {
    guard let id = effect.connection, slots.indices.contains(id.index), slots[id.index] >= 0 else {
      return
    }
    schedule(slots[id.index])
  }

  /// Forgets the commands of a client that is gone or begins anew.
  mutating func forgetChecks(of id: ConnectionID) {
    if !checks.isEmpty { checks.removeAll { $0.connection == id } }
  }

  // MARK: Logs

  private mutating func controlLog(_ words: [String]) throws(StoreError) -> String? {
    guard words.count <= 1 else { throw .invalid }
    switch words.first {
    case nil:
      let lines = TraceSwitches.names.map {
        let isOn = !$0.value.isEmpty && trace.switches.contains($0.value)
        return "\($0.name.padded(8)): \(isOn ? "on" : "off")\n"
      }
      return "Log switch settings:\n" + lines.joined()
    case "on"? where !obeysPaths: throw .accessDenied
    case "on"?: try attempt { (server) throws(SystemError) in try server.startTrace() }
    case "off"?: trace.stop()
    case let change?: guard trace.switches.apply(change) else { throw .invalid }
    }
    return nil
  }

  private mutating func controlLogFile(_ words: [String]) throws(StoreError) -> String? {
    guard words.count == 1 else { throw .invalid }
    guard obeysPaths else { throw .accessDenied }
    let path = words[0].hasPrefix("/") ? words[0] : "/run/xenstored/" + words[0]
    try attempt { (server) throws(SystemError) in try server.moveTrace(to: path) }
    return nil
  }

  private mutating func attempt(
    _ body: (inout Self) throws(SystemError) -> Void
  ) throws(StoreError) {
    do throws(SystemError) {
      try body(&self)
    } catch {
      log.write(error.message, .error)
      throw .inputOutput
    }
  }

  // MARK: Reports

  private mutating func controlReport(_ words: [String]) throws(StoreError) -> String? {
    guard words.count <= 1 else { throw .invalid }
    var report = store.summary
    for domain in store.knownDomains {
      guard let usage = store.usage(of: domain) else { continue }
      report +=
        "domain \(domain.rawValue): nodes \(usage.nodes), watches \(usage.watches), transactions "
        + "\(usage.transactions), bytes \(usage.memory)\(usage.reachedText(", limits reached: "))\n"
    }
    guard let path = words.first else { return report }
    guard obeysPaths else { throw .accessDenied }
    try attempt { (_) throws(SystemError) in try SystemCalls.append(report, to: path) }
    return nil
  }

  // MARK: Quotas

  private mutating func controlQuota(
    _ words: [String], _ effect: Effect
  ) throws(StoreError) -> String? {
    switch words.first {
    case nil:
      let lines = QuotaKind.allCases.map { quotaLine($0.name, store.defaultQuotas[$0], $0.text) }
      return "Quota settings:\n" + lines.joined()
    case "set"?:
      guard words.count == 3, let value = UInt64(words[2]) else { throw .invalid }
      guard let kind = QuotaKind(option: words[1]) else {
        guard ["outstanding", "path-max"].contains(words[1]) else { throw .invalid }
        log.write("no effect: quota \(words[1]): there is no such limit here")
        return nil
      }
      store.setQuota(kind, to: value, for: effect)
      return nil
    case "max"?:
      guard words.count == 1 || words == ["max", "-r"] else { throw .invalid }
      if words.count == 2 { store.forgetHighest() }
      let lines = QuotaKind.allCases.map {
        "\($0.name.padded(17)): \(String(store.highest($0)).indented(8))\n"
      }
      return "Highest values of any domain:\n" + lines.joined()
    case let number?:
      guard words.count == 1, let number = UInt16(number) else { throw .invalid }
      guard let usage = store.usage(of: DomainID(rawValue: number)) else { throw .notFound }
      return "Domain \(number):\n" + usage.text
    }
  }

  private mutating func controlSoftQuota(_ words: [String]) throws(StoreError) -> String? {
    if words.isEmpty {
      return "Quota settings:\n"
        + quotaLine(
          "memory", store.softMemory, "Total Xenstore memory per domain (warning level)")
    }
    guard words.count == 3, words[0] == "set", words[1] == "memory", let value = UInt64(words[2])
    else { throw .invalid }
    store.softMemory = value
    return nil
  }

  private func quotaLine(_ name: String, _ value: UInt64, _ text: String) -> String {
    "\(name.padded(17)): \(String(value).indented(8)) \(text)\n"
  }
}

extension DomainUsage {
  /// As the C daemon shows it, and the limits that the domain ran into.
  fileprivate var text: String {
    let lines = [
      ("nodes", nodes), ("watches", watches), ("transactions", transactions), ("outstanding", 0),
      ("memory", memory),
    ].map { "\($0.0.padded(16)): \(String($0.1).indented(8))\n" }
    return lines.joined() + (reached.isEmpty ? "" : reachedText("limits reached  : ") + "\n")
  }

  /// The limits that it ran into; nothing when it did not.
  fileprivate func reachedText(_ title: String) -> String {
    reached.isEmpty ? "" : title + reached.map(\.name).joined(separator: " ")
  }
}

extension QuotaKind {
  /// What is limited, in the C daemon's words.
  fileprivate var text: String {
    switch self {
    case .nodes: "Nodes per domain"
    case .watches: "Watches per domain"
    case .transactions: "Transactions per domain"
    case .nodeSize: "Max. size of a node"
    case .permissions: "Max. number of permissions per node"
    case .transactionNodes: "Max. number of requests per transaction"
    case .memory: "Total Xenstore memory per domain (error level)"
    }
  }
}

extension String {
  /// With blanks behind it, to this many characters.
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - utf8.count))
  }

  /// With blanks before it, to this many characters.
  fileprivate func indented(_ width: Int) -> String {
    String(repeating: " ", count: max(0, width - utf8.count)) + self
  }
}
