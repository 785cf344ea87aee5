import XenStoreTestSupport
import XenStoreWire

/// Drives a daemon through cases.
struct Runner {
  let daemon: ShimmedDaemon
  let subject: Subject
  private let ports = Ports()
  private var socket: String { daemon.socket }

  private final class Ports { var count: UInt32 = 0 }

  init(daemon: ShimmedDaemon, subject: Subject) {
    self.daemon = daemon
    self.subject = subject
  }

  /// Runs a case; what was not as expected, a line each.
  func run(_ test: Case) -> [String] {
    guard let first = prepare() else { return ["no connection to \(socket)"] }
    var clients = [0: first]
    let domains = Set(test.steps.map(\.client)).filter { $0 >= Step.ring(0) }.sorted()
    for client in domains {
      clients[client] = introduce(UInt16(client - Step.ring(0)), first).link
    }
    defer {
      for client in domains {
        let number = client - Step.ring(0)
        daemon.machine.set(UInt16(number), .runs)
        first.ask(.release, "\(number)|")
        first.ask(.remove, "/local/domain/\(number)|")
      }
    }
    var transactions: [Character: UInt32] = [:]
    var complaints: [String] = []
    for step in test.steps {
      let expected = step.expected[subject] ?? ""
      if expected == "SKIP" { return complaints }
      if case .comes = step.action {
        let made = introduce(UInt16(step.client - Step.ring(0)), first)
        clients[step.client] = made.link
        if let problem = judge(made.answer, expected, &transactions) {
          complaints.append("\(step.line)\n      \(problem)")
          break
        }
        continue
      }
      guard let client = clients[step.client] ?? Link(socket) else { return ["no connection"] }
      clients[step.client] = client
      if let problem = perform(step, expected, client, &transactions) {
        complaints.append("\(step.line)\n      \(problem)")
        break
      }
    }
    for (number, client) in clients.sorted(by: { $0.key < $1.key }) where complaints.isEmpty {
      // Whose ring is broken by now is not answered.
      synchronize(client, patience: 2000)
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

  /// Has the daemon know a domain, which owns a node as a toolstack would make it.
  private func introduce(_ domain: UInt16, _ first: Link) -> (link: Link, answer: Link.Answer) {
    // The port is another each time: the OCaml daemon keeps that of a released domain bound.
    let guest = SimulatedGuest(daemon.machine, domain: domain, port: nextPort())
    let home = "/local/domain/\(domain)|"
    let answer = first.ask(
      MessageType.introduce.rawValue, transaction: 0, guest.introduction)
    first.ask(.makeDirectory, home)
    first.ask(.setPermissions, home + "n\(domain)|")
    daemon.machine.settle()
    return (Link(guest), answer)
  }

  private func nextPort() -> UInt32 {
    ports.count &+= 1
    return 1000 + ports.count
  }

  /// After the answer to a request, all events of what was done before are there.
  private func synchronize(_ client: Link, patience: Int = Patience.long) {
    _ = client.ask(
      MessageType.getDomainPath.rawValue, transaction: 0, Payload.expand("0|"), patience: patience)
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
      // What the hypervisor says is not in order with what clients do.
      if client.events.isEmpty { client.listen() }
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
        patience: expected == "SILENCE" ? 300 : Patience.long)
      return judge(answer, expected, &transactions)
    case .fate, .reconnect, .indexes, .put, .word, .comes:
      guard let guest = client.guest else { return "this is no domain" }
      return perform(step.action, expected, client, guest)
    }
  }

  private func perform(
    _ action: Step.Action, _ expected: String, _ client: Link, _ guest: SimulatedGuest
  ) -> String? {
    switch action {
    case .fate(let fate): daemon.machine.set(guest.domain, fate)
    case .reconnect:
      client.forget()
      let done = guest.reconnect(patience: expected == "OK" ? Patience.long : 300)
      return done == (expected == "OK") ? nil : done ? "it was made anew" : "it was not"
    case .indexes:
      let producer = guest.word(RingPage.requestProducer) &+ 5000
      daemon.machine.setWord(guest.domain, RingPage.requestProducer, producer)
      guest.notify()
    case .put(let bytes): guard client.put(bytes) else { return "there is no room" }
    case .word(let offset):
      daemon.machine.settle()
      let word = guest.word(offset)
      return "\(word)" == expected ? nil : "it is \(word)"
    case .request, .event, .quiet, .comes: break
    }
    daemon.machine.settle()
    return nil
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
