import Machine
import Primitives
import Testing
import Timekeeping

/// Timers at fixed addresses, numbered by their owner word.
private final class Timers {
  let base: UnsafeMutablePointer<Timer>
  let count: Int

  init(_ count: Int) {
    self.count = count
    base = .allocate(capacity: count)
    for i in 0..<count {
      (base + i).initialize(to: Timer(kind: .singleShot, owner: UInt(i)))
    }
  }

  deinit {
    base.deinitialize(count: count)
    base.deallocate()
  }

  subscript(i: Int) -> Ref<Timer> { Ref(base + i) }
}

/// SplitMix64: the same numbers for the same seed everywhere.
private struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

private func time(_ n: UInt64) -> SystemTime { SystemTime(nanoseconds: n) }

private func queue() -> TimerQueue { TimerQueue(cpu: CPUIndex(3)) }

@Test func anEmptyQueueHasNoDeadline() {
  var queue = queue()
  #expect(queue.nextDeadline == .never)
  #expect(queue.popExpired(now: .never) == nil)
}

@Test func timersExpireInOrderOfTheirDeadlines() {
  let timers = Timers(5)
  var queue = queue()
  for (i, at) in [40, 10, 30, 20, 50].enumerated() { queue.arm(timers[i], at: time(UInt64(at))) }
  #expect(queue.nextDeadline == time(10))
  var order: [UInt] = []
  while let timer = queue.popExpired(now: time(40)) { order.append(timer.pointee.owner) }
  #expect(order == [1, 3, 2, 0])
  #expect(queue.nextDeadline == time(50))
}

@Test func aTimerIsDueAtItsDeadlineAndNotBefore() {
  let timers = Timers(1)
  var queue = queue()
  queue.arm(timers[0], at: time(100))
  #expect(queue.popExpired(now: time(99)) == nil)
  #expect(timers[0].pointee.cpu == CPUIndex(3))
  #expect(queue.popExpired(now: time(100)) == timers[0])
  #expect(timers[0].pointee.cpu == nil)
}

@Test func armingAnArmedTimerMovesIt() {
  let timers = Timers(2)
  var queue = queue()
  queue.arm(timers[0], at: time(10))
  queue.arm(timers[1], at: time(20))
  queue.arm(timers[0], at: time(30))
  #expect(queue.nextDeadline == time(20))
  #expect(queue.popExpired(now: .never) == timers[1])
  #expect(queue.popExpired(now: .never) == timers[0])
  #expect(queue.popExpired(now: .never) == nil)
}

@Test func disarmingATimerOfAnotherQueueChangesNothing() {
  let timers = Timers(2)
  var here = queue()
  var there = TimerQueue(cpu: CPUIndex(4))
  here.arm(timers[0], at: time(10))
  there.arm(timers[1], at: time(10))
  here.disarm(timers[1])
  #expect(timers[1].pointee.cpu == CPUIndex(4))
  #expect(there.nextDeadline == time(10))
  here.disarm(timers[0])
  here.disarm(timers[0])
  #expect(here.nextDeadline == .never)
}

@Test func randomOperationsAgreeWithASortedArray() {
  for round in 0..<20 {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = Random(state: seed)
    let timers = Timers([1, 2, 7, 64, 300][round % 5])
    var queue = queue()
    var model: [Int: UInt64] = [:]
    var now: UInt64 = 0
    for step in 0..<4000 {
      let i = Int.random(in: 0..<timers.count, using: &random)
      switch Int.random(in: 0..<10, using: &random) {
      case 0...5:
        // Few different moments, so that many are equal.
        let at = now + UInt64.random(in: 0..<50, using: &random)
        queue.arm(timers[i], at: time(at))
        model[i] = at
      case 6...7:
        queue.disarm(timers[i])
        model[i] = nil
      default:
        now += UInt64.random(in: 0..<10, using: &random)
        while let timer = queue.popExpired(now: time(now)) {
          let owner = Int(timer.pointee.owner)
          #expect(model[owner] == model.values.min(), "seed \(seed) step \(step)")
          #expect(timer.pointee.deadline.nanoseconds == model[owner])
          model[owner] = nil
        }
        #expect(model.values.allSatisfy { $0 > now }, "seed \(seed) step \(step)")
      }
      let first = model.values.min() ?? UInt64.max
      #expect(queue.nextDeadline.nanoseconds == first, "seed \(seed) step \(step)")
      #expect((timers[i].pointee.cpu != nil) == (model[i] != nil), "seed \(seed) step \(step)")
    }
  }
}

@Test func aHundredThousandTimersAreArmedAndDisarmedQuickly() {
  // Rising and falling deadlines: the worst cases of a list and of an unbalanced tree.
  let count = 100_000
  let timers = Timers(count)
  var queue = queue()
  for i in 0..<count {
    queue.arm(timers[i], at: time(UInt64(i % 2 == 0 ? i : 2 * count - i)))
  }
  for i in stride(from: 0, to: count, by: 3) { queue.disarm(timers[i]) }
  var last = SystemTime(nanoseconds: 0)
  var seen = 0
  while let timer = queue.popExpired(now: .never) {
    if timer.pointee.deadline < last { Issue.record("out of order at \(seen)") }
    last = timer.pointee.deadline
    seen += 1
  }
  #expect(seen == count - (count + 2) / 3)
}
