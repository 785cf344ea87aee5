import Domains
import FakeMachine
import Machine
import Memory
import Primitives
import Synchronization
import Testing
import XenABI

@testable import X86PV

/// The PV parts, whole: tests with page tables of their own do without them.
enum PVParts: FakeParts {
  static func makeDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) throws(XenErrno) {
    try hv.makePVDomain(domain)
  }
  static func makeVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) throws(XenErrno) {
    try hv.makePVVCPU(vcpu)
  }
  static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<FakeMachine>) {
    hv.releasePVVCPU(vcpu)
  }
  static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) {
    hv.releasePVDomain(domain)
  }
  static func relinquishMemory(_ domain: Ref<Domain>, in hv: Hypervisor<FakeMachine>) -> Bool {
    hv.relinquishPVMemory(domain)
  }
}

/// Domains made of a heap that runs out at every possible moment.
struct CreationTests {
  /// More than the shared info page has room for, so that some need frames of their own.
  static let vcpuCount = 35

  static func run(_ body: (Hypervisor<FakeMachine>) throws -> Void) throws {
    try FakeMachine.run(frames: 2048) { host in
      let frame = host.place(CPUUserRegs(), at: host.takeFrame())
      try Processor.$bound.withValue(Processor.Holder(frame)) {
        try FakeMachine.$parts.withValue(PVParts.self) { try body(host.makeHypervisor()) }
      }
    }
  }

  static func freeFrames(_ hv: Hypervisor<FakeMachine>) -> UInt64 {
    hv.state.pointee.heap.withLock { $0.freeFrames }
  }

  static func make(_ hv: Hypervisor<FakeMachine>) -> XenErrno? {
    reason { () throws(XenErrno) in
      var wanted = DomainSpecification()
      wanted.id = DomainID(1)
      wanted.maximumVCPUs = vcpuCount
      _ = try hv.createDomain(wanted)
      guard let made = hv.domain(DomainID(1)) else { throw .ESRCH }
      made.domain.pointee.maximumFrames = 100
      for n in 0..<vcpuCount { try hv.createVCPU(VCPUID(UInt32(n)), of: made.domain) }
      _ = try hv.allocateFrames(for: made.domain, order: 2)
    }
  }

  /// Destroys domain 1, if it came to be, and says whether it is gone.
  static func end(_ hv: Hypervisor<FakeMachine>) throws -> Bool {
    do {
      guard let found = hv.domain(DomainID(1)) else { return true }
      while !(try hv.destroy(found.domain)) {}
    }
    let found = hv.domain(DomainID(1))
    return found == nil
  }

  @Test func aDomainThatRunsOutOfMemoryWhileItIsMadeGivesEverythingBack() throws {
    try Self.run { (hv: Hypervisor<FakeMachine>) throws -> Void in
      let all = Self.freeFrames(hv)
      // Leave as many frames as the round's number; the last round has enough.
      var kept: [MFN] = []
      while let mfn = hv.allocateOwnFrame() { kept.append(mfn) }
      var rounds = 0
      var isMade = false
      while !isMade, let mfn = kept.popLast() {
        hv.freeOwnFrames(mfn)
        rounds += 1
        let before = Self.freeFrames(hv)
        #expect(before == UInt64(rounds))
        let failure = Self.make(hv)
        #expect(failure == nil || failure == .ENOMEM)
        isMade = failure == nil
        #expect(try Self.end(hv))
        #expect(Self.freeFrames(hv) == before)
        guard Self.freeFrames(hv) == before else { return }
      }
      #expect(isMade && rounds > Self.vcpuCount)
      for mfn in kept { hv.freeOwnFrames(mfn) }
      #expect(Self.freeFrames(hv) == all)
    }
  }

  @Test func aVCPUOfADyingDomainIsRefused() throws {
    try Self.run { (hv: Hypervisor<FakeMachine>) throws -> Void in
      let free = Self.freeFrames(hv)
      var wanted = DomainSpecification()
      wanted.id = DomainID(1)
      wanted.maximumVCPUs = 40
      _ = try hv.createDomain(wanted)
      do {
        guard let made = hv.domain(DomainID(1)) else { throw XenErrno.ESRCH }
        while !(try hv.destroy(made.domain)) {}
        let domain = made.domain
        let refused = reason { () throws(XenErrno) in try hv.createVCPU(VCPUID(39), of: domain) }
        #expect(refused == .EINVAL)
      }
      #expect(Self.freeFrames(hv) == free)
    }
  }
}
