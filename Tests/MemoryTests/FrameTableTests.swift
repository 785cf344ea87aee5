import FakeMachine
import Machine
import Primitives
import Synchronization
import Testing

@testable import Memory

struct FrameTableTests {
  let frames = FakeHost(frames: 2048).makeFrameTable()

  @Test func framesWithoutMemoryHaveNoEntry() {
    let host = FakeHost(frames: 512)
    let pages = host.makeTable(count: 128) { _ in PageInfo() }
    let present = host.makeTable(count: 2) { $0 == 0 ? UInt64(0b1010) : 0 }
    let frames = FrameTable(pages: pages, present: present)
    for n in [UInt64(1), 3] { #expect(frames.isMemory(MFN(n))) }
    for n in [UInt64(0), 2, 64, 127, 128, UInt64.max] { #expect(!frames.isMemory(MFN(n))) }
  }

  @Test func referencesAreTakenOnlyToFramesInUseByTheExpectedOwner() {
    let mfn = MFN(5)
    #expect(frames.owner(of: mfn) == .invalid)
    #expect(!frames.takeReference(mfn, ownedBy: DomainID(1)))
    #expect(frames.takeReference(mfn) == nil)
    frames[mfn].pointee.assign(to: DomainID(1))
    #expect(!frames.takeReference(mfn, ownedBy: DomainID(2)))
    #expect(frames.takeReference(mfn, ownedBy: DomainID(1)))
    #expect(frames.takeReference(mfn) == DomainID(1))
    let references = frames[mfn].pointee.references
    #expect(references == 3)
    #expect(!frames.takeReference(MFN(1 << 40), ownedBy: DomainID(1)))
  }

  @Test func theOwnersMarkIsTakenOffOnceAndTheLastReferenceIsTold() {
    let mfn = MFN(6)
    let page = frames[mfn]
    page.pointee.assign(to: DomainID(1))
    #expect(frames.takeReference(mfn, ownedBy: DomainID(1)))
    #expect(frames.clearAllocated(page))
    #expect(!frames.clearAllocated(page))
    #expect(!frames.dropReference(page))
    #expect(frames.owner(of: mfn) == DomainID(1))
    #expect(frames.dropReference(page))
    #expect(frames.takeReference(mfn) == nil)
  }

  @Test func aFullCountTakesNoMore() {
    let page = frames[MFN(7)]
    page.pointee.count.store(
      PageCount.ownerField(DomainID(1)) | PageCount.references, ordering: .relaxed)
    #expect(frames.takeReference(MFN(7)) == nil)
  }

  @Test func anEntryIsThirtyTwoBytes() { #expect(MemoryLayout<PageInfo>.stride == 32) }
}

struct PageListTests {
  let frames = FakeHost(frames: 2048).makeFrameTable()

  func contents(_ list: PageList) -> [UInt64] {
    var result: [UInt64] = []
    var next = list.first
    while let mfn = next {
      result.append(mfn.rawValue)
      next = list.next(after: mfn, in: frames)
    }
    return result
  }

  @Test func framesStayInTheOrderTheyWereAdded() {
    var list = PageList()
    #expect(list.first == nil)
    for n in [UInt64(9), 3, 7] { list.append(MFN(n), in: frames) }
    list.prepend(MFN(1), in: frames)
    #expect(contents(list) == [1, 9, 3, 7])
    #expect(list.count == 4)
  }

  @Test func anyFrameCanBeRemoved() {
    for removed in [UInt64(1), 2, 3] {
      var list = PageList()
      for n in [UInt64(1), 2, 3] { list.append(MFN(n), in: frames) }
      list.remove(MFN(removed), in: frames)
      #expect(contents(list) == [1, 2, 3].filter { $0 != removed })
      list.append(MFN(removed), in: frames)
      #expect(contents(list).last == removed)
    }
    var list = PageList()
    list.prepend(MFN(4), in: frames)
    list.remove(MFN(4), in: frames)
    #expect(list.first == nil)
    #expect(list.count == 0)
  }
}

struct TLBClockTests {
  @Test func onlyCPUsThatHaveNotFlushedSinceNeedTo() {
    let clock = TLBClock()
    var cpus = CPUSet()
    for n in [0, 1, 200] { cpus.insert(n) }
    let before = clock.present
    clock.willFlush(CPUIndex(1))
    let stamp = clock.present
    let after = clock.needingFlush(cpus, since: before)
    #expect(!after.contains(1))
    #expect(after.contains(0) && after.contains(200))
    clock.willFlush(CPUIndex(0))
    let rest = clock.needingFlush(cpus, since: stamp)
    #expect(!rest.contains(0))
    #expect(rest.contains(1) && rest.contains(200))
  }

  @Test func aCPUThatHasNotFlushedForLongStillNeedsTo() {
    // More ticks than half of what a stamp can count.
    let clock = TLBClock(start: 0x9000_0000)
    var cpus = CPUSet()
    cpus.insert(3)
    #expect(clock.needingFlush(cpus, since: clock.present).contains(3))
    clock.willFlush(CPUIndex(3))
    #expect(clock.needingFlush(cpus, since: clock.present).contains(3))
    #expect(!clock.needingFlush(cpus, since: 0x9000_0000).contains(3))
  }

  @Test func stampsStayGoodWhenTheirCounterWraps() {
    let clock = TLBClock(start: 0xffff_ffff)
    var cpus = CPUSet()
    for n in [0, 1] { cpus.insert(n) }
    let stamp = clock.present
    #expect(stamp == 0xffff_ffff)
    clock.willFlush(CPUIndex(1))
    // 0 would stand for a frame that nobody has used.
    #expect(clock.present != 0)
    let rest = clock.needingFlush(cpus, since: stamp)
    #expect(rest.contains(0) && !rest.contains(1))
    let later = clock.present
    clock.willFlush(CPUIndex(0))
    let last = clock.needingFlush(cpus, since: later)
    #expect(last.contains(1) && !last.contains(0))
  }
}
