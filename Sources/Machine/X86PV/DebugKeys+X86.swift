import Domains
import Hypercalls
import Machine
import Primitives
import Synchronization
import Text
import XenABI

/// Whose turn it is to tell its registers after key `d`: 0 for nobody's, else one more than the CPU,
/// and the CPU that began in the upper half.
private enum RegisterDump {
  static let turn = Atomic<UInt32>(0)
}

/// Debug keys: those of the processor's, and the way to all others.
extension Hypervisor where M: X86Hardware {
  /// Acts on a key that an operator pressed; one that means nothing does nothing but say so.
  public func handleDebugKey(_ code: UInt8) {
    guard let key = DebugKey(rawValue: code) else {
      return log(.answer, "no handler for this key: 'h' shows those there are")
    }
    handleDebugKey(key)
  }

  private func handleDebugKey(_ key: DebugKey) {
    switch key {
    case .allDiagnostics:
      log(.answer, "'*' pressed -> firing all diagnostic keyhandlers")
      // Registers come last: the other CPUs tell theirs when this one is done.
      DebugKey.forEach { key in
        if key.isDiagnostic, key != .registers { handleDebugKey(key) }
      }
      beginRegisterDump()
    case .controlDomainRegisters: tellControlDomainRegisters()
    case .registers: beginRegisterDump()
    case .domains:
      tell(key)
      tellFramesOfTheDying()
    case .help, .runQueues, .events, .grants, .time, .memory: tell(key)
    case .trap, .raiseThreshold, .lowerThreshold, .toggleThreshold, .reboot, .dumpRing:
      M.machineKey(key)
    }
  }

  private func tellControlDomainRegisters() {
    log(.answer, "'0' pressed -> dumping Dom0's registers")
    guard let dom0 = domain(.dom0) else { return }
    let domain = dom0.domain
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let vcpu = domain.pointee.vcpus[i] else { continue }
      // Those of a vCPU that runs elsewhere are as it left them last.
      tellRegisters(vcpu == current ? M.guestFrame.pointee : vcpu.pv.pointee.frame, of: vcpu)
    }
  }

  // This CPU tells at once, the others one after the other when they come by: nobody waits for one
  // that does not.
  private func beginRegisterDump() {
    log(.answer, "'d' pressed -> dumping registers")
    tellOwnRegisters()
    passRegisterDump(startedBy: UInt32(M.currentCPU.index))
  }

  /// Tells the registers of this CPU's guest if its turn has come, and passes the turn on.
  public func continueRegisterDump() {
    let turn = RegisterDump.turn.load(ordering: .acquiring)
    let me = UInt32(M.currentCPU.index)
    guard turn != 0, turn & 0xffff == me + 1 else { return }
    tellOwnRegisters()
    passRegisterDump(startedBy: turn >> 16)
  }

  private func passRegisterDump(startedBy first: UInt32) {
    let count = UInt32(state.pointee.cpus.count)
    let next = (UInt32(M.currentCPU.index) + 1) % max(count, 1)
    guard next != first else { return RegisterDump.turn.store(0, ordering: .relaxed) }
    // Pairs with the acquiring load above.
    RegisterDump.turn.store(first << 16 | (next + 1), ordering: .releasing)
    state.pointee.cpus[Int(next)].pointee.raise(.console)
    M.kick(CPUIndex(Int(next)))
  }

  private func tellOwnRegisters() {
    let cpu = M.currentCPU.index
    guard let vcpu = current else { return log(.answer, "*** CPU\(cpu) is idle ***") }
    log(.answer, "*** Dumping CPU\(cpu) guest state: ***")
    tellRegisters(M.guestFrame.pointee, of: vcpu)
  }

  private func tellRegisters(_ frame: CPUUserRegs, of vcpu: Ref<VCPU>) {
    let domain = vcpu.domain.pointee.id.rawValue
    log(.answer, "*** d\(domain)v\(vcpu.pointee.id.rawValue) ***")
    log(
      .answer,
      "RIP: \(hex: UInt32(frame.cs), digits: 4):[<\(hex: frame.rip, digits: 16)>] RFLAGS: \(hex: frame.rflags, digits: 16)"
    )
    log(
      .answer,
      "rax: \(hex: frame.rax, digits: 16) rbx: \(hex: frame.rbx, digits: 16) rcx: \(hex: frame.rcx, digits: 16)"
    )
    log(
      .answer,
      "rdx: \(hex: frame.rdx, digits: 16) rsi: \(hex: frame.rsi, digits: 16) rdi: \(hex: frame.rdi, digits: 16)"
    )
    log(
      .answer,
      "rbp: \(hex: frame.rbp, digits: 16) rsp: \(hex: frame.rsp, digits: 16) r8:  \(hex: frame.r8, digits: 16)"
    )
    log(
      .answer,
      "r9:  \(hex: frame.r9, digits: 16) r10: \(hex: frame.r10, digits: 16) r11: \(hex: frame.r11, digits: 16)"
    )
    log(
      .answer,
      "r12: \(hex: frame.r12, digits: 16) r13: \(hex: frame.r13, digits: 16) r14: \(hex: frame.r14, digits: 16)"
    )
    log(.answer, "r15: \(hex: frame.r15, digits: 16) ss: \(hex: UInt32(frame.ss), digits: 4)")
  }
}
