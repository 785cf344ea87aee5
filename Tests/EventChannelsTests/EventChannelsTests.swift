import FakeMachine
import Machine
import Testing
import XenABI

@testable import EventChannels

/// A domain as the tests need it: a port table and its shared page in a fake machine.
struct TestDomain {
  let id: DomainID
  let host: FakeHost
  let ports: PortTable

  init(
    _ id: UInt16, on host: FakeHost, vcpus: Int = 2, highestPort: UInt32 = UInt32.max
  ) throws {
    self.id = DomainID(id)
    self.host = host
    let frames: InlineArray<3, MFN> = [host.takeFrame(), host.takeFrame(), host.takeFrame()]
    let shared = SharedInfoView(host.memory[host.takeFrame()])
    ports = try #require(
      PortTable(in: frames, of: host.memory, sharedInfo: shared, highestPort: highestPort))
    ports.vcpuCount = vcpus
  }

  var shared: SharedInfoView { ports.sharedInfo }

  func supply() -> MFN? { host.takeFrame() }

  func info(_ vcpu: UInt32) throws -> VCPUInfoView {
    try #require(VCPUInfoView(VCPUID(vcpu), in: shared))
  }

  func raise(_ event: Notification) throws -> Delivery {
    ports.raise(event, on: try info(event.vcpu.rawValue))
  }

  func binding(_ port: Port) throws -> PortBinding { try ports.status(port).binding }
}

func connect(_ a: TestDomain, _ b: TestDomain) throws -> (Port, Port) {
  let waiting = try b.ports.allocateUnbound(for: a.id, b.supply)
  let local = try a.ports.bindInterdomain(a.id, to: Peer(b.id, waiting), in: b.ports, a.supply)
  return (local.port, waiting)
}

func failure(_ body: () throws(XenErrno) -> Void) -> XenErrno? {
  do throws(XenErrno) {
    try body()
    return nil
  } catch { return error }
}
