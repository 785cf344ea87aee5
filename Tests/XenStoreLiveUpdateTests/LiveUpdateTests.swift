import Foundation
import Glibc
import Testing
import XenStoreTestSupport
import XenStoreWire

/// One server hands over to another: clients on sockets with watches, half-sent requests and unread
/// events, and a domain with a ring, notice nothing.
@Suite(.enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)), .serialized)
struct LiveUpdateTests {
  /// From one server to others, in turn.
  struct Route: CustomTestStringConvertible {
    let first: ShimmedDaemon.Kind
    let rest: [ShimmedDaemon.Kind]

    var testDescription: String {
      ([first] + rest).map(\.rawValue).joined(separator: " to ")
    }
  }

  static let routes = [
    Route(first: .ours, rest: [.ours]),
    Route(first: .c, rest: [.ours, .ours]),
    Route(first: .ocaml, rest: [.ours, .ours]),
    Route(first: .ours, rest: [.c, .ours]),
    Route(first: .ocaml, rest: [.ours, .c, .ours, .c]),
  ]

  /// Has a server hand over; its answer.
  static func update(
    _ daemon: ShimmedDaemon, to program: String, _ words: String = "-t|5|", line: String? = nil
  ) throws -> String {
    let control = try Talker(daemon.socket)
    let named = try control.ask(.control, "live-update|-f|\(program)|")
    guard named == "OK|" else { return named }
    if let line { #expect(try control.ask(.control, "live-update|-c|\(line)|") == "OK|") }
    while true {
      let answer = try control.ask(.control, "live-update|-s|\(words)")
      guard answer.hasPrefix("BUSY") else { return answer }
      usleep(50_000)
    }
  }

  private static func program(_ daemon: ShimmedDaemon) throws -> String {
    try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(daemon.identifier)/exe")
  }

  @Test func nobodyGoesOnFromWhatAStrangerChanged() throws {
    let daemon = try ShimmedDaemon(.ours)
    let state = daemon.socket + ".state"
    // It listens before it has begun to write down; who has an answer was served after that.
    _ = try Talker(daemon.socket).ask(.directory, "/|")
    #expect(try FileManager.default.contentsOfDirectory(atPath: state).contains("journal-1"))
    #expect(try Self.update(daemon, to: Stock.program("xenstored")) == "OK|")
    #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["lock"])
  }

  @Test(arguments: routes)
  func clientsAndDomainsNoticeNothing(_ route: Route) throws {
    let daemon = try ShimmedDaemon(route.first)
    let watcher = try Talker(daemon.socket)
    let writer = try Talker(daemon.socket)
    let slow = try Talker(daemon.socket)
    let guest = SimulatedGuest(daemon.machine, domain: 3)
    #expect(try writer.ask(.introduce, "3|1|\(guest.port)|") == "OK|")
    let domain = Talker(guest)
    #expect(try writer.ask(.write, "/a/b|hello") == "OK|")
    #expect(try writer.ask(.setPermissions, "/a|n0|r3|") == "OK|")
    #expect(try writer.ask(.setPermissions, "/a/b|n0|r3|") == "OK|")
    #expect(try writer.ask(.write, "/local/domain/3/x|") == "OK|")
    #expect(try writer.ask(.setPermissions, "/local/domain/3|n3|r0|") == "OK|")
    #expect(try watcher.ask(.watch, "/a|one|") == "OK|")
    #expect(try watcher.ask(.watch, "@releaseDomain|two|") == "OK|")
    #expect(try domain.ask(.watch, "/a|three|") == "OK|")
    #expect(try domain.ask(.watch, "data|four|") == "OK|")
    _ = try watcher.takeEvents()
    _ = try domain.takeEvents()

    for (round, next) in route.rest.enumerated() {
      // Events that nobody reads before the update, and a request whose end comes after it. The
      // OCaml daemon waits for the end of such requests instead.
      #expect(try writer.ask(.write, "/a/n\(round)|") == "OK|")
      #expect(try writer.ask(.write, "/local/domain/3/data/n\(round)|") == "OK|")
      let request = Talker.message(.read, "/a/b|")
      let from = round == 0 ? route.first : route.rest[round - 1]
      let cut = from == .ocaml ? 0 : round % 2 == 0 ? 9 : 18
      try slow.put(request[..<cut])
      let partial = Talker.message(.write, "data/own\(round)|xyz")
      if from != .ocaml { try domain.put(partial[..<20]) }
      usleep(20_000)

      #expect(try Self.update(daemon, to: next.path).hasPrefix("OK"))
      #expect(
        try Self.program(daemon) == URL(fileURLWithPath: next.path).resolvingSymlinksInPath().path)

      try slow.put(request[cut...])
      #expect(try slow.reply() == "hello")
      try domain.put(from == .ocaml ? partial[0...] : partial[20...])
      #expect(try domain.reply() == "OK|")
      #expect(try watcher.takeEvents() == ["/a/n\(round)|one|"])
      #expect(
        try Set(domain.takeEvents()) == [
          "/a/n\(round)|three|", "data/n\(round)|four|", "data/own\(round)|four|",
        ])
      #expect(try domain.ask(.read, "/a/b|") == "hello")
      #expect(try writer.ask(.getPermissions, "/local/domain/3|") == "n3|r0|")
      #expect(try writer.ask(.isDomainIntroduced, "3|") == "T|")
      #expect(try Talker(daemon.socket).ask(.read, "/a/b|") == "hello")
    }
    daemon.machine.set(3, .isGone)
    #expect(daemon.machine.settle())
    #expect(try watcher.takeEvents() == ["@releaseDomain|two|"])
    #expect(try writer.ask(.isDomainIntroduced, "3|") == "F|")
  }

  @Test func twentyUpdatesOnEndLoseNothing() throws {
    let daemon = try ShimmedDaemon(.ours)
    let client = try Talker(daemon.socket)
    let guest = SimulatedGuest(daemon.machine, domain: 4)
    #expect(try client.ask(.introduce, "4|1|\(guest.port)|") == "OK|")
    let domain = Talker(guest)
    #expect(try client.ask(.watch, "/n|w|") == "OK|")
    _ = try client.takeEvents()
    for round in 0..<20 {
      #expect(try Self.update(daemon, to: ShimmedDaemon.Kind.ours.path) == "OK|")
      #expect(try client.ask(.write, "/n/\(round)|\(round)") == "OK|")
      #expect(try client.takeEvents() == ["/n/\(round)|w|"])
      #expect(try domain.ask(.getDomainPath, "4|") == "/local/domain/4|")
    }
    let names = (0..<20).map { "\($0)|" }.joined()
    #expect(try client.ask(.directory, "/n|") == names)
    #expect(try client.ask(.control, "check|") == "OK|")
  }

  @Test func whatHappensMeanwhileIsSeen() throws {
    let daemon = try ShimmedDaemon(.ours)
    let client = try Talker(daemon.socket)
    let guest = SimulatedGuest(daemon.machine, domain: 5)
    #expect(try client.ask(.introduce, "5|1|\(guest.port)|") == "OK|")
    #expect(try client.ask(.introduce, "6|1|1006|") == "OK|")
    #expect(try client.ask(.watch, "@releaseDomain|w|") == "OK|")
    _ = try client.takeEvents()
    let domain = Talker(guest)
    let control = try Talker(daemon.socket)
    #expect(try control.ask(.control, "live-update|-f|\(ShimmedDaemon.Kind.ours.path)|") == "OK|")
    try control.put(Talker.message(.control, "live-update|-s|"))
    try domain.put(Talker.message(.getDomainPath, "5|"))
    daemon.machine.set(6, .isGone)
    let other = try Talker(daemon.socket)
    #expect(try control.reply() == "OK|")
    #expect(try domain.reply() == "/local/domain/5|")
    #expect(try other.ask(.isDomainIntroduced, "6|") == "F|")
    #expect(try client.takeEvents() == ["@releaseDomain|w|"])
  }

  @Test func checksThatAreUnderWayAreAnswered() throws {
    let daemon = try ShimmedDaemon(.ours)
    let client = try Talker(daemon.socket)
    for start in stride(from: 0, to: 3000, by: 100) {
      try client.put((start..<start + 100).flatMap { Talker.message(.write, "/n/\($0)|") })
      for _ in 0..<100 { #expect(try client.reply() == "OK|") }
    }
    let checks = 60
    try client.put((0..<checks).flatMap { _ in Talker.message(.control, "check|") })
    // There is not a moment without one.
    #expect(try Self.update(daemon, to: ShimmedDaemon.Kind.ours.path) == "OK|")
    for _ in 0..<checks { #expect(try client.reply() == "OK|") }
  }

  @Test func aTransactionIsAskedToBeginAgain() throws {
    let daemon = try ShimmedDaemon(.ours)
    let client = try Talker(daemon.socket)
    #expect(try client.ask(.write, "/a|1") == "OK|")
    #expect(try client.ask(.transactionStart, "|") == "1|")
    #expect(try client.ask(.write, "/a|2", transaction: 1) == "OK|")
    #expect(try Self.update(daemon, to: ShimmedDaemon.Kind.ours.path) == "OK|")
    #expect(try client.ask(.read, "/a|", transaction: 1) == "2")
    #expect(try client.ask(.transactionEnd, "T|", transaction: 1) == "EAGAIN|")
    #expect(try client.ask(.read, "/a|") == "1")
  }
}

/// What is refused, and that everything is then as before.
@Suite(.serialized)
struct RefusalTests {
  private func daemon() throws -> (ShimmedDaemon, Talker) {
    let daemon = try ShimmedDaemon(.ours)
    let client = try Talker(daemon.socket)
    #expect(try client.ask(.write, "/a|1") == "OK|")
    #expect(try client.ask(.watch, "/a|w|") == "OK|")
    _ = try client.takeEvents()
    return (daemon, client)
  }

  private func isAsBefore(_ daemon: ShimmedDaemon, _ client: Talker) throws {
    #expect(try client.ask(.write, "/a/b|") == "OK|")
    #expect(try client.takeEvents() == ["/a/b|w|"])
    #expect(try Talker(daemon.socket).ask(.read, "/a|") == "1")
    #expect(daemon.isRunning)
    // It can still hand over.
    #expect(try LiveUpdateTests.update(daemon, to: ShimmedDaemon.Kind.ours.path) == "OK|")
    #expect(try client.ask(.read, "/a|") == "1")
  }

  @Test(arguments: [
    ("/nowhere", "No such file"), ("/etc/passwd", "not executable"), ("/tmp", "not a file"),
    ("/bin/false", "cannot be started"), ("/bin/true", "not that of a xenstored"),
    (Program.folder.appendingPathComponent("xenstore").path, "not that of a xenstored"),
  ])
  func aProgramThatCannotTakeOverIsRefused(_ program: String, _ reason: String) throws {
    let (daemon, client) = try daemon()
    let answer = try LiveUpdateTests.update(daemon, to: program)
    #expect(answer.contains(reason))
    try isAsBefore(daemon, client)
  }

  @Test func anOptionThatTheProgramDoesNotKnowIsRefused() throws {
    let (daemon, client) = try daemon()
    let answer = try LiveUpdateTests.update(
      daemon, to: ShimmedDaemon.Kind.ours.path, line: "--no-fork --no-such-option")
    #expect(answer.contains("cannot be started with these options"))
    try isAsBefore(daemon, client)
  }

  @Test func aPlaceThatCannotBeWrittenIsNamed() throws {
    let (daemon, client) = try daemon()
    let place = daemon.folder + "/run/xenstored/state_dump"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let answer = try LiveUpdateTests.update(daemon, to: ShimmedDaemon.Kind.ours.path)
    #expect(answer.contains("state_dump"))
    try FileManager.default.removeItem(atPath: place)
    try isAsBefore(daemon, client)
  }

  @Test func stepsOutOfOrderAreRefused() throws {
    let (daemon, client) = try daemon()
    #expect(try client.ask(.control, "live-update|-s|").contains("name the program first"))
    #expect(try client.ask(.control, "live-update|-c|-N|").contains("name the program first"))
    #expect(try client.ask(.control, "live-update|-a|").contains("no live update"))
    #expect(try client.ask(.control, "live-update|") == "EINVAL|")
    #expect(try client.ask(.control, "live-update|-s|-t|x|") == "EINVAL|")
    let ours = ShimmedDaemon.Kind.ours.path
    #expect(try client.ask(.control, "live-update|-f|\(ours)|") == "OK|")
    let other = try Talker(daemon.socket)
    #expect(try other.ask(.control, "live-update|-f|\(ours)|").contains("being prepared"))
    #expect(try other.ask(.control, "live-update|-s|").contains("name the program first"))
    #expect(try other.ask(.control, "live-update|-a|") == "OK|")
    try isAsBefore(daemon, client)
  }

  @Test func aSessionEndsWithItsConnection() throws {
    let (daemon, client) = try daemon()
    var other: Talker? = try Talker(daemon.socket)
    #expect(try other?.ask(.control, "live-update|-f|/bin/true|") == "OK|")
    other = nil
    usleep(50_000)
    try isAsBefore(daemon, client)
  }

  @Test(.enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)))
  func theCDaemonWaitsForTransactionsAndForOwners() throws {
    let (daemon, client) = try daemon()
    let stock = ShimmedDaemon.Kind.c.path
    #expect(try client.ask(.transactionStart, "|") == "1|")
    var answer = try LiveUpdateTests.update(daemon, to: stock, "-t|0|")
    #expect(answer.contains("open transactions (domain 0: 1)"))
    #expect(try client.ask(.transactionEnd, "F|", transaction: 1) == "OK|")
    #expect(try client.ask(.write, "/o|") == "OK|")
    #expect(try client.ask(.setPermissions, "/o|n9|") == "OK|")
    answer = try LiveUpdateTests.update(daemon, to: stock, "-t|0|-F|")
    #expect(answer.contains("Domain 9 owns nodes but is not introduced"))
    #expect(try client.ask(.remove, "/o|") == "OK|")
    #expect(try client.ask(.transactionStart, "|") == "2|")
    #expect(try LiveUpdateTests.update(daemon, to: stock, "-t|0|-F|") == "OK|")
    #expect(try client.ask(.read, "/a|") == "1")
  }

  @Test func ourToolTakesTheSteps() throws {
    let (daemon, client) = try daemon()
    let place = ["XENSTORED_PATH": daemon.socket]
    func control(_ words: String...) throws -> Program.Outcome {
      try Program.run(
        "xenstore", as: "xenstore-control", ["live-update"] + words, environment: place)
    }
    #expect(try control(ShimmedDaemon.Kind.ours.path).code == 0)
    let refused = try control("-t", "5", "/bin/false")
    #expect(refused.code == 3)
    #expect(refused.complaints.hasPrefix("Starting live update failed:\n"))
    #expect(try control("/nowhere").complaints.hasPrefix("Setting update binary failed:\n"))
    #expect(try control("-F").complaints == "Missing binary specification\n")
    #expect(try control("-c").complaints == "Missing command line value\n")
    #expect(try control("-t").complaints == "Missing timeout value\n")
    try isAsBefore(daemon, client)
  }
}
