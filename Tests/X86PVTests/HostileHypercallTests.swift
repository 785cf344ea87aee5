import Domains
import FakeMachine
import Hypercalls
import Machine
import Memory
import Primitives
import Testing
import XenABI

@testable import X86PV

/// Every hypercall with values that make no sense, from dom0 and from an ordinary domain: each is
/// answered, nothing traps, and the domains can be destroyed afterwards.
struct HostileHypercallTests {
  static let page: UInt64 = 0x30_0000
  static let numbers: [HypercallNumber] = (0...UInt64(63)).compactMap {
    HypercallNumber(rawValue: $0)
  }
  static let values: [UInt64] = [
    0, 1, 2, 3, 0x7ff0, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 1 << 52, 1 << 63, UInt64.max,
    page, page + 1, page + 4093, page + 8192, 0xffff_8000_0000_0000, 0xffff_8300_0000_0000,
    0xffff_87ff_ffff_fff8, 0x0000_8000_0000_0000, 0x1000,
  ]

  struct Hosts {
    let host: FakeHost
    let hv: Hypervisor<FakeMachine>
    let dom0: Ref<Domain>
    let guest: Ref<Domain>
  }

  static func make(_ id: UInt16, _ hv: Hypervisor<FakeMachine>) throws -> Ref<Domain> {
    var wanted = DomainSpecification()
    wanted.id = DomainID(id)
    wanted.isPrivileged = id == 0
    wanted.maximumVCPUs = 2
    _ = try hv.createDomain(wanted)
    guard let made = hv.domain(DomainID(id)) else { throw XenErrno.ESRCH }
    made.domain.pointee.maximumFrames = 64
    for n in 0..<2 { try hv.createVCPU(VCPUID(UInt32(n)), of: made.domain) }
    return made.domain
  }

  static func run(_ body: (Hosts) throws -> Void) throws {
    try FakeMachine.run(frames: 2048) { host in
      let frame = host.place(CPUUserRegs(), at: host.takeFrame())
      let pages = host.takeFrames(2)
      for i in 0..<UInt64(2) {
        host.mapGuestPage(VirtualAddress(page + i * 4096), to: pages.advanced(by: i))
      }
      try Processor.$bound.withValue(Processor.Holder(frame)) {
        try FakeMachine.$parts.withValue(PVParts.self) {
          let hv = host.makeHypervisor()
          try body(Hosts(host: host, hv: hv, dom0: try make(0, hv), guest: try make(1, hv)))
        }
      }
    }
  }

  // Fills what pointers lead to; the words after the first take turns.
  static func fill(_ hv: Hypervisor<FakeMachine>, _ word: UInt64, _ seed: Int) throws {
    for i in 0..<160 {
      let value = i == 0 ? word : values[(i * 7 + seed) % values.count]
      try hv.write(value, to: GuestHandle<UInt64>(address: page), at: UInt64(i))
    }
  }

  @Test(arguments: numbers)
  func anyWordsInAnyHypercallAreAnswered(number: HypercallNumber) throws {
    guard number != .iret else { return }
    try Self.run { (w: Hosts) throws -> Void in
      for (turn, domain) in [w.guest, w.dom0].enumerated() {
        guard let vcpu = domain.pointee.vcpu(VCPUID(0)) else { throw XenErrno.ENOENT }
        for operation in 0..<UInt64(40) {
          for (i, word) in Self.values.enumerated() {
            try Self.fill(w.hv, operation | 0x0300_0001 << 32, i + Int(operation) + turn)
            let other = Self.values[(i + Int(operation)) % Self.values.count]
            for arguments in [
              HypercallArguments(operation, Self.page, word, other, word, other),
              HypercallArguments(Self.page, word, other, 0x7ff0),
              HypercallArguments(word, Self.page, operation, 0x7ff0),
              HypercallArguments(operation, word, Self.page),
            ] {
              var again = 0
              do throws(XenErrno) {
                var next = arguments
                while case .restart(let a, let b, let c) = try w.hv.perform(
                  number.rawValue, next, for: Caller(vcpu)), again < 8
                {
                  (next.first, next.second, next.third) = (a, b, c)
                  again += 1
                }
              } catch {}
            }
          }
        }
      }
      while !(try w.hv.destroy(w.guest)) {}
    }
  }

  @Test(arguments: HostileHypercallTests.domctls)
  func anyWordsInADomctlOfThisProcessorAreAnswered(command: DomctlCommand) throws {
    try Self.run { (w: Hosts) throws -> Void in
      guard let vcpu = w.dom0.pointee.vcpu(VCPUID(0)) else { throw XenErrno.ENOENT }
      for id: UInt64 in [0, 1, 77] {
        for (i, word) in Self.values.enumerated() {
          for seed in 0..<12 {
            try Self.fill(w.hv, UInt64(command.rawValue) | 0x15 << 32, i + seed)
            let header = GuestHandle<UInt64>(address: Self.page)
            try w.hv.write(id, to: header, at: 1)
            // A vCPU's number that exists, often enough.
            try w.hv.write(seed & 1 == 0 ? word & ~0xffff_ffff : word, to: header, at: 2)
            if seed & 2 == 0 { try w.hv.write(Self.page + 512, to: header, at: 3) }
            _ = try? w.hv.perform(
              HypercallNumber.domctl.rawValue, HypercallArguments(Self.page), for: Caller(vcpu))
          }
        }
      }
      do {
        if let found = w.hv.domain(DomainID(1)) {
          while !(try w.hv.destroy(found.domain)) {}
        }
      }
      let isLeft = w.hv.domain(DomainID(1)) != nil
      #expect(!isLeft)
    }
  }

  static let domctls: [DomctlCommand] = (0...UInt32(100)).compactMap {
    DomctlCommand(rawValue: $0)
  }
}
