import XenStoreWire

/// Drives a daemon through cases.
struct Runner {
  let socket: String
  let subject: Subject

  /// Runs a case; what was not as expected, a line each.
  func run(_ test: Case) -> [String] {
    guard let first = prepare() else { return ["no connection to \(socket)"] }
    var clients = [0: first]
    var transactions: [Character: UInt32] = [:]
    var complaints: [String] = []
    for step in test.steps {
      let expected = step.expected[subject] ?? ""
      if expected == "SKIP" { return complaints }
      guard let client = clients[step.client] ?? Link(socket) else { return ["no connection"] }
      clients[step.client] = client
      if let problem = perform(step, expected, client, &transactions) {
        complaints.append("\(step.line)\n      \(problem)")
        break
      }
    }
    for (number, client) in clients.sorted(by: { $0.key < $1.key }) where complaints.isEmpty {
      synchronize(client)
      while let event = client.takeEvent() {
        complaints.append("client \(number) received an event too many: \(Payload.show(event))")
      }
    }
    return complaints
  }

  private func prepare() -> Link? {
    guard let link = Link(socket) else { return nil }
    _ = link.ask(MessageType.remove.rawValue, transaction: 0, Payload.expand("/t|"))
    for node in ["/t/a|1", "/t/d/x|x", "/t/d/y|y"] {
      _ = link.ask(MessageType.write.rawValue, transaction: 0, Payload.expand(node))
    }
    return link
  }

  /// After the answer to a request, all events of what was done before are there.
  private func synchronize(_ client: Link) {
    _ = client.ask(MessageType.getDomainPath.rawValue, transaction: 0, Payload.expand("0|"))
  }

  private func perform(
    _ step: Step, _ expected: String, _ client: Link, _ transactions: inout [Character: UInt32]
  ) -> String? {
    switch step.action {
    case .quiet:
      synchronize(client)
      return client.takeEvent().map { "an event: \(Payload.show($0))" }
    case .event(let payload):
      if expected == "NONE" { return nil }
      synchronize(client)
      guard let event = client.takeEvent() else { return "no event" }
      let wanted = expected.isEmpty ? payload : Payload.expand(expected)
      return event == wanted ? nil : "another event: \(Payload.show(event))"
    case .request(let type, let letter, let payload):
      let transaction: UInt32
      switch letter {
      case nil: transaction = 0
      case let digit? where digit.isNumber: transaction = 900 + UInt32(digit.wholeNumberValue ?? 0)
      case let letter?: transaction = transactions[letter] ?? 0
      }
      let answer = client.ask(
        type, transaction: transaction, payload,
        patience: expected == "SILENCE" ? 300 : 2000)
      return judge(answer, expected, &transactions)
    }
  }

  private func judge(
    _ answer: Link.Answer, _ expected: String, _ transactions: inout [Character: UInt32]
  ) -> String? {
    if expected == "*" { return nil }
    switch answer {
    case .closed: return expected == "CLOSED" ? nil : "the connection was closed"
    case .silence: return expected == "SILENCE" ? nil : "no answer"
    case .stray(let header):
      return expected == "STRAY" ? nil : "a reply to something else: \(header)"
    case .message(let message):
      if message.header.type == MessageType.error.rawValue {
        if expected == "!*" { return nil }
        let said = "!" + Payload.show(message.payload)
        return said == expected + "|" ? nil : "it says \(said)"
      }
      if expected == "~" { return nil }
      if expected.first == "$", let letter = expected.dropFirst().first {
        let text = String(decoding: message.payload.dropLast(), as: UTF8.self)
        transactions[letter] = UInt32(text)
        return message.payload.last == 0 && UInt32(text) != nil ? nil : "it says \(text)"
      }
      return Payload.matches(message.payload, expected)
        ? nil : "it says \(Payload.show(message.payload))"
    }
  }
}
