import Testing

@testable import Formats

/// Bytes of a little-endian number.
func acpiBytes<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}

/// A table with a header, its length and checksum filled in.
func acpiTable(_ name: String, revision: UInt8 = 1, _ payload: [UInt8]) -> [UInt8] {
  var bytes = Array(name.utf8) + acpiBytes(UInt32(36 + payload.count)) + [revision, 0]
  bytes += Array("MARTLETTESTTABL".utf8.prefix(14)) + [UInt8](repeating: 1, count: 12) + payload
  bytes[9] = 0 &- bytes.reduce(0, &+)
  return bytes
}

extension TestMemory {
  mutating func put(_ source: [UInt8], at address: UInt64) {
    for (index, byte) in source.enumerated() { put(byte, at: address + UInt64(index)) }
  }
}

private func rsdp(rsdt: UInt32, xsdt: UInt64?) -> [UInt8] {
  var bytes = Array("RSD PTR ".utf8) + [0] + Array("MARTLT".utf8) + [xsdt == nil ? 0 : 2]
  bytes += acpiBytes(rsdt)
  bytes[8] = 0 &- bytes.reduce(0, &+)
  guard let xsdt else { return bytes }
  bytes += acpiBytes(UInt32(36)) + acpiBytes(xsdt) + [0, 0, 0, 0]
  bytes[32] = 0 &- bytes.reduce(0, &+)
  return bytes
}

/// The first megabyte, with a root pointer in the BIOS area and three tables.
private func machine() -> TestMemory {
  var memory = TestMemory(base: 0, count: 0x100000)
  memory.put(acpiTable("APIC", [UInt8](repeating: 0, count: 8)), at: 0x1000)
  memory.put(acpiTable("SSDT", [1]), at: 0x1100)
  memory.put(acpiTable("SSDT", [2]), at: 0x1200)
  memory.put(
    acpiTable("RSDT", acpiBytes(UInt32(0x1000)) + acpiBytes(UInt32(0x1100)) + acpiBytes(UInt32(0))),
    at: 0x2000)
  var pointers: [UInt8] = []
  for address in [0x1000, 0x1100, 0x1200, 0xffff_ffff_0000] as [UInt64] {
    pointers += acpiBytes(address)
  }
  memory.put(acpiTable("XSDT", pointers), at: 0x3000)
  memory.put(rsdp(rsdt: 0x2000, xsdt: 0x3000), at: 0xE0010)
  return memory
}

@Suite struct ACPITests {
  @Test func theRootPointerIsFoundInTheBIOSArea() throws {
    let found = try RSDP.find(machine())
    #expect(found.address == 0xE0010)
    #expect(found.rsdp.revision == 2 && found.rsdp.rsdt == 0x2000 && found.rsdp.xsdt == 0x3000)
  }

  @Test func theExtendedAreaIsLookedAtFirst() throws {
    var memory = machine()
    memory.put(UInt16(0x9fc0), at: 0x40E)
    memory.put(rsdp(rsdt: 0x2000, xsdt: nil), at: 0x9fc20)
    let found = try RSDP.find(memory)
    #expect(found.address == 0x9fc20 && found.rsdp.xsdt == 0 && found.rsdp.revision == 0)
  }

  @Test func aBrokenRootPointerIsPassedOver() throws {
    var memory = machine()
    memory.put(UInt8(1), at: 0xE0010 + 9)
    #expect(throws: ACPIError.notFound) { _ = try RSDP.find(memory) }
    memory.put(rsdp(rsdt: 0x2000, xsdt: nil), at: 0xFFFE0)
    #expect(try RSDP.find(memory).address == 0xFFFE0)
  }

  @Test func rootPointersAreChecked() {
    func error(_ bytes: [UInt8]) -> ACPIError? {
      do throws(ACPIError) {
        _ = try RSDP(bytes.span.bytes)
        return nil
      } catch { return error }
    }
    let good = rsdp(rsdt: 1, xsdt: 2)
    #expect(error(good) == nil)
    #expect(error(Array(good.prefix(35))) == .wrongLength)
    #expect(error(Array(good.prefix(19))) == .wrongLength)
    #expect(error([0] + good.dropFirst()) == .wrongSignature)
    var bad = good
    bad[33] = 1
    #expect(error(bad) == .wrongChecksum)
  }

  @Test func tablesAreListedFromTheXSDT() throws {
    let memory = machine()
    let tables = try ACPITables(RSDP.find(memory).rsdp, memory)
    #expect(tables.root.signature == .xsdt && tables.count == 4)
    var names: [UInt32] = []
    tables.forEach(memory) { names.append($0.signature.rawValue) }
    let expected: [ACPISignature] = [.madt, .ssdt, .ssdt]
    #expect(names == expected.map(\.rawValue))
    #expect(tables.first(.madt, memory)?.range.start == 0x1000)
    #expect(tables.first(.ssdt, instance: 1, memory)?.range.start == 0x1200)
    #expect(tables.first(.ssdt, instance: 2, memory) == nil)
    #expect(tables.first(.fadt, memory) == nil)
  }

  @Test func aBrokenXSDTFallsBackToTheRSDT() throws {
    var memory = machine()
    memory.put(UInt8(0xff), at: 0x3000 + 40)
    let tables = try ACPITables(RSDP.find(memory).rsdp, memory)
    #expect(tables.root.signature == .rsdt && tables.count == 3)
    #expect(tables.address(2, memory) == nil)
    memory.put(UInt8(0xff), at: 0x2000 + 40)
    #expect(throws: ACPIError.wrongChecksum) {
      _ = try ACPITables(RSDP.find(memory).rsdp, memory)
    }
  }

  @Test func aTableIsAddedUpBeforeUse() throws {
    var memory = machine()
    let table = try ACPITable(at: 0x1000, memory)
    #expect(try table.withBytes(memory) { bytes in bytes.byteCount } == 44)
    memory.put(UInt8(9), at: 0x1000 + 40)
    #expect(throws: ACPIError.wrongChecksum) {
      _ = try table.withBytes(memory) { bytes in bytes.byteCount }
    }
    memory.put(UInt32(35), at: 0x1004)
    #expect(throws: ACPIError.wrongLength) { _ = try ACPITable(at: 0x1000, memory) }
    #expect(throws: ACPIError.unreadable) { _ = try ACPITable(at: 0, memory) }
    #expect(throws: ACPIError.unreadable) { _ = try ACPITable(at: .max, memory) }
  }
}
