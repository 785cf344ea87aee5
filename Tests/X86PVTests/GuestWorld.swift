import Domains
import FakeMachine
import Hypercalls
import Machine
import Memory
import Primitives
import Testing
import X86Devices
import X86Format
import XenABI

@testable import X86PV

/// A hypervisor with dom0 and another PV domain, code at `code`, data at `data`, on a fake machine
/// and a fake processor; each test runs inside `run`.
struct GuestWorld {
  let host: FakeHost
  let hv: Hypervisor<FakeMachine>
  let dom0: Ref<Domain>
  let guest: Ref<Domain>

  static let code: UInt64 = 0x20_0000
  static let data: UInt64 = 0x30_0000

  static func run(_ body: (GuestWorld) throws -> Void) throws {
    try FakeMachine.run(frames: 8192) { host in
      let frame = host.place(CPUUserRegs(), at: host.takeFrame())
      try Processor.$bound.withValue(Processor.Holder(frame)) {
        for page in [code, data] {
          host.mapGuestPage(VirtualAddress(page), to: host.takeFrame())
        }
        try body(try GuestWorld(host))
      }
    }
  }

  init(_ host: FakeHost) throws {
    self.host = host
    hv = host.makeHypervisor()
    dom0 = try Self.make(0, hv)
    guest = try Self.make(1, hv)
  }

  static func make(_ id: UInt16, _ hv: Hypervisor<FakeMachine>) throws -> Ref<Domain> {
    var wanted = DomainSpecification()
    wanted.id = DomainID(id)
    wanted.isPrivileged = id == 0
    _ = try hv.createDomain(wanted)
    guard let reference = hv.domain(DomainID(id)) else { throw XenErrno.ESRCH }
    let domain = reference.domain
    domain.pointee.maximumFrames = 1000
    // The PV parts, without page tables.
    guard let frame = hv.allocateOwnFrame(), let records = hv.allocateOwnFrames(order: 2) else {
      throw XenErrno.ENOMEM
    }
    domain.pointee.architecture = PVRecords.makeDomain(in: frame, FakeMachine.memory).address
    hv.makePlatform(domain)
    try hv.createVCPU(VCPUID(0), of: domain)
    let vcpu = domain.pointee.vcpu(VCPUID(0))
    vcpu?.pointee.architecture = PVRecords.makeVCPU(in: records, FakeMachine.memory).address
    if id == 0 {
      _ = domain.pointee.portPermissions.insert(0, through: 0xffff)
      WithheldPorts.withhold(from: domain)
      _ = domain.pointee.interruptPermissions.insert(0, through: 511)
    }
    return domain
  }

  func vcpu(_ domain: Ref<Domain>) throws -> Ref<VCPU> {
    guard let vcpu = domain.pointee.vcpu(VCPUID(0)) else { throw XenErrno.ENOENT }
    return vcpu
  }

  /// The registers of the guest that runs.
  var registers: Ref<CPUUserRegs> { FakeMachine.guestFrame }

  /// Puts an instruction ("0f a2") at `code` and RIP on it.
  func put(_ listing: String, at address: UInt64 = GuestWorld.code) throws {
    var at = address
    for byte in listing.split(separator: " ") {
      try hv.write(UInt8(byte, radix: 16) ?? 0, to: GuestHandle<UInt8>(address: at))
      at += 1
    }
    registers.pointee.rip = address
    registers.pointee.cs = FlatSelector.kernelCS64
  }

  enum Outcome: Equatable {
    case done, refused
    case fault(UInt8)
    case pageFault(UInt64, UInt32)
  }

  /// Lets `domain`'s kernel execute an instruction that the processor refused.
  func execute(_ listing: String, by domain: Ref<Domain>) throws -> Outcome {
    try put(listing)
    switch hv.emulatePrivilegedInstruction(try vcpu(domain)) {
    case .done: return .done
    case .refused: return .refused
    case .fault(let vector, _): return .fault(vector)
    case .pageFault(let address, let code): return .pageFault(address, code)
    }
  }

  /// Makes a hypercall on a request, and gives the request back.
  func perform<T: BitwiseCopyable>(
    _ number: HypercallNumber, _ operation: UInt64, _ request: T, by domain: Ref<Domain>
  ) throws -> (Int64?, T) {
    try hv.write(request, to: GuestHandle<T>(address: Self.data))
    let result = try hypercall(number, HypercallArguments(operation, Self.data), by: domain)
    return (result, try hv.read(GuestHandle<T>(address: Self.data)))
  }

  /// Makes a hypercall: its value or a negative error; nil if it is to be continued.
  func hypercall(
    _ number: HypercallNumber, _ arguments: HypercallArguments, by domain: Ref<Domain>
  ) throws -> Int64? {
    let caller = Caller(try vcpu(domain))
    do throws(XenErrno) {
      if case .done(let value) = try hv.perform(number.rawValue, arguments, for: caller) {
        return value
      }
      return nil
    } catch {
      return negative(error)
    }
  }

  /// Makes a `physdev_op`.
  func physdev<T: BitwiseCopyable>(
    _ operation: PhysdevOp, _ request: T, by domain: Ref<Domain>
  ) throws -> (Int64?, T) {
    try perform(.physdevOp, UInt64(operation.rawValue), request, by: domain)
  }
}

func negative(_ error: XenErrno) -> Int64 { -Int64(error.rawValue) }
