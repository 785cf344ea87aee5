import Testing
import XenStoreWire

@testable import XenStoreCore

/// Two clients whose transactions always touch the same node.
private struct Contest: ~Copyable {
  var harness = Harness()
  let one: ConnectionID
  let two: ConnectionID

  init() {
    one = harness.store.connectSocket()
    two = harness.store.connectSocket()
    harness.store.takesTurns = true
    harness.write(one, "/n", "0")
  }

  /// Has `loser` be told EAGAIN.
  mutating func conflict(_ loser: ConnectionID, _ winner: ConnectionID) {
    let transaction = harness.start(loser)
    _ = harness.read(loser, "/n", in: transaction)
    harness.write(winner, "/n", "\(harness.store.work)")
    harness.write(loser, "/n", "x", in: transaction)
    #expect(harness.commit(loser, transaction) == "EAGAIN")
  }

  /// Has each be told EAGAIN because of the other: both take turns from now on.
  mutating func conflictBothWays() {
    conflict(one, two)
    conflict(two, one)
  }

  /// Reads the node as input that may wait: what the reply is, nil when it waits.
  mutating func read(_ id: ConnectionID, in transaction: UInt32) -> String? {
    var bytes: [UInt8] = []
    MessageHeader(
      type: MessageType.read.rawValue, requestID: 1, transactionID: transaction, length: 3
    ).append(to: &bytes)
    bytes += Array("/n".utf8) + [0]
    let consumed = harness.store.consume(id, bytes.span)
    guard consumed.bytes == bytes.count else {
      #expect(consumed == Consumption(bytes: 0, reason: .waiting))
      return nil
    }
    return harness.drain(expecting: id)?.text
  }
}

@Suite struct TurnTests {
  @Test func thoseWhoConflictedTakeTurns() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflictBothWays()
    let first = contest.harness.start(one)
    let second = contest.harness.start(two)
    #expect(contest.read(one, in: first) != nil)
    #expect(contest.read(two, in: second) == nil)
    #expect(contest.harness.store.hasTurnWaiters == true)
    #expect(contest.harness.store.resumed == [])
    contest.harness.write(one, "/n", "new", in: first)
    #expect(contest.harness.commit(one, first) == "OK")
    #expect(contest.harness.store.hasTurnWaiters == false)
    #expect(contest.harness.store.resumed == [two])
    #expect(contest.read(two, in: second) == "new")
    contest.harness.write(two, "/n", "newer", in: second)
    #expect(contest.harness.commit(two, second) == "OK")
    #expect(contest.harness.store.inconsistency() == nil)
  }

  @Test func aTransactionThatAsksForNothingNeverWaits() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflictBothWays()
    let first = contest.harness.start(one)
    #expect(contest.read(one, in: first) != nil)
    #expect(contest.harness.commit(two, contest.harness.start(two)) == "OK")
    #expect(contest.harness.store.hasTurnWaiters == false)
  }

  @Test func whoNeverConflictedNeverWaits() {
    var contest = Contest()
    contest.conflict(contest.one, contest.two)
    let first = contest.harness.start(contest.one)
    #expect(contest.read(contest.one, in: first) != nil)
    let second = contest.harness.start(contest.two)
    #expect(contest.read(contest.two, in: second) != nil)
  }

  @Test func aTurnThatTakesTooLongIsPassedOn() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflictBothWays()
    let first = contest.harness.start(one)
    #expect(contest.read(one, in: first) != nil)
    let second = contest.harness.start(two)
    #expect(contest.read(two, in: second) == nil)
    contest.harness.store.passTurn()
    #expect(contest.harness.store.resumed == [two])
    // Who held others up does not wait, and nobody for it.
    #expect(contest.harness.commit(one, first) == "OK")
    let third = contest.harness.start(one)
    #expect(contest.read(one, in: third) != nil)
  }

  @Test func aTurnEndsWithItsConnection() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflictBothWays()
    let first = contest.harness.start(one)
    #expect(contest.read(one, in: first) != nil)
    let second = contest.harness.start(two)
    #expect(contest.read(two, in: second) == nil)
    contest.harness.store.disconnect(one)
    #expect(contest.harness.store.resumed == [two])
    contest.harness.store.disconnect(two)
    #expect(contest.harness.store.inconsistency() == nil)
  }

  @Test func theWinnerTakesTurnsWithWhoLosesTwice() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    for _ in 0..<2 {
      let losing = contest.harness.start(one)
      _ = contest.harness.read(one, "/n", in: losing)
      let winning = contest.harness.start(two)
      contest.harness.write(two, "/n", "\(contest.harness.store.work)", in: winning)
      #expect(contest.harness.commit(two, winning) == "OK")
      contest.harness.write(one, "/n", "x", in: losing)
      #expect(contest.harness.commit(one, losing) == "EAGAIN")
    }
    let first = contest.harness.start(one)
    #expect(contest.read(one, in: first) != nil)
    let second = contest.harness.start(two)
    #expect(contest.read(two, in: second) == nil)
    #expect(contest.harness.store.hasTurnWaiters == true)
  }
}
