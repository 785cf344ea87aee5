import FakeMachine
import Machine
import Primitives
import Testing

@testable import Memory

struct FrameAllocatorTests {
  /// A frame table without a heap: tests add what they need. Frames from 256 up are free to use.
  func makeFrames(_ count: Int = 4096) -> FrameTable {
    FakeHost(frames: count + 1024).makeFrameTable()
  }

  @Test func blocksAreAlignedAndDistinct() {
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(300), count: 1000)
    #expect(heap.freeFrames == 1000)
    var taken = Set<UInt64>()
    for order in [0, 3, 1, 5, 0, 7, 2] {
      guard let mfn = heap.allocate(order: order) else {
        Issue.record("no block of order \(order)")
        return
      }
      #expect(mfn.rawValue % (1 << UInt64(order)) == 0)
      for i in 0..<UInt64(1) << UInt64(order) {
        #expect(taken.insert(mfn.rawValue + i).inserted)
        #expect((300..<1300).contains(mfn.rawValue + i))
      }
    }
    #expect(heap.freeFrames == 1000 - UInt64(taken.count))
  }

  @Test func freedBlocksMergeAgain() {
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(1024), count: 1024)
    var frames: [MFN] = []
    while let mfn = heap.allocate(order: 0) { frames.append(mfn) }
    #expect(frames.count == 1024)
    #expect(heap.freeFrames == 0)
    var random = SystemRandomNumberGenerator()
    frames.shuffle(using: &random)
    for mfn in frames { heap.free(mfn, order: 0) }
    #expect(heap.freeFrames == 1024)
    let all = heap.allocate(order: 10)
    #expect(all == MFN(1024))
  }

  @Test func aBlockThatIsTooLargeIsNil() {
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(1024), count: 1024)
    let (tooLarge, negative, beyond) = (
      heap.allocate(order: 11), heap.allocate(order: -1), heap.allocate(order: 64)
    )
    #expect(tooLarge == nil)
    #expect(negative == nil)
    #expect(beyond == nil)
    #expect(heap.freeFrames == 1024)
  }

  @Test func anAddressLimitIsHonouredAndHighMemoryGoesFirst() {
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(256), count: 2048)
    let high = heap.allocate(order: 0)
    #expect(high.map { $0.rawValue >= 2048 } == true)
    // 22 bits of address are 1024 frames.
    var low: [MFN] = []
    while let mfn = heap.allocate(order: 0, widthBits: 22) { low.append(mfn) }
    #expect(low.count == 1024 - 256)
    #expect(low.allSatisfy { $0.rawValue < 1024 })
    let none = heap.allocate(order: 0, widthBits: 13)
    #expect(none == nil)
  }

  @Test(arguments: [
    (0, 0), (1, 0), (4096, 0), (4097, 1), (8192, 1), (8193, 2), (1 << 30, 18), (-5, 0),
    (Int.max, 51),
  ])
  func anOrderIsTheSmallestThatHasRoom(bytes: Int, order: Int) {
    #expect(FrameAllocator.order(forBytes: bytes) == order)
  }

  @Test func claimedFramesAreKeptForTheirClaimant() {
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(1024), count: 64)
    heap.claimedFrames = 60
    let (large, small, claimed) = (
      heap.allocate(order: 3), heap.allocate(order: 2),
      heap.allocate(order: 3, unclaimedOnly: false)
    )
    #expect(large == nil)
    #expect(small != nil)
    #expect(claimed != nil)
  }

  @Test func anyOrderOfAllocatingAndFreeingKeepsTheCount() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = seed
    func next(_ bound: Int) -> Int {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(random >> 33) % bound
    }
    var heap = FrameAllocator(frames: makeFrames())
    heap.add(from: MFN(700), count: 1500)
    var held: [(MFN, Int)] = []
    var owned = Set<UInt64>()
    for _ in 0..<4000 {
      if held.isEmpty || next(2) == 0 {
        let order = next(6)
        guard let mfn = heap.allocate(order: order) else { continue }
        for i in 0..<UInt64(1) << UInt64(order) {
          #expect(owned.insert(mfn.rawValue + i).inserted, "seed \(seed)")
        }
        held.append((mfn, order))
      } else {
        let (mfn, order) = held.remove(at: next(held.count))
        for i in 0..<UInt64(1) << UInt64(order) { owned.remove(mfn.rawValue + i) }
        heap.free(mfn, order: order)
      }
      #expect(heap.freeFrames == 1500 - UInt64(owned.count), "seed \(seed)")
    }
  }
}
