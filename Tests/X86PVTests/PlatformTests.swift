import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Testing
import X86Devices
import XenABI

@testable import X86PV

@Suite struct PlatformTests {
  private func perform<Body: BitwiseCopyable>(
    _ operation: PlatformOp, _ body: Body, version: UInt32 = PlatformOpLayout.interfaceVersion,
    by domain: Ref<Domain>, in w: GuestWorld
  ) throws -> (Int64?, Body) {
    let header = PlatformOpHeader(command: operation.rawValue, interfaceVersion: version)
    try w.hv.write(header, to: GuestHandle<PlatformOpHeader>(address: GuestWorld.data))
    let place = GuestHandle<Body>(address: GuestWorld.data + UInt64(PlatformOpLayout.union))
    try w.hv.write(body, to: place)
    let result = try w.hypercall(.platformOp, HypercallArguments(GuestWorld.data), by: domain)
    return (result, try w.hv.read(place))
  }

  @Test func theVersionIsLookedAtBeforeThePrivilege() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let time = PlatformSetTime64(seconds: 1)
      #expect(
        try perform(.settime64, time, version: 1, by: w.guest, in: w).0 == negative(.EACCES))
      #expect(try perform(.settime64, time, by: w.guest, in: w).0 == negative(.EPERM))
      #expect(Processor.update { $0.wallClock } == [])
    }
  }

  @Test(arguments: [
    (UInt64(1000), UInt32(5), UInt64(0), [UInt64(1000), 5]),
    (1000, 5, 6, [999, 999_999_999]),
    (1000, 5, 3_000_000_005, [997, 0]),
    (1000, 999_999_999, 1, [1000, 999_999_998]),
  ])
  func theWallClockIsThatOfSystemTimeZero(
    seconds: UInt64, nanoseconds: UInt32, systemTime: UInt64, expected: [UInt64]
  ) throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let time = PlatformSetTime64(
        seconds: seconds, nanoseconds: nanoseconds, systemTime: systemTime)
      #expect(try perform(.settime64, time, by: w.dom0, in: w).0 == 0)
      #expect(Processor.update { $0.wallClock } == expected)
    }
  }

  @Test func timeWithReservedBitsIsInvalid() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let time = PlatformSetTime64(seconds: 1, mustBeZero: 1)
      #expect(try perform(.settime64, time, by: w.dom0, in: w).0 == negative(.EINVAL))
    }
  }

  @Test func cpusThatDoNotExistAreSaidSo() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let (result, one) = try perform(.getCPUInfo, PlatformPCPUInfo(cpu: 1), by: w.dom0, in: w)
      #expect(result == 0)
      #expect(one.flags == PCPUFlags.online)
      #expect(one.apicID == 2)
      #expect(one.maxPresent == 1)
      let none = try perform(.getCPUInfo, PlatformPCPUInfo(cpu: 2), by: w.dom0, in: w).1
      #expect(none.flags == PCPUFlags.invalid)
      let far = try perform(.getCPUInfo, PlatformPCPUInfo(cpu: .max), by: w.dom0, in: w).1
      #expect(far.flags == PCPUFlags.invalid)
    }
  }

  @Test func theProcessorsVersionIsItsSignature() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let version = try perform(.getCPUVersion, PlatformPCPUVersion(cpu: 0), by: w.dom0, in: w).1
      #expect(version.family == 0x17)
      #expect(version.model == 1)
      #expect(version.stepping == 2)
      let name = String(decoding: (0..<12).map { version.vendorID[$0] }, as: UTF8.self)
      #expect(name == "AuthenticAMD")
    }
  }

  @Test func aBIOSWithoutDataAnswersAsXenDoes() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let table: [(FirmwareInfoType, UInt32, Int64)] = [
        (.diskInfo, 0, negative(.ESRCH)), (.diskMBRSignature, 0, negative(.ESRCH)),
        (.vbeDDCInfo, 0, negative(.ESRCH)), (.efiInfo, 0, negative(.ENOSYS)),
        (.keyboardShiftFlags, 0, 0), (.keyboardShiftFlags, 1, negative(.ESRCH)),
      ]
      for (type, index, expected) in table {
        let request = PlatformFirmwareInfoHeader(type: type.rawValue, index: index)
        #expect(
          try perform(.firmwareInfo, request, by: w.dom0, in: w).0 == expected, "\(type) \(index)")
      }
      let unknown = PlatformFirmwareInfoHeader(type: 99)
      #expect(try perform(.firmwareInfo, unknown, by: w.dom0, in: w).0 == negative(.EINVAL))
    }
  }

  @Test func sleepStatesAreCheckedAndThoseThatReturnAreNotThere() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      for (state, expected) in [
        (UInt32(0), XenErrno.EINVAL), (6, .EINVAL), (3, .EOPNOTSUPP), (5, .EPERM),
      ] {
        let request = PlatformEnterACPISleep(sleepState: state)
        #expect(
          try perform(.enterACPISleep, request, by: w.dom0, in: w).0 == negative(expected),
          "S\(state)")
      }
    }
  }

  @Test func dom0IsToldTheCPUsOfMachineChecks() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let header = MachineCheckHeader(
        command: MachineCheckOp.physicalCPUInfo.rawValue,
        interfaceVersion: MachineCheckLayout.interfaceVersion)
      let place = GuestHandle<MachineCheckCPUInfo>(address: GuestWorld.data + 8)
      let list = GuestHandle<MachineCheckCPU>(address: GuestWorld.data + 256)
      func ask(_ info: MachineCheckCPUInfo, by domain: Ref<Domain>) throws -> Int64? {
        try w.hv.write(header, to: GuestHandle<MachineCheckHeader>(address: GuestWorld.data))
        try w.hv.write(info, to: place)
        return try w.hypercall(
          .machineCheckOp, HypercallArguments(GuestWorld.data), by: domain)
      }
      #expect(try ask(MachineCheckCPUInfo(), by: w.guest) == negative(.EPERM))
      #expect(try ask(MachineCheckCPUInfo(), by: w.dom0) == 0)
      #expect(try w.hv.read(place).cpuCount == 2)
      #expect(try ask(MachineCheckCPUInfo(info: list), by: w.dom0) == negative(.EINVAL))
      #expect(try ask(MachineCheckCPUInfo(cpuCount: 8, info: list), by: w.dom0) == 0)
      #expect(try w.hv.read(place).cpuCount == 2)
      #expect(try w.hv.read(list, at: 1).apicID == 2)
      #expect(try ask(MachineCheckCPUInfo(cpuCount: 1, info: list), by: w.dom0) == 0)
      #expect(try w.hv.read(place).cpuCount == 1)
    }
  }
}
