import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Synchronization
import Testing
import XenABI

struct VCPUOperationTests {
  func perform<T: BitwiseCopyable>(
    _ operation: VCPUOp, _ vcpu: UInt64, _ request: T, by domain: Ref<Domain>, in w: World
  ) throws -> Int64? {
    try w.put(request)
    let caller = try w.caller(domain)
    return w.result { () throws(XenErrno) in
      try w.hv.vcpuOperation(
        caller, HypercallArguments(UInt64(operation.rawValue), vcpu, World.arguments))
    }
  }

  @Test(arguments: [(UInt32(4090), XenErrno.ENXIO), (4, .ENXIO), (4096, .ENXIO)])
  func aPlaceForVCPUInfoMustBeAlignedAndInItsPage(offset: UInt32, error: XenErrno) throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      let request = VCPURegisterInfo(mfn: mfn.rawValue, offset: offset)
      #expect(
        try perform(.registerVCPUInfo, 1, request, by: w.guest, in: w) == -Int64(error.rawValue))
      #expect(w.uses(mfn) == [1, 0])
    }
  }

  @Test func aMovedVCPUInfoTakesItsMaskAlongAndReportsEverything() throws {
    try World.run { (w: World) throws -> Void in
      let mfn = try w.allocate(for: w.guest)
      let vcpu = try w.vcpu(1, of: w.guest)
      w.hv.setUpcallMask(vcpu, true)
      let request = VCPURegisterInfo(mfn: mfn.rawValue, offset: 128)
      #expect(try perform(.registerVCPUInfo, 1, request, by: w.guest, in: w) == 0)
      let frame = w.host.memory[mfn]
      #expect(frame.load(UInt8.self, at: 128 + VCPUInfoLayout.eventUpcallPending) == 1)
      #expect(frame.load(UInt8.self, at: 128 + VCPUInfoLayout.eventUpcallMask) == 1)
      #expect(frame[word: (128 + VCPUInfoLayout.eventPendingSelector) / 8] == UInt64.max)
      #expect(w.hv.isUpcallPending(vcpu) && w.hv.isUpcallMasked(vcpu))
      #expect(
        try perform(.registerVCPUInfo, 1, request, by: w.guest, in: w)
          == -Int64(XenErrno.EINVAL.rawValue))
      #expect(w.uses(mfn) == [2, 1])
    }
  }

  @Test func aVCPUInfoThatStoodInGoesWhenTheGuestHasItsOwn() throws {
    try World.run { (w: World) throws -> Void in
      let before = w.freeFrames()
      var wanted = DomainSpecification()
      wanted.id = DomainID(9)
      wanted.maximumVCPUs = 34
      _ = try w.hv.createDomain(wanted)
      do {
        guard let reference = w.hv.domain(DomainID(9)) else { throw XenErrno.ESRCH }
        let domain = reference.domain
        domain.pointee.maximumFrames = 4
        // Beyond the 32 that the shared info page has room for.
        for n: UInt32 in [0, 32, 33] { try w.hv.createVCPU(VCPUID(n), of: domain) }
        let mfn = try w.allocate(for: domain)
        let request = VCPURegisterInfo(mfn: mfn.rawValue, offset: 0)
        #expect(try perform(.registerVCPUInfo, 32, request, by: domain, in: w) == 0)
        #expect(try w.destroy(domain))
      }
      #expect(!w.exists(9))
      #expect(w.freeFrames() == before)
    }
  }

  @Test(arguments: [
    (UInt64(999_999), false), (1_000_000, true), (UInt64.max >> 2, true), (UInt64.max, false),
  ])
  func aPeriodIsNeitherTooShortNorTooLong(nanoseconds: UInt64, isAllowed: Bool) throws {
    try World.run { (w: World) throws -> Void in
      let request = VCPUSetPeriodicTimer(periodNanoseconds: nanoseconds)
      let result = isAllowed ? 0 : -Int64(XenErrno.EINVAL.rawValue)
      #expect(try perform(.setPeriodicTimer, 0, request, by: w.guest, in: w) == result)
    }
  }
}
