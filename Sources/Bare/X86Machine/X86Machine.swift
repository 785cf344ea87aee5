import XenABI

/// The x86-64 machine floor: conforms to `Machine`, drives the processor and the few devices that the
/// hypervisor itself needs (serial line, timers, interrupt controllers), and owns the hypervisor's own
/// address space.
///
/// Invariants
/// - Interrupts are off whenever this code runs; they are taken in guest mode and in `waitForInterrupt`.
/// - A CPU is found from its stack pointer: each CPU's stack is an aligned 64 KiB block whose top holds
///   the guest's registers (`TrapFrame`) and the CPU block (`trap.S` draws it). GS is the guest's.
/// - State of the whole machine lives in one `MachineState`, state of a CPU in its `PerCPU`; there are
///   no other globals.
///
/// Start with `X86.start`, then the shape of the address space in `AddressLayout`, then `Trap.swift`.
public enum X86 {}

/// The registers of what a trap interrupted, as they lie at the top of the CPU's stack.
/// - Source: `struct cpu_user_regs`, `xen/include/public/arch-x86/xen-x86_64.h`.
public typealias TrapFrame = CPUUserRegs
