import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// What the guest kernel is told, and how.
///
/// The frame that the guest kernel finds on its stack, from the stack pointer up:
///
/// ```
/// rcx  r11  [error code]  rip  cs | saved upcall mask << 32  rflags  rsp  ss
/// ```
/// The failsafe callback's frame has the four data selectors between r11 and rip.
/// - Source: Xen's entry code as guests rely on it; `xen/include/public/arch-x86/xen-x86_64.h`.
struct Bounce {
  /// Where the guest kernel goes on.
  var address: UInt64
  /// The code selector it runs with.
  var cs: UInt16 = FlatSelector.kernelCS64
  /// The error code, for exceptions that have one.
  var errorCode: UInt32?
  /// Whether it begins with events masked.
  var masksEvents = false
  /// The selectors of the failsafe frame.
  var selectors: PVDataSelectors?
}

extension Hypervisor where M: X86Hardware {
  /// Makes the vCPU that runs here continue in its kernel, with a frame on the kernel's stack that
  /// says where it was. A guest whose stack cannot take the frame is crashed.
  func deliver(_ bounce: Bounce, to vcpu: Ref<VCPU>) {
    let frame = M.guestFrame
    let pv = vcpu.pv
    guard bounce.address != 0 else {
      crashGuest(vcpu, "no handler for a trap")
      return
    }
    let mask = isUpcallMasked(vcpu)
    var stack: UInt64
    var savedCS = UInt64(frame.pointee.cs)
    let savedSS = UInt64(frame.pointee.ss)
    if pv.pointee.isKernelMode {
      stack = frame.pointee.rsp
      // The kernel learns that it interrupted itself from a privilege level of 0.
      savedCS &= ~3
    } else {
      toggleMode(vcpu)
      stack = pv.pointee.kernelSP
      frame.pointee.ss = pv.pointee.kernelSS
    }
    stack &= ~15
    let (rcx, r11, rip) = (frame.pointee.rcx, frame.pointee.r11, frame.pointee.rip)
    let cs = savedCS | (mask ? 1 << 32 : 0)
    let flags = guestFlags(frame.pointee.rflags, vcpu, masked: mask)
    let rsp = frame.pointee.rsp
    // A constant shape each: this is the way of every event and every page fault.
    let isWritten: Bool
    if let selectors = bounce.selectors {
      isWritten = push(
        [
          rcx, r11, UInt64(selectors.ds), UInt64(selectors.es), UInt64(selectors.fs),
          UInt64(selectors.gs), rip, cs, flags, rsp, savedSS,
        ] as InlineArray<11, UInt64>, below: &stack)
    } else if let errorCode = bounce.errorCode {
      isWritten = push(
        [rcx, r11, UInt64(errorCode), rip, cs, flags, rsp, savedSS] as InlineArray<8, UInt64>,
        below: &stack)
    } else {
      isWritten = push(
        [rcx, r11, rip, cs, flags, rsp, savedSS] as InlineArray<7, UInt64>, below: &stack)
    }
    guard isWritten else {
      crashGuest(vcpu, "its kernel stack cannot be written")
      return
    }
    if bounce.masksEvents { setUpcallMask(vcpu, true) }
    frame.pointee.rsp = stack
    frame.pointee.ss = FlatSelector.kernelSS64
    frame.pointee.cs = bounce.cs | 3
    frame.pointee.rip = bounce.address
    let cleared: RFLAGS = .tf | .nt | .rf | .vm | .ac
    frame.pointee.rflags = (frame.pointee.rflags & ~cleared.rawValue) | RFLAGS.if.rawValue
    // What is in RCX and R11 now means nothing to the handler, so the quick way back will do.
    frame.pointee.entryVector = PVEntry.syscall
  }

  /// Puts words onto the guest's stack, which moves down; false if they cannot be written there.
  @inline(__always)
  private func push<let n: Int>(
    _ words: InlineArray<n, UInt64>, below stack: inout UInt64
  ) -> Bool {
    stack = stack &- UInt64(n &* 8)
    do throws(XenErrno) {
      try write(words, count: n, to: GuestHandle<UInt64>(address: stack))
      return true
    } catch {
      return false
    }
  }

  /// RFLAGS as the guest believes them to be: its interrupt flag is the upcall mask, its privilege
  /// level what it asked for.
  @inline(__always)
  func guestFlags(_ flags: UInt64, _ vcpu: Ref<VCPU>, masked: Bool) -> UInt64 {
    var result = flags & ~(RFLAGS.if | .iopl).rawValue
    if !masked { result |= RFLAGS.if.rawValue }
    if vcpu.domain.pv.pointee.assists >> UInt64(VMAssistType.architecturalIOPL.rawValue) & 1 != 0 {
      result |= UInt64(vcpu.pv.pointee.iopl) << 12
    }
    return result
  }

  /// Switches between the guest's kernel and its user programs: page tables and GS base.
  @inline(__always)
  func toggleMode(_ vcpu: Ref<VCPU>) {
    let pv = vcpu.pv
    pv.pointee.isKernelMode = !pv.pointee.isKernelMode
    M.swapGS()
    let root =
      pv.pointee.isKernelMode ? pv.pointee.memory.kernelRoot : pv.pointee.memory.userRoot
    if root != .invalid { M.toggleRoot(root) }
    // What could not be written while the user's page tables were in force.
    if vcpu.pointee.owesRunstate || vcpu.pointee.owesTime, pv.pointee.isKernelMode {
      if vcpu.pointee.owesRunstate { publishRunstate(vcpu) }
      if vcpu.pointee.owesTime { publishTime(vcpu) }
      // Once: an area that the kernel's page tables do not have either is the guest's mistake.
      vcpu.pointee.owesRunstate = false
      vcpu.pointee.owesTime = false
    }
  }
}

/// Values of `CPUUserRegs.entryVector` that are not exceptions.
public enum PVEntry {
  /// Entered by SYSCALL in 64-bit mode, or may be left by SYSRET.
  public static var syscall: UInt32 { 0x100 }
  /// Entered by SYSCALL in compatibility mode.
  public static var syscall32: UInt32 { 0x101 }
  /// Entered by SYSENTER.
  public static var sysenter: UInt32 { 0x102 }
  /// Must be left by IRET.
  public static var full: UInt32 { 0 }
}
