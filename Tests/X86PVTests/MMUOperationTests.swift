import Domains
import FakeMachine
import Hypercalls
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import Testing
import X86Format
import XenABI

@testable import X86PV

/// dom0 and an ordinary domain on a fake machine, each with a vCPU, sixteen frames and a tree: root
/// 0, L3 1, L2 2, L1 3, data 4.
struct Guests {
  let host: FakeHost
  let hv: Hypervisor<FakeMachine>
  let dom0: Ref<VCPU>
  let guest: Ref<VCPU>
  let frames: [[MFN]]
  /// Where requests lie in the caller's memory, and where the number done is told.
  static let list: UInt64 = 0x10000
  static let done: UInt64 = 0x11000
  let listFrame: MFN
  let doneFrame: MFN

  init(_ host: FakeHost) throws {
    self.host = host
    hv = host.makeHypervisor()
    let own = try #require(hv.allocateOwnFrame())
    let reserved = try #require(hv.allocateOwnFrame())
    Processor.update {
      $0.hypervisorRoot = own
      $0.reservedDescriptors = reserved
    }
    listFrame = try #require(hv.allocateOwnFrame())
    doneFrame = try #require(hv.allocateOwnFrame())
    host.mapGuestPage(VirtualAddress(Self.list), to: listFrame)
    host.mapGuestPage(VirtualAddress(Self.done), to: doneFrame)
    var vcpus: [Ref<VCPU>] = []
    var frames: [[MFN]] = []
    for privileged in [true, false] {
      var wanted = DomainSpecification()
      wanted.isPrivileged = privileged
      if privileged { wanted.id = .dom0 }
      let id = try hv.createDomain(wanted)
      let found = hv.state.pointee.domains.find(id)
      let domain = try #require(found)
      domain.pointee.maximumFrames = 64
      try hv.makePVDomain(domain)
      try hv.createVCPU(VCPUID(0), of: domain)
      let first = domain.pointee.vcpu(VCPUID(0))
      let vcpu = try #require(first)
      try hv.makePVVCPU(vcpu)
      vcpus.append(vcpu)
      var mine: [MFN] = []
      for _ in 0..<16 { mine.append(try hv.allocateFrames(for: domain, order: 0)) }
      for level in 0..<4 {
        let flags: EntryFlags = level == 3 ? .data : .table
        host.memory[mine[level]][word: 0] = PageTableEntry(mine[level + 1], flags).rawValue
      }
      frames.append(mine)
    }
    dom0 = vcpus[0]
    guest = vcpus[1]
    self.frames = frames
    run(on: guest)
  }

  /// Makes a vCPU the one that runs here.
  func run(on vcpu: Ref<VCPU>) {
    hv.thisCPU.pointee.current = vcpu
    vcpu.domain.pointee.dirtyCPUs.insert(FakeMachine.currentCPU)
    vcpu.pointee.isLoaded.store(true, ordering: .relaxed)
  }

  /// Gives the first domU's tables above the leaves 60 more entries each.
  func fillTables() {
    for level in 0..<3 {
      for slot in 1...60 {
        host.memory[frames[1][level]][word: slot] =
          PageTableEntry(frames[1][level + 1], .table).rawValue
      }
    }
  }

  var doneCount: UInt32 { host.memory[doneFrame].load(UInt32.self, at: 0) ?? 0 }

  func mmuUpdate(
    _ requests: [(place: UInt64, value: UInt64)], domains: UInt64 = 0x7ff0
  ) -> HypercallArguments {
    for (i, r) in requests.enumerated() {
      host.memory[listFrame][word: i * 2] = r.place
      host.memory[listFrame][word: i * 2 + 1] = r.value
    }
    return HypercallArguments(Self.list, UInt64(requests.count), Self.done, domains)
  }

  func mmuExt(
    _ requests: [(command: UInt32, first: UInt64, second: UInt64)], domain: UInt64 = 0x7ff0
  ) -> HypercallArguments {
    for (i, r) in requests.enumerated() {
      host.memory[listFrame][word: i * 3] = UInt64(r.command)
      host.memory[listFrame][word: i * 3 + 1] = r.first
      host.memory[listFrame][word: i * 3 + 2] = r.second
    }
    return HypercallArguments(Self.list, UInt64(requests.count), Self.done, domain)
  }

  /// The hypercall's value, and how often it had to be repeated.
  func perform(
    _ number: HypercallNumber, _ arguments: HypercallArguments, by vcpu: Ref<VCPU>
  ) -> (value: Int64, repeats: Int) {
    var arguments = arguments
    var repeats = 0
    while true {
      do throws(XenErrno) {
        switch try hv.perform(number.rawValue, arguments, for: Caller(vcpu)) {
        case .done(let value): return (value, repeats)
        case .restart(let first, let second, let third):
          arguments.first = first
          arguments.second = second
          arguments.third = third
        }
      } catch {
        if error != .ERESTART { return (-Int64(error.rawValue), repeats) }
      }
      repeats += 1
      if repeats > 20_000 { return (Int64.min, repeats) }
    }
  }

  func value(
    _ number: HypercallNumber, _ arguments: HypercallArguments, by vcpu: Ref<VCPU>
  ) -> Int64 { perform(number, arguments, by: vcpu).value }

  func word(_ mfn: MFN) -> PageTypeWord { hv.mmu(for: guest.domain).type(of: mfn) }
}

func withGuests(_ body: (Guests) throws -> Void) throws {
  let frame = UnsafeMutablePointer<CPUUserRegs>.allocate(capacity: 1)
  frame.initialize(to: CPUUserRegs())
  defer { frame.deallocate() }
  try Processor.$bound.withValue(Processor.Holder(Ref(frame))) {
    try FakeMachine.run { host in try body(try Guests(host)) }
  }
}

@Suite struct MMUOperationTests {
  let EPERM: Int64 = -1
  let ESRCH: Int64 = -3
  let EFAULT: Int64 = -14
  let EINVAL: Int64 = -22
  let ENOSYS: Int64 = -38

  @Test func theNumberDoneIsToldUpToTheFirstFailure() throws {
    try withGuests { g in
      let f = g.frames[1]
      let base = f[8].address.rawValue
      let requests = [(base, UInt64(5)), (base + 8, 6), (base + 4, 7), (base + 16, 8)]
      #expect(g.value(.mmuUpdate, g.mmuUpdate(requests), by: g.guest) == ENOSYS)
      #expect(g.doneCount == 2)
      #expect(g.host.memory[f[8]][word: 1] == 6)
      #expect(g.host.memory[f[8]][word: 2] == 0)
    }
  }

  @Test func listsGoOnWhereTheyWereInterrupted() throws {
    try withGuests { g in
      let f = g.frames[1]
      var requests: [(UInt64, UInt64)] = []
      for i in 0..<40 { requests.append((f[8].address.rawValue + UInt64(i) * 8, UInt64(i))) }
      g.host.update { $0.turnsUntilInterrupt = 0 }
      let result = g.perform(.mmuUpdate, g.mmuUpdate(requests), by: g.guest)
      #expect(result.value == 0)
      #expect(result.repeats == 39)
      #expect(g.doneCount == 40)
      #expect(g.host.memory[f[8]][word: 39] == 39)
    }
  }

  @Test func anUnreadableListIsAFault() throws {
    try withGuests { g in
      let at = HypercallArguments(0x5000_0000, 3, 0, 0x7ff0)
      #expect(g.value(.mmuUpdate, at, by: g.guest) == EFAULT)
      #expect(g.value(.mmuExtOp, at, by: g.guest) == EFAULT)
      let endless = HypercallArguments(UInt64.max - 15, 0x7fff_ffff, 0, 0x7ff0)
      #expect(g.value(.mmuUpdate, endless, by: g.guest) == EFAULT)
    }
  }

  @Test func aPinMayBeInterruptedAtEveryQuestion() throws {
    try withGuests { g in
      let f = g.frames[1]
      g.fillTables()
      g.host.update { $0.turnsUntilInterrupt = 0 }
      let pin = g.perform(.mmuExtOp, g.mmuExt([(3, f[0].rawValue, 0)]), by: g.guest)
      #expect(pin.value == 0)
      #expect(pin.repeats > 100)
      #expect(g.word(f[4]).kind == .writable)
      let unpin = g.perform(.mmuExtOp, g.mmuExt([(4, f[0].rawValue, 0)]), by: g.guest)
      #expect(unpin.value == 0)
      #expect(unpin.repeats > 100)
      for i in 0..<5 {
        #expect(g.word(f[i]).count == 0)
        #expect(g.hv.frames[f[i]].pointee.references == 1)
      }
    }
  }

  @Test func theErrorOfAPinThatFailedHalfWayIsToldAfterItsUndoing() throws {
    try withGuests { g in
      let f = g.frames[1]
      // The last entry of the L2 names another domain's frame.
      g.host.memory[f[2]][word: 511] = PageTableEntry(g.frames[0][9], .table).rawValue
      g.host.update { $0.turnsUntilInterrupt = 0 }
      let pin = g.perform(
        .mmuExtOp, g.mmuExt([(3, f[0].rawValue, 0), (0, f[9].rawValue, 0)]), by: g.guest)
      #expect(pin.value == EINVAL)
      #expect(g.doneCount == 0)
      for i in 0..<5 {
        #expect(g.word(f[i]).count == 0)
        #expect(g.hv.frames[f[i]].pointee.references == 1)
      }
      #expect(g.guest.pv.pointee.memory.pending.table == nil)
    }
  }

  @Test func onlyPrivilegedDomainsNameOthers() throws {
    try withGuests { g in
      let theirs = g.frames[0]
      let id = UInt64(g.guest.domain.pointee.id.rawValue)
      let request = [(theirs[8].address.rawValue, UInt64(0))]
      #expect(g.value(.mmuUpdate, g.mmuUpdate(request), by: g.guest) == EINVAL)
      #expect(g.value(.mmuUpdate, g.mmuUpdate(request, domains: 0), by: g.guest) == EPERM)
      #expect(g.value(.mmuUpdate, g.mmuUpdate(request, domains: 77), by: g.guest) == ESRCH)
      #expect(g.value(.mmuUpdate, g.mmuUpdate(request, domains: id), by: g.guest) == ESRCH)
      #expect(g.value(.mmuUpdate, g.mmuUpdate(request, domains: 0x7ff2), by: g.guest) == EPERM)
      let theirTables = UInt64(1) << 16 | 0x7ff0
      #expect(
        g.value(.mmuUpdate, g.mmuUpdate(request, domains: theirTables), by: g.guest) == EPERM)
      #expect(
        g.value(.mmuExtOp, g.mmuExt([(0, theirs[8].rawValue, 0)], domain: 0), by: g.guest) == EPERM)
    }
  }

  @Test func dom0MapsPinsAndChangesAnothersFrames() throws {
    try withGuests { g in
      let (mine, theirs) = (g.frames[0], g.frames[1])
      let id = UInt64(g.guest.domain.pointee.id.rawValue)
      g.run(on: g.dom0)
      #expect(g.value(.mmuExtOp, g.mmuExt([(3, mine[0].rawValue, 0)]), by: g.dom0) == 0)
      let map = [
        (mine[3].address.rawValue + 8, PageTableEntry(theirs[8], .data).rawValue)
      ]
      #expect(g.value(.mmuUpdate, g.mmuUpdate(map, domains: id), by: g.dom0) == 0)
      #expect(g.word(theirs[8]).kind == .writable)
      #expect(g.hv.frames[theirs[8]].pointee.references == 2)
      // Its tables, by pinning and by changing an entry of them.
      let pin = g.mmuExt([(3, theirs[0].rawValue, 0)], domain: id)
      #expect(g.value(.mmuExtOp, pin, by: g.dom0) == 0)
      let change = [(theirs[3].address.rawValue + 8, PageTableEntry(theirs[9], .data).rawValue)]
      let both = (id + 1) << 16 | id
      #expect(g.value(.mmuUpdate, g.mmuUpdate(change, domains: both), by: g.dom0) == 0)
      #expect(g.word(theirs[9]).kind == .writable)
      // What is about the caller's own vCPU is refused for another.
      for command: UInt32 in [5, 6, 7, 10, 12, 13, 15] {
        let request = g.mmuExt([(command, 0, 0)], domain: id)
        #expect(g.value(.mmuExtOp, request, by: g.dom0) == EPERM, "command \(command)")
      }
    }
  }

  @Test func rootsAreLoadedAndTheLDTForgotten() throws {
    try withGuests { g in
      let f = g.frames[1]
      let set = g.mmuExt([(5, f[0].rawValue, 0), (15, f[9].rawValue, 0)])
      #expect(g.value(.mmuExtOp, set, by: g.guest) == 0)
      #expect(Processor.update { $0.loadedRoots } == [f[0]])
      #expect(g.guest.pv.pointee.memory.kernelRoot == f[0])
      #expect(g.guest.pv.pointee.memory.userRoot == f[9])
      #expect(g.value(.mmuExtOp, g.mmuExt([(15, 0, 0)]), by: g.guest) == 0)
      #expect(g.guest.pv.pointee.memory.userRoot == .invalid)
    }
  }

  @Test func commandsThatDoNotExistAreToldSo() throws {
    try withGuests { g in
      #expect(g.value(.mmuExtOp, g.mmuExt([(14, 0, 0)]), by: g.guest) == ENOSYS)
      #expect(g.value(.mmuExtOp, g.mmuExt([(77, 0, 0)]), by: g.guest) == ENOSYS)
      #expect(g.value(.mmuExtOp, g.mmuExt([(19, 0, 0)]), by: g.guest) == -95)
      #expect(g.value(.mmuExtOp, g.mmuExt([(20, 0, 0)]), by: g.guest) == -95)
      #expect(g.value(.mmuExtOp, g.mmuExt([(12, 0, 0)]), by: g.guest) == -13)
      #expect(g.value(.mmuExtOp, g.mmuExt([(18, 0, 0)]), by: g.guest) == EINVAL)
      #expect(Processor.update { $0.cacheFlushes } == 0)
      _ = g.guest.domain.pointee.portPermissions.insert(0x60, through: 0x60)
      #expect(g.value(.mmuExtOp, g.mmuExt([(12, 0, 0)]), by: g.guest) == 0)
      #expect(Processor.update { $0.cacheFlushes } == 1)
    }
  }

  @Test func flushesReachTheCPUsTheyName() throws {
    try withGuests { g in
      // The guest's vCPU runs on this CPU; another still has translations of the domain's.
      g.host.update { $0.currentCPU = g.guest.pointee.scheduling.cpu }
      g.run(on: g.guest)
      for n in 0..<2 { g.guest.domain.pointee.dirtyCPUs.insert(CPUIndex(n)) }
      g.host.memory[g.listFrame][word: 100] = 1
      let bitmap = Guests.list + 800
      g.host.update { $0.flushes = [] }
      #expect(g.value(.mmuExtOp, g.mmuExt([(9, 0x7000, bitmap)]), by: g.guest) == 0)
      #expect(Processor.update { $0.invalidated } == [VirtualAddress(0x7000)])
      #expect(g.host.update { $0.flushes }.isEmpty)
      #expect(g.value(.mmuExtOp, g.mmuExt([(10, 0, 0)]), by: g.guest) == 0)
      #expect(g.host.update { $0.flushes }.last == g.guest.domain.pointee.dirtyCPUs.members)
      #expect(g.value(.mmuExtOp, g.mmuExt([(8, 0, 0x7777_0000)]), by: g.guest) == EINVAL)
      // The hypervisor's addresses are not flushed for guests.
      let own = g.mmuExt([(7, 0xffff_8000_0000_0000, 0)])
      #expect(g.value(.mmuExtOp, own, by: g.guest) == 0)
      #expect(Processor.update { $0.invalidated }.count == 1)
    }
  }

  @Test func mappingsAreUpdatedAndFlushed() throws {
    try withGuests { g in
      let f = g.frames[1]
      #expect(g.value(.mmuExtOp, g.mmuExt([(5, f[0].rawValue, 0)]), by: g.guest) == 0)
      let entry = PageTableEntry(f[8], .data).rawValue
      let update = HypercallArguments(0x9000, entry, UpdateVAMappingFlags.invlpg)
      #expect(g.value(.updateVAMapping, update, by: g.guest) == 0)
      #expect(Processor.update { $0.invalidated } == [VirtualAddress(0x9000)])
      #expect(g.word(f[8]).kind == .writable)
      let foreign = HypercallArguments(0x9000, entry, 0, 0)
      #expect(g.value(.updateVAMappingOtherDomain, foreign, by: g.guest) == EPERM)
      let unknown = HypercallArguments(0x9000, entry, 0, 99)
      #expect(g.value(.updateVAMappingOtherDomain, unknown, by: g.guest) == ESRCH)
      let outside = HypercallArguments(0x4000_0000, entry, 0)
      #expect(g.value(.updateVAMapping, outside, by: g.guest) == EINVAL)
    }
  }

  @Test func descriptorTablesAreSetAndShownInTheWindow() throws {
    try withGuests { g in
      let f = g.frames[1]
      g.host.memory[g.listFrame][word: 0] = f[8].rawValue
      let set = HypercallArguments(Guests.list, 16)
      #expect(g.value(.setGDT, set, by: g.guest) == 0)
      #expect(g.word(f[8]).kind == .descriptors)
      let window = g.hv.descriptorWindow(g.guest)
      #expect(g.host.memory[window.table][word: window.first] & 1 == 1)
      #expect(g.value(.setGDT, HypercallArguments(Guests.list, 7169), by: g.guest) == EINVAL)
      let data = SegmentDescriptor.data(privilege: 3).rawValue
      let update = HypercallArguments(f[8].address.rawValue + 8, data)
      #expect(g.value(.updateDescriptor, update, by: g.guest) == 0)
      #expect(g.host.memory[f[8]][word: 1] == data)
      g.hv.loadDescriptorTables(g.guest)
      let page = PageTableEntry(
        rawValue: g.host.memory[window.table][word: window.first + 14])
      #expect(page.frame == FakeMachine.reservedDescriptorFrame)
    }
  }

  @Test func aDyingDomainGivesEverythingBackHoweverOftenItIsInterrupted() throws {
    for interrupted in [false, true] {
      try withGuests { g in
        let f = g.frames[1]
        g.fillTables()
        let before = g.hv.state.pointee.heap.withLock { $0.freeFrames }
        let requests = g.mmuExt([
          (3, f[0].rawValue, 0), (5, f[0].rawValue, 0), (15, f[9].rawValue, 0),
          (2, f[10].rawValue, 0),
        ])
        #expect(g.value(.mmuExtOp, requests, by: g.guest) == 0)
        g.host.memory[g.listFrame][word: 0] = f[11].rawValue
        #expect(g.value(.setGDT, HypercallArguments(Guests.list, 16), by: g.guest) == 0)
        // dom0 still maps one frame.
        g.run(on: g.dom0)
        let held = f[12]
        try g.hv.mmu(for: g.dom0.domain).holdWritable(held, of: g.guest.domain.pointee.id)
        g.guest.domain.pointee.lifecycle = .dying
        if interrupted { g.host.update { $0.turnsUntilInterrupt = 0 } }
        var calls = 1
        while !g.hv.relinquishPVMemory(g.guest.domain) { calls += 1 }
        #expect(interrupted ? calls > 50 : calls == 1)
        #expect(g.guest.domain.pointee.totalFrames == 1)
        #expect(g.hv.frames[held].pointee.references == 1)
        g.hv.releaseWritableFrame(held)
        #expect(g.guest.domain.pointee.totalFrames == 0)
        #expect(g.hv.state.pointee.heap.withLock { $0.freeFrames } == before + 16)
      }
    }
  }

  @Test func framesAreToldAsWhatTheyAre() throws {
    try withGuests { g in
      let f = g.frames[1]
      let domain = g.guest.domain
      #expect(g.value(.mmuExtOp, g.mmuExt([(3, f[0].rawValue, 0)]), by: g.guest) == 0)
      #expect(
        g.hv.pageFrameInfo(f[0], of: domain) == PageFrameInfo.l4Table | PageFrameInfo.pinned)
      #expect(g.hv.pageFrameInfo(f[1], of: domain) == PageFrameInfo.l3Table)
      #expect(g.hv.pageFrameInfo(f[3], of: domain) == PageFrameInfo.l1Table)
      #expect(g.hv.pageFrameInfo(f[4], of: domain) == PageFrameInfo.notATable)
      #expect(g.hv.pageFrameInfo(g.frames[0][0], of: domain) == PageFrameInfo.invalid)
      #expect(g.hv.isUnused(f[8], of: domain))
      #expect(!g.hv.isUnused(f[4], of: domain))
      #expect(!g.hv.isUnused(g.frames[0][8], of: domain))
    }
  }
}
