import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// Saving one vCPU's registers and loading another's.
extension Hypervisor where M: X86Hardware {
  /// Replaces the registers of `previous` by those of `next`; nil stands for idle.
  public func switchPVContext(from previous: Ref<VCPU>?, to next: Ref<VCPU>?) {
    if let previous { save(previous) }
    guard let next else {
      // Nothing of the guest's stays in force while the CPU sleeps.
      leaveGuestAddressSpace()
      if let previous {
        previous.domain.pointee.dirtyCPUs.remove(M.currentCPU)
        previous.pointee.isLoaded.store(false, ordering: .releasing)
      }
      return
    }
    // The other CPU that ran it last may not have saved it yet. Ours is saved already, so two CPUs
    // that exchange vCPUs do not wait for each other.
    if let previous, previous.domain != next.domain {
      leaveGuestAddressSpace()
      previous.domain.pointee.dirtyCPUs.remove(M.currentCPU)
    }
    if let previous { previous.pointee.isLoaded.store(false, ordering: .releasing) }
    while next.pointee.isLoaded.load(ordering: .acquiring) { spinTurn() }
    next.pointee.isLoaded.store(true, ordering: .sequentiallyConsistent)
    load(next)
  }

  // Onto the hypervisor's own root. The guest's GDT window is not in it, so the GDT comes first.
  private func leaveGuestAddressSpace() {
    M.loadOwnGDT()
    loadRoot(M.hypervisorRoot)
  }

  /// Loads a root and notes that this CPU forgets every translation.
  func loadRoot(_ root: MFN) {
    state.pointee.tlb.willFlush(M.currentCPU)
    M.loadRoot(root)
  }

  private func save(_ vcpu: Ref<VCPU>) {
    let pv = vcpu.pv
    let selectors = M.dataSelectors
    pv.pointee.frame = M.guestFrame.pointee
    pv.pointee.frame.ds = selectors.ds
    pv.pointee.frame.es = selectors.es
    pv.pointee.frame.fs = selectors.fs
    pv.pointee.frame.gs = selectors.gs
    pv.pointee.fsBase = M.fsBase
    if pv.pointee.isKernelMode {
      pv.pointee.gsBaseKernel = M.gsBase
      pv.pointee.gsBaseUser = M.reserveGSBase
    } else {
      pv.pointee.gsBaseUser = M.gsBase
      pv.pointee.gsBaseKernel = M.reserveGSBase
    }
    if pv.pointee.debugRegisters[7] & 0xff != 0 {
      pv.pointee.debugRegisters[6] = M.readDebugRegister(6)
      M.writeDebugRegister(7, 0)
    }
    M.setTaskSwitched(false)
    M.saveExtendedState(to: pv.pointee.extendedStateFrame)
  }

  private func load(_ vcpu: Ref<VCPU>) {
    let pv = vcpu.pv
    M.willRun(vcpu.domain.pointee.id)
    // Before the root is in force: from now on shootdowns for this domain must reach this CPU.
    vcpu.domain.pointee.dirtyCPUs.insert(M.currentCPU)
    loadRoot(pv.pointee.isKernelMode ? pv.pointee.memory.kernelRoot : pv.pointee.memory.userRoot)
    loadDescriptorTables(vcpu)
    M.guestFrame.pointee = pv.pointee.frame
    M.guestFrame.pointee.entryVector = PVEntry.full
    loadSegments(vcpu)
    if pv.pointee.debugRegisters[7] & 0xff != 0 {
      for i in 0..<4 { M.writeDebugRegister(i, pv.pointee.debugRegisters[i]) }
      M.writeDebugRegister(6, pv.pointee.debugRegisters[6])
      M.writeDebugRegister(7, pv.pointee.debugRegisters[7])
    }
    loadEmulatedRegisters(vcpu)
    M.setTaskSwitched(false)
    M.loadXCR0(pv.pointee.xcr0)
    M.loadExtendedState(from: pv.pointee.extendedStateFrame)
    if pv.pointee.cr0 & CR0.ts.rawValue != 0 { M.setTaskSwitched(true) }
    publishTime(vcpu)
  }

  // Selectors first, because loading one changes its base; then the bases.
  private func loadSegments(_ vcpu: Ref<VCPU>) {
    let pv = vcpu.pv
    let frame = pv.pointee.frame
    let selectors = PVDataSelectors(ds: frame.ds, es: frame.es, fs: frame.fs, gs: frame.gs)
    prepareToLoad(selectors.ds, of: vcpu)
    prepareToLoad(selectors.es, of: vcpu)
    prepareToLoad(selectors.fs, of: vcpu)
    prepareToLoad(selectors.gs, of: vcpu)
    var accepted = M.loadDS(selectors.ds)
    if !M.loadES(selectors.es) { accepted = false }
    if !M.loadFS(selectors.fs) { accepted = false }
    if !M.loadGS(selectors.gs) { accepted = false }
    M.fsBase = pv.pointee.fsBase
    if pv.pointee.isKernelMode {
      M.gsBase = pv.pointee.gsBaseKernel
      M.reserveGSBase = pv.pointee.gsBaseUser
    } else {
      M.gsBase = pv.pointee.gsBaseUser
      M.reserveGSBase = pv.pointee.gsBaseKernel
    }
    if !accepted { failSafe(vcpu, selectors) }
  }

  /// Copies the present time into the vCPU's `vcpu_info`, and into its own time area if it has one.
  public func publishTime(_ vcpu: Ref<VCPU>) {
    let info = M.memory[vcpu.pointee.infoFrame]
    let scale = M.timeScale()
    let base = vcpu.pointee.infoOffset + VCPUInfoLayout.time
    // An odd version tells readers on other CPUs to wait.
    let version = (info.load(UInt32.self, at: base) ?? 0) &+ 1 | 1
    let record = VCPUTimeInfo(
      version: version, tscTimestamp: scale.stamp, systemTime: scale.systemTime.nanoseconds,
      tscToSystemMultiplier: scale.multiplier, tscShift: scale.shift,
      flags: 0)
    info.store(version, at: base)
    atomicMemoryFence(ordering: .releasing)
    info.store(record, at: base)
    atomicMemoryFence(ordering: .releasing)
    info.store(version &+ 1, at: base)
    if vcpu.pointee.timeArea != 0 {
      var copy = record
      copy.version = version &+ 1
      do throws(XenErrno) {
        try write(copy, to: GuestHandle<VCPUTimeInfo>(address: vcpu.pointee.timeArea))
        vcpu.pointee.owesTime = false
      } catch {
        // See `publishRunstate`.
        vcpu.pointee.owesTime = true
      }
    }
  }
}
