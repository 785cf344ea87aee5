import Foundation
import Primitives
import Sync
import Synchronization
import Testing

/// A lock that threads of a test share.
private final class Shared: Sendable {
  let ticket = TicketLock()
  let spin = SpinLock(0)
  let plain = Atomic<Int>(0)
}

private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for i in 0..<count {
    DispatchQueue.global().async(group: group) { body(i) }
  }
  group.wait()
}

struct LockTests {
  @Test func aSpinLockLosesNoUpdate() {
    let shared = Shared()
    onThreads(4) { _ in
      for _ in 0..<2000 { shared.spin.withLock { $0 += 1 } }
    }
    #expect(shared.spin.withLock { $0 } == 8000)
  }

  @Test func aTicketLockLetsOneInAtATime() {
    let shared = Shared()
    let overlaps = Atomic<Int>(0)
    onThreads(4) { _ in
      for _ in 0..<1000 {
        shared.ticket.withLock {
          if shared.plain.wrappingAdd(1, ordering: .relaxed).newValue != 1 {
            overlaps.wrappingAdd(1, ordering: .relaxed)
          }
          shared.plain.wrappingSubtract(1, ordering: .relaxed)
        }
      }
    }
    #expect(overlaps.load(ordering: .relaxed) == 0)
  }

  @Test func whoHasWaitedLongDrawsATicketAndIsServed() {
    let shared = Shared()
    // Held for longer than anybody's patience, so that all draw tickets behind it.
    onThreads(4) { i in
      for _ in 0..<20 {
        shared.spin.withLock { value in
          if i == 0 { usleep(20_000) }
          value += 1
        }
      }
    }
    #expect(shared.spin.withLock { $0 } == 80)
  }

  @Test func tryingAHeldLockFails() {
    let shared = Shared()
    shared.ticket.acquire()
    let whileHeld = shared.ticket.isHeld()
    #expect(whileHeld)
    let again = shared.ticket.tryAcquire()
    #expect(!again)
    shared.ticket.release()
    let afterwards = shared.ticket.isHeld()
    #expect(!afterwards)
    let free = shared.ticket.tryAcquire()
    #expect(free)
    shared.ticket.release()
    let nested = shared.spin.withLock { _ in shared.spin.tryLock { $0 } }
    #expect(nested == nil)
  }

  @Test func aLockIsGivenBackWhenItsBodyThrows() {
    struct Failure: Error {}
    let shared = Shared()
    #expect(throws: Failure.self) {
      try shared.spin.withLock { _ in throw Failure() }
    }
    #expect(shared.spin.tryLock { $0 } == 0)
  }
}

struct SharedWordTests {
  @Test func everyOperationReturnsTheWordAsItWas() {
    var storage: (UInt64, UInt64) = (0b1100, 0)
    withUnsafeMutablePointer(to: &storage.0) { pointer in
      let word = SharedWord64(UnsafeRawPointer(pointer))
      #expect(word.fetchOr(0b0011) == 0b1100)
      #expect(word.fetchAnd(0b0110) == 0b1111)
      #expect(word.exchange(7) == 0b0110)
      #expect(word.compareExchange(expected: 8, desired: 9) == (false, 7))
      #expect(word.compareExchange(expected: 7, desired: 9) == (true, 7))
      word.value += 1
      #expect(word.value == 10)
    }
  }

  @Test func aNarrowWordLeavesItsNeighbourAlone() {
    var storage: UInt64 = 0xffff_ffff_0000_0000
    withUnsafeMutablePointer(to: &storage) { pointer in
      let word = SharedWord32(UnsafeRawPointer(pointer))
      #expect(word.fetchOr(5) == 0)
      #expect(word.fetchAnd(4) == 5)
      #expect(word.compareExchange(expected: 4, desired: 6) == (true, 4))
    }
    #expect(storage == 0xffff_ffff_0000_0006)
  }

  @Test func concurrentBitsAreAllKept() {
    let storage = UnsafeMutablePointer<UInt64>.allocate(capacity: 1)
    storage.initialize(to: 0)
    defer { storage.deallocate() }
    let word = SharedWord64(UnsafeRawPointer(storage))
    onThreads(4) { i in
      for bit in 0..<16 { word.fetchOr(1 << UInt64(i * 16 + bit)) }
    }
    #expect(word.value == UInt64.max)
  }
}
