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
}

@Suite struct TurnTests {
  @Test func thoseWhoConflictedTakeTurns() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflict(one, two)
    contest.conflict(two, one)
    let first = contest.harness.start(one)
    #expect(contest.harness.start(two) == 0)
    #expect(contest.harness.store.hasTurnWaiters == true)
    #expect(contest.harness.store.resumed == [])
    #expect(contest.harness.commit(one, first) == "OK")
    #expect(contest.harness.store.hasTurnWaiters == false)
    #expect(contest.harness.store.resumed == [two])
    #expect(contest.harness.commit(two, 2) == "OK")
  }

  @Test func whoNeverConflictedNeverWaits() {
    var contest = Contest()
    contest.conflict(contest.one, contest.two)
    #expect(contest.harness.start(contest.one) == 2)
    #expect(contest.harness.start(contest.two) == 1)
  }

  @Test func aTurnThatTakesTooLongIsPassedOn() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflict(one, two)
    contest.conflict(two, one)
    let first = contest.harness.start(one)
    #expect(contest.harness.start(two) == 0)
    contest.harness.store.passTurn()
    #expect(contest.harness.store.resumed == [two])
    // Who held others up does not wait, and nobody for it.
    #expect(contest.harness.commit(one, first) == "OK")
    #expect(contest.harness.start(one) == 3)
  }

  @Test func aTurnEndsWithItsConnection() {
    var contest = Contest()
    let (one, two) = (contest.one, contest.two)
    contest.conflict(one, two)
    contest.conflict(two, one)
    _ = contest.harness.start(one)
    #expect(contest.harness.start(two) == 0)
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
    _ = contest.harness.start(one)
    #expect(contest.harness.start(two) == 0)
    #expect(contest.harness.store.hasTurnWaiters == true)
  }
}
