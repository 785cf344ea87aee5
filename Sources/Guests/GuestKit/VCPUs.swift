import CGuest
import Text
import XenABI

/// vCPUs other than the one that booted. One is down unless it has work.
public enum VCPUs {
  /// How many vCPUs the domain has, at most 16.
  public static var count: UInt64 {
    var n: UInt64 = 1
    while n < 16, hypercall(.vcpuOp, UInt64(VCPUOp.isUp.rawValue), n) >= 0 { n &+= 1 }
    return n
  }

  /// VCPUOP_initialise and VCPUOP_up: the vCPU installs its traps and callbacks and goes down.
  /// Calling it again for a vCPU that was started does nothing.
  /// - Returns: whether it runs.
  public static func start(_ vcpu: UInt64) -> Bool {
    let context = Pages.allocate()
    let tail = Pages.allocate()
    guard tail == context &+ 4096 else {
      say("FAIL vCPU \(vcpu): no two pages in a row for its context")
      shutdown(3)
    }
    fill(context, vcpu)
    let end = hypercall(.vcpuOp, UInt64(VCPUOp.initialise.rawValue), vcpu, context)
    Pages.free(tail)
    Pages.free(context)
    guard end != -Int64(XenErrno.EEXIST.rawValue) else { return true }
    expect(end, 0, "initialise vCPU \(vcpu)")
    guard end == 0 else { return false }
    expect(hypercall(.vcpuOp, UInt64(VCPUOp.up.rawValue), vcpu), 0, "vCPU \(vcpu) up")
    waitForDown(vcpu)
    return guest_busy(vcpu) == 0
  }

  // struct vcpu_guest_context (public/arch-x86/xen.h), by the offsets of the 64-bit ABI.
  private static func fill(_ at: UInt64, _ vcpu: UInt64) {
    let stack = guest_stack_top(vcpu)
    let registers = at &+ 520
    guest_store64(at &+ 512, 1 << 2)
    guest_store64(registers &+ 112, vcpu)
    guest_store64(registers &+ 128, guest_secondary_entry())
    guest_store16(registers &+ 136, UInt16(truncatingIfNeeded: GUEST_KERNEL_CS))
    guest_store64(registers &+ 144, 0)
    guest_store64(registers &+ 152, stack)
    guest_store16(registers &+ 160, UInt16(truncatingIfNeeded: GUEST_KERNEL_DS))
    guest_store64(at &+ 4968, UInt64(GUEST_KERNEL_DS))
    guest_store64(at &+ 4976, stack)
    guest_store64(at &+ 4984 &+ 24, Memory.machineFrame(at: PageTables.root) << 12)
    guest_store64(at &+ 5112, guest_event_entry())
    guest_store64(at &+ 5120, guest_failsafe_entry())
    guest_store64(at &+ 5128, guest_syscall_entry())
  }

  /// VCPUOP_stop_periodic_timer of the vCPU that asks: each begins with one of 10 ms.
  @discardableResult
  public static func stopPeriodicTimer() -> Int64 {
    hypercall(.vcpuOp, UInt64(VCPUOp.stopPeriodicTimer.rawValue), guest_cpu())
  }

  /// Runs `work` on another vCPU and does not wait.
  public static func post(_ vcpu: UInt64, _ argument: UInt64 = 0, _ work: guest_work) {
    waitForDown(vcpu)
    guard guest_busy(vcpu) == 0 else { return }
    guest_post(vcpu, work, argument)
    _ = hypercall(.vcpuOp, UInt64(VCPUOp.up.rawValue), vcpu)
  }

  /// Runs `work` on another vCPU and waits for it.
  public static func run(_ vcpu: UInt64, _ argument: UInt64 = 0, _ work: guest_work) {
    post(vcpu, argument, work)
    waitForDown(vcpu)
  }

  /// Waits until a vCPU has finished its work and gone down: 5 seconds at most.
  public static func waitForDown(_ vcpu: UInt64) {
    let limit = Clock.now &+ 5_000_000_000
    while guest_busy(vcpu) != 0 || hypercall(.vcpuOp, UInt64(VCPUOp.isUp.rawValue), vcpu) != 0 {
      if Clock.now > limit {
        expect(false, "vCPU \(vcpu) has finished within 5 s")
        return
      }
      _ = hypercall(.schedOp, SchedOp.yield)
    }
  }
}

/// Where a vCPU other than the first begins.
@c(guest_secondary_main)
public func secondaryMain(_ vcpu: UInt64) {
  Traps.install()
  VCPUs.stopPeriodicTimer()
  while true {
    guest_serve()
    _ = hypercall(.vcpuOp, UInt64(VCPUOp.down.rawValue), vcpu)
  }
}
