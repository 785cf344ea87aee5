import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Testing
import XenABI

/// A hypervisor on a fake machine with dom0 and two other domains, and a page of guest memory for
/// arguments; each test runs inside `run`.
struct World {
  let host: FakeHost
  let hv: Hypervisor<FakeMachine>
  let dom0: Ref<Domain>
  let guest: Ref<Domain>
  let other: Ref<Domain>

  /// Where arguments are: mapped in every address space, as there is one only.
  static var arguments: UInt64 { 0x10_0000 }

  static func run(_ body: (World) throws -> Void) throws {
    try FakeMachine.run(frames: 8192) { host in
      let page = host.takeFrames(4)
      for i in 0..<4 {
        host.mapGuestPage(
          VirtualAddress(arguments + UInt64(i) * 4096), to: page.advanced(by: UInt64(i)))
      }
      try body(try World(host))
    }
  }

  init(_ host: FakeHost) throws {
    self.host = host
    hv = host.makeHypervisor()
    dom0 = try World.makeDomain(0, hv)
    guest = try World.makeDomain(1, hv)
    other = try World.makeDomain(2, hv)
  }

  static func makeDomain(_ id: UInt16, _ hv: Hypervisor<FakeMachine>) throws -> Ref<Domain> {
    var wanted = DomainSpecification()
    wanted.id = DomainID(id)
    wanted.isPrivileged = id == 0
    wanted.maximumVCPUs = 2
    wanted.maximumGrantFrames = 4
    wanted.maximumMapTrackFrames = 4
    _ = try hv.createDomain(wanted)
    guard let reference = hv.domain(DomainID(id)) else { throw XenErrno.ESRCH }
    let domain = reference.domain
    domain.pointee.maximumFrames = 1000
    for n in 0..<2 { try hv.createVCPU(VCPUID(UInt32(n)), of: domain) }
    return domain
  }

  func caller(_ domain: Ref<Domain>) throws -> Caller {
    Caller(try vcpu(0, of: domain))
  }

  func vcpu(_ number: UInt32, of domain: Ref<Domain>) throws -> Ref<VCPU> {
    guard let vcpu = domain.pointee.vcpu(VCPUID(number)) else { throw XenErrno.ENOENT }
    return vcpu
  }

  func activePorts(_ domain: Ref<Domain>) -> Int? { domain.pointee.events?.activePorts }

  func isPending(_ port: UInt32, _ domain: Ref<Domain>) throws -> Bool {
    try hv.isPortPending(domain, port)
  }

  func destroy(_ domain: Ref<Domain>) throws -> Bool { try hv.destroy(domain) }

  func nameHandler(_ virq: UInt32, _ domain: UInt16) throws {
    try hv.state.pointee.virqHandlers.set(virq, DomainID(domain))
  }

  func exists(_ id: UInt16) -> Bool {
    let found = hv.domain(DomainID(id))
    return found != nil
  }

  func freeFrames() -> UInt64 { hv.state.pointee.heap.withLock { $0.freeFrames } }

  /// Puts requests where arguments are.
  func put<T: BitwiseCopyable>(_ requests: T...) throws {
    for (i, request) in requests.enumerated() {
      try hv.write(request, to: GuestHandle<T>(address: World.arguments), at: UInt64(i))
    }
  }

  /// Reads a request back.
  func get<T: BitwiseCopyable>(_: T.Type, _ index: Int = 0) throws -> T {
    try hv.read(GuestHandle<T>(address: World.arguments), at: UInt64(index))
  }

  /// The result as a guest sees it: a value, or a negative error.
  func result(
    _ body: () throws(XenErrno) -> HypercallOutcome
  ) -> Int64? {
    do throws(XenErrno) {
      switch try body() {
      case .done(let value): return value
      case .restart: return nil
      }
    } catch { return -Int64(error.rawValue) }
  }

  /// Performs an event-channel operation on one request, and gives it back.
  func events<T: BitwiseCopyable>(
    _ operation: EventChannelOp, _ request: T, by domain: Ref<Domain>
  ) throws -> (Int64?, T) {
    try put(request)
    let caller = try caller(domain)
    let result = result { () throws(XenErrno) in
      try hv.eventChannelOperation(
        caller, HypercallArguments(UInt64(operation.rawValue), World.arguments))
    }
    return (result, try get(T.self))
  }

  /// Performs a grant-table operation on the requests that were put.
  func grants(
    _ operation: GrantTableOp, count: Int, by domain: Ref<Domain>
  ) throws -> Int64? {
    let caller = try caller(domain)
    return result { () throws(XenErrno) in
      try hv.grantTableOperation(
        caller,
        HypercallArguments(UInt64(operation.rawValue), World.arguments, UInt64(count)))
    }
  }
}

func negative(_ error: XenErrno) -> Int64 { -Int64(error.rawValue) }
