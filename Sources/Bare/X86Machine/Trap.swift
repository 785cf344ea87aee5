import CX86
import Machine
import Primitives
import Synchronization
import Text
import X86Format
import XenABI

// Where every trap arrives, and the composition root's part of it: these C symbols are defined there.

/// What the composition root does with a guest's SYSCALL; returns when done.
@_extern(c, "martlet_guest_syscall")
func guestSystemCall(_ frame: UnsafeMutableRawPointer)

/// What the composition root does with an exception or software interrupt of a guest's.
@_extern(c, "martlet_guest_exception")
func guestException(_ frame: UnsafeMutableRawPointer)

/// What the composition root does when the time of `setTimerInterrupt` has come.
@_extern(c, "martlet_timer_interrupt")
func timerInterrupt()

/// Entries that no vector of the processor's stands for (`entryVector` of a frame).
public enum EntryVector {
  /// SYSCALL from 64-bit code.
  public static var syscall: UInt32 { 0x100 }
  /// SYSCALL from 32-bit code.
  public static var syscall32: UInt32 { 0x101 }
  /// SYSENTER.
  public static var sysenter: UInt32 { 0x102 }
}

extension TrapFrame {
  /// Whether the trap came from a guest.
  @inlinable public var isFromGuest: Bool { cs & 3 != 0 }
}

/// Every trap and interrupt arrives here (`trap.S` calls it), interrupts off.
@c(martlet_trap)
public func trap(_ raw: UnsafeMutableRawPointer) {
  // Safety: `trap.S` hands over the frame it has just built.
  let frame = unsafe Ref<TrapFrame>(raw.assumingMemoryBound(to: TrapFrame.self))
  let vector = frame.pointee.entryVector
  if vector >= 32, vector < 0x100, vector != 0x80 {
    return X86.interrupt(UInt8(truncatingIfNeeded: vector), frame)
  }
  guard frame.pointee.isFromGuest else { return X86.hypervisorTrap(frame) }
  switch vector {
  case EntryVector.syscall, EntryVector.syscall32, EntryVector.sysenter:
    unsafe guestSystemCall(raw)
  case UInt32(ExceptionVector.nmi.rawValue): X86.nonMaskableInterrupt(frame)
  case UInt32(ExceptionVector.machineCheck.rawValue): X86.machineCheck(frame)
  default: unsafe guestException(raw)
  }
}

extension X86 {
  /// A trap of the hypervisor's own: one that the exception table expects, or a fault of ours.
  static func hypervisorTrap(_ frame: Ref<TrapFrame>) {
    switch frame.pointee.entryVector {
    case UInt32(ExceptionVector.nmi.rawValue): return nonMaskableInterrupt(frame)
    case UInt32(ExceptionVector.machineCheck.rawValue): return machineCheck(frame)
    case UInt32(ExceptionVector.debug.rawValue):
      // A guest's watchpoint or single step that the processor held back until after SYSCALL. We
      // set none ourselves.
      writeDR(6, 0xffff_0ff0)
      return
    default: break
    }
    guard frame.pointee.entryVector != UInt32(ExceptionVector.doubleFault.rawValue),
      let fixup = fixup(for: frame.pointee.rip)
    else { fatalTrap(frame) }
    if frame.pointee.rip == x86_exit_iret() {
      thisCPUBlock.pointee.fault_vector = UInt64(frame.pointee.entryVector)
      thisCPUBlock.pointee.fault_error = UInt64(frame.pointee.errorCode)
    }
    frame.pointee.rip = fixup
  }

  /// Why the last exit to a guest faulted; for `martlet_exit_fault`.
  public static var exitFault: (vector: UInt32, errorCode: UInt32) {
    let block = thisCPUBlock
    return (
      UInt32(truncatingIfNeeded: block.pointee.fault_vector),
      UInt32(truncatingIfNeeded: block.pointee.fault_error)
    )
  }

  /// Where to go on after a fault at `address`, if the exception table has it.
  private static func fixup(for address: UInt64) -> UInt64? {
    var entry = x86_ex_table_start()
    while entry < x86_ex_table_end() {
      // Safety: the link script frames the table; its entries are pairs of addresses.
      if unsafe pointer(entry, as: UInt64.self).pointee == address {
        return unsafe pointer(entry &+ 8, as: UInt64.self).pointee
      }
      entry &+= 16
    }
    return nil
  }

  private static func fatalTrap(_ frame: Ref<TrapFrame>) -> Never {
    let vector = frame.pointee.entryVector
    stop(
      trap: frame,
      "FATAL TRAP: vector = \(vector) (\(name(ofException: vector))), error code \(hex: frame.pointee.errorCode, digits: 4)"
    )
  }

  private static func name(ofException vector: UInt32) -> StaticString {
    guard let exception = ExceptionVector(rawValue: UInt8(truncatingIfNeeded: vector)) else {
      return "interrupt"
    }
    return switch exception {
    case .divideError: "divide error"
    case .debug: "debug"
    case .nmi: "nmi"
    case .breakpoint: "int3"
    case .overflow: "overflow"
    case .boundRange: "bounds"
    case .invalidOpcode: "invalid opcode"
    case .deviceNotAvailable: "device not available"
    case .doubleFault: "double fault"
    case .invalidTSS: "invalid tss"
    case .segmentNotPresent: "segment not found"
    case .stackFault: "stack error"
    case .generalProtection: "general protection fault"
    case .pageFault: "page fault"
    case .floatingPoint: "fpu error"
    case .alignmentCheck: "alignment check"
    case .machineCheck: "machine check"
    case .simd: "simd error"
    case .virtualisation: "virtualisation exception"
    case .controlProtection: "control flow protection"
    case .hypervisorInjection: "hypervisor injection"
    case .vmmCommunication: "vmm communication"
    case .security: "security exception"
    }
  }

  // MARK: What interrupts

  static func interrupt(_ vector: UInt8, _ frame: Ref<TrapFrame>) {
    switch vector {
    case Vector.timer:
      LocalAPICDriver.endOfInterrupt()
      timerInterrupt()
    case Vector.kick: LocalAPICDriver.endOfInterrupt()
    case Vector.shootdown:
      serveShootdowns()
      LocalAPICDriver.endOfInterrupt()
    case Vector.spurious: break
    case Vector.legacyPIC..<(Vector.legacyPIC &+ 16): break
    case Vector.apicError:
      let status = LocalAPICDriver.read(.errorStatus)
      LocalAPICDriver.endOfInterrupt()
      log(.warning, "CPU \(currentCPUNumber): APIC error \(hex: status)")
    case Vector.serial:
      LocalAPICDriver.endOfInterrupt()
      pollSerialInput()
    default: deviceInterrupt(onVector: vector)
    }
  }
}
