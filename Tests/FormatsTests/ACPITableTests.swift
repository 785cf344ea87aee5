import Primitives
import Testing

@testable import Formats

private func entries(_ bytes: [UInt8]) throws(ACPIError) -> [MADTEntry] {
  var list: [MADTEntry] = []
  try MADT.forEach(bytes.span.bytes) { list.append($0) }
  return list
}

private func madt(_ payload: [UInt8]) -> [UInt8] {
  acpiTable("APIC", acpiBytes(UInt32(0xfee0_0000)) + acpiBytes(UInt32(1)) + payload)
}

/// An ACPI 2.0 FADT with all that we read.
private func fadt(length: Int = 268) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 268)
  func put<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
    for (index, byte) in acpiBytes(value).enumerated() { bytes[offset + index] = byte }
  }
  func register(_ space: UInt8, _ width: UInt8, _ address: UInt64, _ offset: Int) {
    put(space, offset)
    put(width, offset + 1)
    put(address, offset + 4)
  }
  put(UInt32(0x1000), 36)
  put(UInt32(0x2000), 40)
  put(UInt16(9), 46)
  put(UInt32(0xb2), 48)
  put(UInt8(2), 52)
  put(UInt8(3), 53)
  put(UInt32(0x600), 56)
  put(UInt32(0x604), 64)
  put(UInt32(0x608), 76)
  put(UInt8(4), 88)
  put(UInt8(2), 89)
  put(UInt8(4), 91)
  put(UInt8(0x32), 108)
  put(UInt16(3), 109)
  put(UInt32(1 << 10 | 1 << 8), 112)
  register(1, 8, 0xcf9, 116)
  put(UInt8(0xf), 128)
  put(UInt64(0x1_0000_2000), 140)
  register(1, 16, 0xb004, 172)
  register(0, 32, 0xfed0_8000, 208)
  return acpiTable("FACP", revision: 4, Array(bytes[36..<length]))
}

@Suite struct ACPITableTests {
  @Test func interruptControllersAreListed() throws {
    var payload: [UInt8] = [0, 8, 1, 2] + acpiBytes(UInt32(1))
    payload += [1, 12, 7, 0] + acpiBytes(UInt32(0xfec0_0000)) + acpiBytes(UInt32(24))
    payload += [2, 10, 0, 9] + acpiBytes(UInt32(9)) + acpiBytes(UInt16(0xf))
    payload += [3, 8] + acpiBytes(UInt16(5)) + acpiBytes(UInt32(21))
    payload += [4, 6, 0xff, 0, 0, 1]
    payload += [5, 12, 0, 0] + acpiBytes(UInt64(0x1_fee0_0000))
    payload +=
      [9, 16, 0, 0] + acpiBytes(UInt32(300)) + acpiBytes(UInt32(2)) + acpiBytes(UInt32(77))
    payload += [10, 12] + acpiBytes(UInt16(0)) + acpiBytes(UInt32.max) + [1, 0, 0, 0]
    payload += [0x7f, 3, 0]
    let bytes = madt(payload)
    let header = try MADT.header(bytes.span.bytes)
    #expect(header.localAPICAddress == 0xfee0_0000 && header.hasLegacyControllers)
    let list = try entries(bytes)
    let expected: [MADTEntry] = [
      .processor(uid: 1, apicID: 2, isEnabled: true, isOnlineCapable: false),
      .ioAPIC(id: 7, address: 0xfec0_0000, gsiBase: 24),
      .sourceOverride(irq: 9, gsi: 9, flags: InterruptLineFlags(rawValue: 0xf)),
      .nmiSource(gsi: 21, flags: InterruptLineFlags(rawValue: 5)),
      .localNMI(uid: nil, lint: 1, flags: InterruptLineFlags(rawValue: 0)),
      .localAPICAddress(0x1_fee0_0000),
      .processor(uid: 77, apicID: 300, isEnabled: false, isOnlineCapable: true),
      .localNMI(uid: nil, lint: 1, flags: InterruptLineFlags(rawValue: 0)),
      .other(type: 0x7f),
    ]
    #expect(list == expected)
  }

  @Test(
    arguments: [[0, 8, 1], [0, 0], [0, 1], [0], [0, 7, 1, 2, 1, 0, 0], [1, 4, 0, 0]] as [[UInt8]])
  func brokenEntriesAreErrors(_ payload: [UInt8]) {
    #expect(throws: ACPIError.wrongLength) { _ = try entries(madt(payload)) }
  }

  @Test func tablesOfAnotherKindAreRefused() {
    let bytes = acpiTable("FACP", [UInt8](repeating: 0, count: 300))
    #expect(throws: ACPIError.wrongSignature) { _ = try entries(bytes) }
    #expect(throws: ACPIError.wrongSignature) { _ = try HPETTable(bytes.span.bytes) }
    #expect(throws: ACPIError.wrongSignature) { try MCFG.forEach(bytes.span.bytes) { _ in } }
    #expect(throws: ACPIError.wrongSignature) { try SRAT.forEach(bytes.span.bytes) { _ in } }
    #expect(throws: ACPIError.wrongSignature) { _ = try FADT(madt([]).span.bytes) }
  }

  @Test func lineFlagsMayLeaveItToTheBus() {
    #expect(InterruptLineFlags(rawValue: 0).isActiveLow == nil)
    #expect(InterruptLineFlags(rawValue: 0xd).isActiveLow == false)
    #expect(InterruptLineFlags(rawValue: 0xd).isLevel == true)
    #expect(InterruptLineFlags(rawValue: 0x7).isLevel == false)
  }

  @Test func wideFieldsAreTakenBeforeOldOnes() throws {
    let table = try FADT(fadt().span.bytes)
    #expect(table.facs == 0x1000 && table.dsdt == 0x1_0000_2000)
    #expect(table.sciInterrupt == 9 && table.smiCommandPort == 0xb2)
    #expect(table.enableCommand == 2 && table.disableCommand == 3)
    #expect(table.pm1aEvent?.port == 0x600 && table.pm1aEvent?.bitWidth == 32)
    #expect(table.pm1bEvent == nil && table.pm1bControl == nil)
    #expect(table.pm1aControl?.port == 0xb004)
    #expect(table.pmTimer?.memory == 0xfed0_8000 && table.pmTimer?.port == nil)
    #expect(table.resetRegister?.port == 0xcf9 && table.resetValue == 0xf)
    #expect(table.flags.contains(.timerIs32Bit) && table.centuryRegister == 0x32)
    #expect(table.bootFlags == .hasLegacyDevices | .hasKeyboardController)
    #expect(table.sleepControl == nil)
  }

  @Test func anOldTableLacksTheNewFields() throws {
    let table = try FADT(fadt(length: 116).span.bytes)
    #expect(table.dsdt == 0x2000 && table.pm1aControl?.port == 0x604)
    #expect(table.resetRegister == nil && table.pmTimer?.port == 0x608)
    #expect(throws: ACPIError.wrongLength) { _ = try FADT(fadt(length: 115).span.bytes) }
  }

  @Test func theWakingVectorHasItsPlace() throws {
    var memory = TestMemory(base: 0x1000, count: 64)
    memory.put(Array("FACS".utf8) + acpiBytes(UInt32(64)), at: 0x1000)
    memory.put(UInt8(2), at: 0x1020)
    let facs = try FACS(at: 0x1000, memory)
    #expect(facs.wakingVector == 0x100c && facs.wideWakingVector == 0x1018)
    memory.put(UInt32(20), at: 0x1004)
    #expect(throws: ACPIError.wrongLength) { _ = try FACS(at: 0x1000, memory) }
    #expect(throws: ACPIError.unreadable) { _ = try FACS(at: 0x9000, memory) }
  }

  @Test func theEventTimerIsFound() throws {
    let payload =
      acpiBytes(UInt32(0x8086_a201)) + [0, 64, 0, 0] + acpiBytes(UInt64(0xfed0_0000)) + [0]
      + acpiBytes(UInt16(0x80)) + [0]
    let bytes = acpiTable("HPET", payload)
    let table = try HPETTable(bytes.span.bytes)
    #expect(table.address.memory == 0xfed0_0000 && table.number == 0 && table.minimumTicks == 0x80)
    let short = acpiTable("HPET", Array(payload.prefix(12)))
    #expect(throws: ACPIError.wrongLength) { _ = try HPETTable(short.span.bytes) }
  }

  @Test func configurationRangesAreListed() throws {
    var payload = [UInt8](repeating: 0, count: 8) + acpiBytes(UInt64(0xb000_0000))
    payload += acpiBytes(UInt16(0)) + [1, 255, 0, 0, 0, 0]
    let bytes = acpiTable("MCFG", payload)
    var list: [PCIConfigurationRange] = []
    try MCFG.forEach(bytes.span.bytes) { list.append($0) }
    #expect(list.count == 1)
    #expect(list.first?.range == PhysicalRange(start: 0xb010_0000, end: 0xc000_0000))
    let short = acpiTable("MCFG", payload + [1, 2, 3])
    #expect(throws: ACPIError.wrongLength) { try MCFG.forEach(short.span.bytes) { _ in } }
  }

  @Test func nearnessIsListed() throws {
    var payload = acpiBytes(UInt32(1)) + [UInt8](repeating: 0, count: 8)
    payload += [0, 16, 1, 4] + acpiBytes(UInt32(1)) + [0, 9, 0, 0, 0, 0, 0, 0]
    payload += [0, 16, 1, 5] + acpiBytes(UInt32(0)) + [0, 0, 0, 0, 0, 0, 0, 0]
    payload += [1, 40] + acpiBytes(UInt32(3)) + [0, 0] + acpiBytes(UInt64(0x1000))
    payload += acpiBytes(UInt64(0x5000)) + acpiBytes(UInt32(0)) + acpiBytes(UInt32(3))
    payload += acpiBytes(UInt64(0))
    payload += [2, 24, 0, 0] + acpiBytes(UInt32(6)) + acpiBytes(UInt32(500))
    payload += acpiBytes(UInt32(1)) + acpiBytes(UInt64(0))
    func list(revision: UInt8) throws -> [SRATEntry] {
      let bytes = acpiTable("SRAT", revision: revision, payload)
      var list: [SRATEntry] = []
      try SRAT.forEach(bytes.span.bytes) { list.append($0) }
      return list
    }
    let memory = PhysicalRange(start: 0x1000, end: 0x6000)
    #expect(
      try list(revision: 2) == [
        .processor(apicID: 4, domain: 0x901), .memory(memory, domain: 3, isHotPluggable: true),
        .processor(apicID: 500, domain: 6),
      ])
    #expect(try list(revision: 1).first == .processor(apicID: 4, domain: 1))
  }

  @Test(
    arguments: [
      ([0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0, 0, 0, 0], 0, 0),
      ([0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x0a, 0x04, 0x0a, 5, 0x0a, 7, 0, 0], 5, 7),
      ([0x08, 0x5c, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x02, 1, 0x0a, 6], 1, 6),
      ([0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x46, 0x00, 0x02, 0x0b, 3, 0, 0x0c, 4, 0, 0, 0], 3, 4),
      ([0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x05, 0x01, 0x0b, 5, 2], 5, 2),
    ] as [([UInt8], UInt8, UInt8)])
  func theSleepTypeIsReadFromItsPackage(_ code: [UInt8], _ a: UInt8, _ b: UInt8) {
    let bytes = acpiTable("DSDT", [0x10, 0x20] + code + [0x5b, 0x82])
    #expect(SleepType.find(bytes.span.bytes) == SleepType(pm1a: a, pm1b: b))
  }

  @Test(
    arguments: [
      [0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0, 0, 0, 0],
      [0x08, 0x5f, 0x53, 0x34, 0x5f, 0x12, 0x06, 0x04, 0, 0, 0, 0],
      [0x08, 0x5f, 0x53, 0x35, 0x5f, 0x11, 0x06, 0x04, 0, 0, 0, 0],
      [0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0x70, 0],
      [0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0x06, 0x04, 0x0a],
      [0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12], [0x08, 0x5f, 0x53, 0x35, 0x5f], [],
    ] as [[UInt8]])
  func whatIsNoSleepPackageIsNotTaken(_ code: [UInt8]) {
    let bytes = acpiTable("DSDT", code)
    #expect(SleepType.find(bytes.span.bytes) == nil)
  }

  @Test func controlValuesKeepTheOtherBits() {
    #expect(SleepType.controlValue(5, over: 0xffff) == 0xf7ff)
    #expect(SleepType.controlValue(7, over: 1) == 0x3c01)
  }

  @Test func truncationAndDamageNeverTrap() {
    var payload: [UInt8] = [0, 8, 1, 2] + acpiBytes(UInt32(1))
    payload +=
      [9, 16, 0, 0] + acpiBytes(UInt32(300)) + acpiBytes(UInt32(2)) + acpiBytes(UInt32(77))
    let tables: [[UInt8]] = [
      madt(payload), fadt(), acpiTable("HPET", [UInt8](repeating: 7, count: 20)),
      acpiTable("MCFG", [UInt8](repeating: 7, count: 40)),
      acpiTable("SRAT", [UInt8](repeating: 24, count: 100)),
      acpiTable("DSDT", [0x08, 0x5f, 0x53, 0x35, 0x5f, 0x12, 0xff, 0x04, 0x0a, 5, 0x0a, 7]),
    ]
    var seed: UInt64 = 0x5eed_0004
    func next() -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33)
    }
    for table in tables {
      for length in 0...table.count { decodeAll(Array(table.prefix(length))) }
      for _ in 0..<500 {
        var damaged = table
        for _ in 0..<4 { damaged[4 + next() % (table.count - 4)] = UInt8(next() & 0xff) }
        decodeAll(damaged)
      }
    }
  }

  private func decodeAll(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    _ = try? FADT(span)
    _ = try? HPETTable(span)
    _ = try? MADT.header(span)
    _ = try? MADT.forEach(span) { _ in }
    _ = try? MCFG.forEach(span) { _ = $0.range }
    _ = try? SRAT.forEach(span) { _ in }
    _ = SleepType.find(span)
    _ = try? RSDP(span)
  }
}
