import Glibc
import Testing
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

@Suite struct RecoveryTests {
  /// Introduces domain 5 with a home of its own.
  private func makeGuest(_ harness: inout RingHarness) -> Guest {
    let guest = harness.host.makeDomain(5)
    harness.introduce(guest)
    #expect(harness.ask(harness.control, .makeDirectory, "/local/domain/5") == "OK")
    #expect(harness.ask(harness.control, .setPermissions, "/local/domain/5", "n5") == "OK")
    return guest
  }

  private func message(_ type: MessageType, _ strings: String..., value: String? = nil) -> [UInt8] {
    var payload: [UInt8] = strings.flatMap { Array($0.utf8) + [0] }
    if let value { payload += Array(value.utf8) }
    var bytes: [UInt8] = []
    RequestEncoding.append(type, payload: payload, to: &bytes)
    return bytes
  }

  @Test func aServerGoesOnWithNodesWatchesAndDomains() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .write, "name", value: "five") == "OK")
    #expect(harness.ask(guest, .watch, "name", "t") == "OK")
    _ = harness.takeEvents(guest)
    try harness.restart()
    harness.settle()
    #expect(harness.takeEvents(guest) == [])
    #expect(harness.ask(harness.control, .read, "/local/domain/5/name") == "five")
    #expect(harness.ask(harness.control, .getPermissions, "/local/domain/5") == "n5")
    #expect(harness.ask(harness.control, .isDomainIntroduced, "5") == "T")
    #expect(harness.ask(guest, .write, "name", value: "5") == "OK")
    #expect(harness.takeEvents(guest) == ["name,t"])
    #expect(harness.server.store.inconsistency() == nil)
  }

  @Test func whatIsInTheRingAndHalfReadIsServed() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    let long = message(.write, "long", value: String(repeating: "x", count: 2000))
    harness.send(guest, Array(long[..<1500]))
    try harness.restart()
    harness.send(guest, Array(long[1500...]))
    #expect(harness.receive(guest).map(\.text) == ["OK"])
    #expect(harness.ask(harness.control, .read, "/local/domain/5/long").count == 2000)
  }

  @Test func requestsThatWereServedBeforeTheyLeftTheRingAreNotServedAgain() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    let before = copy(guest.page)
    _ = guest.put((message(.transactionStart, "") + message(.write, "a", value: "1"))[...])
    let asked = copy(guest.page)
    guest.notify()
    harness.server.round(patience: 0)
    // The journal knows, the page does not: we were killed in between.
    restore(guest.page, asked)
    try harness.restart()
    harness.settle()
    #expect(harness.receive(guest).map(\.text) == ["1", "OK"])
    #expect(harness.ask(guest, .transactionStart, "") == "2")
    #expect(before != asked)
  }

  @Test func aReplyThatWasSentInPartIsSentOnFromThere() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    let value = String(repeating: "0123456789", count: 200)
    #expect(harness.ask(harness.control, .write, "/local/domain/5/v", value: value) == "OK")
    _ = guest.put(message(.read, "v")[...])
    guest.notify()
    harness.settle()
    var bytes = guest.take()
    #expect(bytes.count == RingPage.ringSize)
    try harness.restart()
    harness.settle()
    for _ in 0..<4 {
      bytes += guest.take()
      guest.notify()
      harness.settle()
    }
    #expect(bytes.count == 16 + 2000)
    #expect(String(decoding: bytes.dropFirst(16), as: UTF8.self) == value)
  }

  @Test func anEventThatAnotherCausedIsNotLost() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .watch, "x", "t") == "OK")
    _ = harness.takeEvents(guest)
    let page = copy(guest.page)
    #expect(harness.ask(harness.control, .write, "/local/domain/5/x", value: "1") == "OK")
    restore(guest.page, page)
    try harness.restart()
    harness.settle()
    #expect(harness.takeEvents(guest) == ["x,t"])
  }

  @Test func anEventThatIsUnreadIsNotSentAgain() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .watch, "x", "t") == "OK")
    _ = harness.takeEvents(guest)
    // More than its ring holds.
    for index in 0..<100 {
      #expect(
        harness.ask(harness.control, .write, "/local/domain/5/x/\(index)", value: "1") == "OK")
    }
    try harness.restart()
    harness.settle()
    #expect(harness.ask(harness.control, .write, "/local/domain/5/x/99", value: "2") == "OK")
    #expect(harness.takeEvents(guest) == (0..<100).map { "x/\($0),t" })
  }

  @Test func aCheckThatIsUnderWayIsAnswered() throws {
    var harness = try RingHarness(keepsState: true)
    let tools = harness.server.store.connectSocket()
    for index in 0..<4000 {
      let payload = Array("/n/\(index)\0".utf8)
      harness.server.store.handle(
        tools,
        MessageHeader(
          type: MessageType.makeDirectory.rawValue, requestID: 0, transactionID: 0,
          length: UInt32(payload.count)), payload.span)
    }
    harness.server.store.disconnect(tools)
    harness.settle()
    _ = harness.control.put((message(.control, "check") + message(.getDomainPath, "5"))[...])
    harness.control.notify()
    harness.server.round(patience: 0)
    #expect(harness.server.checks.count == 1)
    #expect(harness.control.take().isEmpty)
    try harness.restart()
    harness.settle()
    #expect(harness.receive(harness.control).map(\.text) == ["OK", "/local/domain/5"])
    #expect(harness.ask(harness.control, .directoryPart, "/n", "0").contains(",3,"))
  }

  @Test func anOpenTransactionEndsWithAgain() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .transactionStart, "") == "1")
    try harness.restart()
    var bytes: [UInt8] = []
    RequestEncoding.append(.transactionEnd, transactionID: 1, payload: [84, 0], to: &bytes)
    harness.send(guest, bytes)
    #expect(harness.receive(guest).last?.text == "EAGAIN")
  }

  @Test func aDomainThatEndedMeanwhileIsReleased() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(harness.control, .watch, "@releaseDomain", "r") == "OK")
    #expect(harness.ask(guest, .write, "name", value: "five") == "OK")
    _ = harness.takeEvents(harness.control)
    harness.host.domains.removeAll { $0.domain == guest.domain }
    harness.host.pages[guest.domain] = nil
    try harness.restart()
    harness.settle()
    #expect(harness.takeEvents(harness.control) == ["@releaseDomain,r"])
    #expect(harness.ask(harness.control, .read, "/local/domain/5/name") == "ENOENT")
  }

  @Test func aFreshStartThatNobodyServedIsServed() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .watch, "x", "t") == "OK")
    guest.page[word: RingPage.connection] = 1
    try harness.restart()
    harness.settle()
    #expect(guest.page[word: RingPage.connection] == 0)
    _ = harness.takeEvents(guest)
    #expect(harness.ask(guest, .write, "x", value: "1") == "OK")
    #expect(harness.takeEvents(guest) == [])
  }

  @Test func aRingThatFailedStaysSo() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    guest.page[word: RingPage.requestProducer] =
      guest.page[word: RingPage.requestConsumer] &+ 5000
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == RingError.indexes.rawValue)
    try harness.restart()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == RingError.indexes.rawValue)
    guest.page[word: RingPage.connection] = 1
    guest.notify()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == 0)
    #expect(harness.ask(guest, .write, "x", value: "1") == "OK")
  }

  @Test func checkpointsReplaceJournals() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    for number in 0..<50 {
      harness.server.recorder?.limit = 1000
      #expect(harness.ask(guest, .write, "n\(number % 7)", value: "\(number)") == "OK")
      if number % 9 == 8 { try harness.restart() }
    }
    harness.settle()
    let names = SystemCalls.names(in: harness.folder + "/state")
    #expect(names.count <= 4)
    try harness.restart()
    #expect(harness.ask(guest, .read, "n0") == "49")
    #expect(
      harness.ask(harness.control, .directory, "/local/domain/5").split(separator: ",").count == 7)
  }

  @Test func nothingIsTakenFromAnEarlierBootOrFromGarbage() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    #expect(harness.ask(guest, .write, "x", value: "1") == "OK")
    let state = harness.folder + "/state/"
    for name in SystemCalls.names(in: state) where name.hasPrefix("journal") {
      let file = open(state + name, O_RDWR)
      var other: [UInt8] = Array("another boot".utf8)
      _ = pwrite(file, &other, other.count, 24)
      close(file)
    }
    try harness.restart()
    #expect(harness.server.store.nodeCount == 3)
  }

  /// Says that the server crashed while it served a domain.
  private func blame(_ domain: UInt16, _ harness: borrowing RingHarness) {
    let folder = harness.folder + "/state/"
    let journals = SystemCalls.names(in: folder).filter { $0.hasPrefix("journal-") }
    let newest = journals.max { Int($0.dropFirst(8))! < Int($1.dropFirst(8))! }!
    let file = open(folder + newest, O_RDWR)
    var word = UInt64(domain) + 1
    _ = pwrite(file, &word, 8, 96)
    close(file)
  }

  @Test func aDomainWhoseRequestsEndTheServerThriceIsServedNoMore() throws {
    var harness = try RingHarness(keepsState: true)
    let guest = makeGuest(&harness)
    for crash in 1...3 {
      #expect(harness.ask(guest, .write, "x", value: "\(crash)") == "OK")
      blame(crash == 1 ? 4 : 5, harness)
      try harness.restart()
      harness.settle()
    }
    #expect(guest.page[word: RingPage.error] == 0)
    blame(5, harness)
    try harness.restart()
    harness.settle()
    #expect(guest.page[word: RingPage.error] == RingError.communication.rawValue)
    #expect(harness.ask(harness.control, .read, "/local/domain/5/x") == "3")
    // It is served on when it begins anew.
    guest.page[word: RingPage.connection] = 1
    guest.notify()
    harness.settle()
    #expect(harness.ask(guest, .write, "x", value: "4") == "OK")
  }

  @Test func crashesOfLongAgoAreForgotten() {
    let strikes = Strikes().adding(6, at: 1000).adding(6, at: 1100)
    #expect(strikes.adding(0, at: 1200) == strikes)
    #expect(strikes.adding(6, at: 1200).condemned == DomainID(rawValue: 5))
    #expect(strikes.adding(6, at: 1800).condemned == nil)
    #expect(strikes.adding(7, at: 1200).count == 1)
  }

  @Test func twoServersDoNotShareAFolder() throws {
    let harness = try RingHarness(keepsState: true)
    let folder = harness.folder + "/state"
    #expect(throws: SystemError.self) { _ = try StateFolder(folder) }
    withExtendedLifetime(harness.host) {}
  }

  @Test func whatIsOwedBeginsWithTheRestOfAMessage() throws {
    var output: [UInt8] = [1, 2, 3]
    for _ in 0..<2 { output += message(.read, "four") }
    let base = RingNote.Base(producer: 100, port: 2, frame: 3, rest: 3, isFailed: false)
    let noted = try #require(
      NotedRing(RingNote(base: base, consumer: 4, input: [], output: output)))
    #expect(noted.owed(producer: 101).rest == 2)
    #expect(noted.owed(producer: 103).rest == 0)
    #expect(noted.owed(producer: 110).rest == 14)
    #expect(noted.owed(producer: 110).bytes.count == output.count - 10)
    #expect(noted.owed(producer: 99).bytes.isEmpty)
  }

  @Test(arguments: 0..<30)
  func aNoteThatIsCutOffIsNone(length: Int) throws {
    let note = RingNote(
      base: RingNote.Base(producer: 1, port: 2, frame: 3, rest: 0, isFailed: true), consumer: 4,
      input: [5], output: [])
    #expect(note.bytes.count == 30)
    #expect(RingNote(note.bytes.span.extracting(0..<length)) == nil)
    #expect(RingNote(note.bytes.span) == note)
  }

  private func copy(_ page: SharedPage) -> [UInt8] {
    var bytes: [UInt8] = []
    page.append(0..<SharedPage.byteCount, to: &bytes)
    return bytes
  }

  private func restore(_ page: SharedPage, _ bytes: [UInt8]) {
    page.write(bytes.span, from: 0, to: 0..<SharedPage.byteCount)
  }
}
