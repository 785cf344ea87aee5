import Domains
import EventChannels
import FakeMachine
import Foundation
import GrantTables
import Hypercalls
import Machine
import Memory
import Primitives
import Scheduling
import Synchronization
import Testing
import Timekeeping
import XenABI

/// Domains on their way out, and who still holds something of theirs.
struct LifecycleTests {
  /// A domain is destroyed on another thread; `release` is what it has to wait for.
  private func destroyInVain(
    _ domain: Ref<Domain>, _ w: World, until release: () -> Void
  ) throws -> (before: Bool, after: Bool) {
    let isDone = Flag()
    let (host, hv) = (w.host, w.hv)
    let thread = Thread {
      FakeMachine.rebind(host) {
        while (try? hv.destroy(domain)) == false {}
        isDone.set()
      }
    }
    thread.start()
    Thread.sleep(forTimeInterval: 0.1)
    let before = isDone.isSet
    release()
    for _ in 0..<12_000 where !isDone.isSet { Thread.sleep(forTimeInterval: 0.01) }
    return (before, isDone.isSet)
  }

  @Test func aDomainIsNotTakenApartWhileACPUActsOnOneOfItsTimers() throws {
    try World.run { (w: World) throws -> Void in
      let vcpu = try w.vcpu(0, of: w.guest)
      w.hv.setSingleShot(vcpu, at: SystemTime(nanoseconds: 5))
      // Another CPU than the one that destroys has taken the timer out of its queue.
      guard let cpu = vcpu.singleShotTimer.pointee.cpu else { throw XenErrno.ENOENT }
      let queue = w.hv.state.pointee.cpus[cpu.index]
      w.host.update { $0.currentCPU = CPUIndex(1 - cpu.index) }
      let popped = queue.pointee.timers.withLock { $0.popExpired(now: SystemTime(nanoseconds: 9)) }
      #expect(popped == vcpu.singleShotTimer)
      let wait = try destroyInVain(w.guest, w) {
        _ = queue.pointee.timers.withLock { $0.popExpired(now: SystemTime(nanoseconds: 9)) }
      }
      #expect(!wait.before && wait.after)
    }
  }

  @Test func aDomainIsNotTakenApartWhileACPUIsAboutToLoadOneOfItsVCPUs() throws {
    try World.run { (w: World) throws -> Void in
      let vcpu = try w.vcpu(0, of: w.guest)
      w.hv.unpause(w.guest)
      w.hv.bringUp(vcpu)
      let cpu = vcpu.pointee.scheduling.cpu
      w.host.update { $0.currentCPU = CPUIndex(1 - cpu.index) }
      // Chosen, and not yet loaded.
      func choose() -> Ref<SchedulingEntity>? {
        w.hv.state.pointee.schedulerLock.withLock {
          w.hv.state.pointee.scheduler.next(on: cpu, now: w.host.update { $0.now }).entity
        }
      }
      #expect(choose() == vcpu.schedulingEntity)
      let wait = try destroyInVain(w.guest, w) { #expect(choose() == nil) }
      #expect(!wait.before && wait.after)
    }
  }

  @Test func aDomainThatOthersHoldFramesOfGoesWithTheLastOfThem() throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      let id = try w.hv.createDomain(DomainSpecification())
      let mfn: MFN
      do {
        guard let made = w.hv.domain(id) else { throw XenErrno.ESRCH }
        made.domain.pointee.maximumFrames = 10
        mfn = try w.hv.allocateFrames(for: made.domain, order: 0)
        _ = try w.hv.allocateFrames(for: made.domain, order: 1)
        // dom0 maps one of its frames.
        #expect(w.hv.frames.takeReference(mfn, ownedBy: id))
        #expect(try w.destroy(made.domain))
        #expect(try w.destroy(made.domain))
      }
      #expect(w.exists(id.rawValue))
      // The id is not given to anybody else meanwhile.
      var wanted = DomainSpecification()
      wanted.id = id
      #expect(throws: XenErrno.EEXIST) { try w.hv.createDomain(wanted) }
      w.hv.putPage(mfn)
      #expect(!w.exists(id.rawValue))
      #expect(w.freeFrames() == free)
      let next = try w.hv.createDomain(wanted)
      #expect(next == id)
      #expect(try w.end(next))
      #expect(w.freeFrames() == free)
    }
  }

  @Test func aPinnedVCPUMayRunOnOneCPUOnly() throws {
    try World.run { (w: World) throws -> Void in
      var wanted = DomainSpecification()
      wanted.maximumVCPUs = 2
      guard let made = w.hv.domain(try w.hv.createDomain(wanted)) else { throw XenErrno.ESRCH }
      let domain = made.domain
      try w.hv.createVCPU(VCPUID(0), of: domain, isPinned: true)
      try w.hv.createVCPU(VCPUID(1), of: domain)
      let pinned = try w.vcpu(0, of: domain)
      let free = try w.vcpu(1, of: domain)
      #expect(pinned.pointee.scheduling.hardAffinity.count == 1)
      #expect(pinned.pointee.scheduling.hardAffinity.contains(pinned.pointee.scheduling.cpu.index))
      #expect(free.pointee.scheduling.hardAffinity == w.hv.state.pointee.onlineCPUs)
    }
  }

  @Test func aDyingDomainGetsNoMoreMemoryOfAnyKind() throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      var wanted = DomainSpecification()
      wanted.maximumVCPUs = 40
      let id = try w.hv.createDomain(wanted)
      do {
        guard let made = w.hv.domain(id) else { throw XenErrno.ESRCH }
        let domain = made.domain
        domain.pointee.maximumFrames = 10
        try w.hv.createVCPU(VCPUID(39), of: domain)
        let mfn = try w.hv.allocateFrames(for: domain, order: 0)
        // An exchange has begun and goes on after the domain's end.
        #expect(w.hv.takeUnused(mfn, from: domain))
        #expect(try w.destroy(domain))
        #expect(throws: XenErrno.ENOMEM) { try w.hv.allocateFrames(for: domain, order: 0) }
        #expect(throws: XenErrno.EINVAL) { try w.hv.allocateSharedFrame(for: domain) }
        #expect(throws: XenErrno.EINVAL) { try w.hv.grantTableFrame(0, of: domain) }
        #expect(throws: XenErrno.EINVAL) { try w.hv.createVCPU(VCPUID(3), of: domain) }
        #expect(throws: XenErrno.EINVAL) { try w.hv.claim(5, for: domain) }
        w.hv.giveBack(mfn, to: domain)
      }
      #expect(!w.exists(id.rawValue))
      #expect(w.freeFrames() == free)
    }
  }

  @Test func aClaimIsUsedUpByAllocationsAndGivenBackAtTheEnd() throws {
    try World.run { (w: World) throws -> Void in
      let free = w.freeFrames()
      func claimed() -> UInt64 { w.hv.state.pointee.heap.withLock { $0.claimedFrames } }
      let id = try w.hv.createDomain(DomainSpecification())
      do {
        guard let made = w.hv.domain(id) else { throw XenErrno.ESRCH }
        let domain = made.domain
        domain.pointee.maximumFrames = UInt64.max
        #expect(throws: XenErrno.ENOMEM) { try w.hv.claim(1 << 40, for: domain) }
        #expect(throws: XenErrno.EINVAL) { try w.hv.claim(0, for: domain) }
        try w.hv.claim(100, for: domain)
        #expect(throws: XenErrno.EINVAL) { try w.hv.claim(200, for: domain) }
        #expect(claimed() == 100)
        _ = try w.hv.allocateFrames(for: domain, order: 3)
        #expect(claimed() == 92)
        // What is claimed is not there for others, whatever they ask for.
        let left = w.freeFrames() - 92
        w.other.pointee.maximumFrames = left + 1
        for _ in 0..<left { _ = try w.hv.allocateFrames(for: w.other, order: 0) }
        #expect(throws: XenErrno.ENOMEM) { try w.hv.allocateFrames(for: w.other, order: 0) }
        let none = w.hv.allocateOwnFrame()
        #expect(none == nil)
        // An allocation that fails leaves the claim as it was.
        #expect(throws: XenErrno.ENOMEM) { try w.hv.allocateFrames(for: domain, order: 7) }
        #expect(claimed() == 92)
        _ = try w.hv.allocateFrames(for: domain, order: 0)
        #expect(claimed() == 91)
      }
      #expect(try w.end(id))
      #expect(claimed() == 0)
      #expect(try w.destroy(w.other))
      #expect(w.freeFrames() > free)
    }
  }

  @Test func nobodyFindsADomainBeforeItIsComplete() throws {
    try World.run { (w: World) throws -> Void in
      Unfinished.seen.store(0, ordering: .relaxed)
      FakeMachine.$parts.withValue(Unfinished.self) {
        let free = w.freeFrames()
        var wanted = DomainSpecification()
        wanted.id = DomainID(7)
        #expect(throws: XenErrno.ENOMEM) { try w.hv.createDomain(wanted) }
        #expect(!w.exists(7))
        #expect(w.freeFrames() == free)
      }
      #expect(Unfinished.seen.load(ordering: .relaxed) == 1)
    }
  }
}

/// A processor whose part of a domain cannot be made; looks whether anybody could find the domain.
private enum Unfinished: FakeParts {
  static let seen = Atomic<Int>(0)
  static func makeDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) throws(XenErrno) {
    let byID = hv.domain(domain.pointee.id)
    let inOrder = hv.firstDomain(from: domain.pointee.id)
    seen.store(byID == nil && inOrder == nil ? 1 : 2, ordering: .relaxed)
    throw .ENOMEM
  }
  static func makeVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) throws(XenErrno) {}
  static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) {}
  static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) {}
  static func relinquishMemory(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) -> Bool {
    true
  }
}

/// A flag that another thread sets.
private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)
  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}

extension World {
  /// Destroys a domain that nobody else holds; whether it is gone.
  func end(_ id: DomainID) throws -> Bool {
    do {
      guard let found = hv.domain(id) else { return true }
      while !(try hv.destroy(found.domain)) {}
    }
    return !exists(id.rawValue)
  }
}
