import XenABI

/// What a guest may put into its debug registers.
/// - Source: Intel SDM vol. 3B §18.2 (reserved bits, conditions, lengths).
public enum DebugRegisterRules {
  /// The register that `number` stands for: 4 and 5 are other names of 6 and 7.
  public static func canonical(_ number: Int) -> Int {
    number == 4 || number == 5 ? number + 2 : number
  }

  /// The value that register `number` gets for what a guest asks for.
  /// - Parameter isGuestAddress: whether a breakpoint at an address is the guest's to set.
  /// - Throws: `EPERM` for an address that is the hypervisor's and for I/O breakpoints, `EINVAL` for
  ///   a register or bits that do not exist.
  public static func checked(
    _ number: Int, _ value: UInt64, isGuestAddress: (UInt64) -> Bool
  ) throws(XenErrno) -> UInt64 {
    switch number {
    case 0...3:
      // No breakpoints in the hypervisor.
      guard isGuestAddress(value) else { throw .EPERM }
      return value
    case 6:
      // Upper half zero; reserved bits read as they are wired.
      guard value >> 32 == 0 else { throw .EINVAL }
      return value & 0xe00f | 0xffff_0ff0
    case 7:
      // Upper half zero, reserved bits as they are wired, general detect off.
      guard value >> 32 == 0 else { throw .EINVAL }
      let wired = value & ~0xf800 | 0x400
      if wired & 0xff != 0 {
        // I/O breakpoints need CR4.DE, which guests do not have.
        for i in 0..<4 where wired >> (16 + UInt64(i) * 4) & 3 == 2 { throw .EPERM }
      }
      return wired
    default:
      throw .EINVAL
    }
  }
}
