import Testing
import X86PV
import XenABI

@Suite struct DebugRegisterRulesTests {
  private func checked(_ number: Int, _ value: UInt64) throws(XenErrno) -> UInt64 {
    try DebugRegisterRules.checked(number, value) { $0 < 0x8000_0000_0000 }
  }

  @Test func breakpointsInTheHypervisorAreRefused() throws {
    #expect(try checked(3, 0x1000) == 0x1000)
    #expect(throws: XenErrno.EPERM) { try checked(0, 0xffff_8300_0000_0000) }
  }

  @Test func reservedBitsReadAsTheyAreWired() throws {
    #expect(try checked(6, 0) == 0xffff_0ff0)
    #expect(try checked(7, 0xf800) == 0x400)
    #expect(throws: XenErrno.EINVAL) { try checked(7, 1 << 32) }
  }

  @Test(arguments: [0, 1, 2, 3])
  func breakpointsOnPortsAreRefusedOnceEnabled(number: UInt64) throws {
    let condition = UInt64(2) << (16 + number * 4)
    #expect(try checked(7, condition) == condition | 0x400)
    #expect(throws: XenErrno.EPERM) { try checked(7, condition | 1 << (number * 2)) }
  }

  @Test(arguments: [-1, 4, 5, 8])
  func otherNumbersAreNoRegisters(number: Int) throws {
    #expect(throws: XenErrno.EINVAL) { try checked(number, 0) }
  }
}
