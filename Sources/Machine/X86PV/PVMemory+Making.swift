import Domains
import Machine
import Primitives
import X86Format
import XenABI

/// The windows in which a domain's descriptor tables appear, made and given back; and a vCPU's
/// first page tables.
///
/// ```
/// slot 260 of every root -> windowRoot -> windowDirectory -> windowTables[n] (vCPUs 16n ...
/// 16n+15) ```
extension Hypervisor where M: X86Hardware {
  /// Makes the window tables of a domain without vCPUs.
  func makeDomainMemory(_ domain: Ref<Domain>) throws(XenErrno) {
    let pv = domain.pv
    guard let root = allocateOwnFrame() else { throw .ENOMEM }
    pv.pointee.memory.windowRoot = root
    guard let directory = allocateOwnFrame() else { throw .ENOMEM }
    pv.pointee.memory.windowDirectory = directory
    guard let zeros = allocateOwnFrame() else { throw .ENOMEM }
    pv.pointee.memory.zeros = zeros
    M.memory[root][word: 0] = windowTableEntry(directory)
  }

  /// Gives the window tables back. No CPU uses a root of the domain's any more.
  func releaseDomainMemory(_ domain: Ref<Domain>) {
    let pv = domain.pv
    for i in 0..<8 { freeIfAny(pv.pointee.memory.windowTables[i]) }
    freeIfAny(pv.pointee.memory.windowDirectory)
    freeIfAny(pv.pointee.memory.windowRoot)
    freeIfAny(pv.pointee.memory.zeros)
    pv.pointee.memory.windowTables = InlineArray(repeating: .invalid)
    pv.pointee.memory.windowDirectory = .invalid
    pv.pointee.memory.windowRoot = .invalid
    pv.pointee.memory.zeros = .invalid
  }

  /// Makes a vCPU's window, with an empty GDT.
  func makeVCPUMemory(_ vcpu: Ref<VCPU>) throws(XenErrno) {
    let pv = vcpu.domain.pv
    let n = vcpu.pointee.id.index / DescriptorWindow.perTable
    guard n < 8 else { throw .EINVAL }
    if pv.pointee.memory.windowTables[n] == .invalid {
      guard let table = allocateOwnFrame() else { throw .ENOMEM }
      pv.pointee.memory.windowTables[n] = table
      M.memory[pv.pointee.memory.windowDirectory][word: n] = windowTableEntry(table)
    }
    mmu(for: vcpu.domain).clearGDT(descriptorWindow(vcpu))
  }

  /// Lets go of a vCPU's descriptor tables and roots, however long that takes: `relinquishPVMemory`
  /// has done so before, unless the domain never ran.
  func releaseVCPUMemory(_ vcpu: Ref<VCPU>) {
    guard vcpu.domain.hasPV, vcpu.domain.pv.pointee.memory.windowRoot != .invalid else { return }
    var isDone = false
    while !isDone { isDone = dropVCPUMemory(vcpu) }
  }

  /// Lets go of what a vCPU that will not run again uses of its domain's memory.
  /// - Returns: false if interrupted: call again.
  func dropVCPUMemory(_ vcpu: Ref<VCPU>) -> Bool {
    let mmu = mmu(for: vcpu.domain)
    let window = descriptorWindow(vcpu)
    let pv = vcpu.pv
    if pv.pointee.memory.gdtEntries != 0 {
      mmu.clearGDT(window)
      pv.pointee.memory.gdtEntries = 0
    }
    if pv.pointee.memory.ldtEntries != 0 {
      _ = mmu.clearLDT(window)
      pv.pointee.memory.ldtEntries = 0
    }
    do throws(XenErrno) {
      try mmu.dropRoots(
        of: vcpu.domain.pointee.id, &pv.pointee.memory.roots, &pv.pointee.memory.pending)
    } catch {
      return false
    }
    return true
  }

  /// A vCPU's window.
  func descriptorWindow(_ vcpu: Ref<VCPU>) -> DescriptorWindow {
    let pv = vcpu.domain.pv
    let index = vcpu.pointee.id.index
    return DescriptorWindow(
      table: pv.pointee.memory.windowTables[index / DescriptorWindow.perTable & 7],
      first: index % DescriptorWindow.perTable * 32,
      address: VirtualAddress(l4: X86PV.perDomainSlot)
        .advanced(by: UInt64(index) &* DescriptorWindow.bytes),
      zeros: pv.pointee.memory.zeros)
  }

  /// Makes the frame that dom0's builder wrote its page tables' root into the root of `vcpu`, after
  /// checking and pinning them like any guest's: a kernel unpins the root it was started on.
  /// - Throws: `EINVAL` and others if the tables break a rule.
  func adoptInitialRoot(_ root: MFN, for vcpu: Ref<VCPU>) throws(XenErrno) {
    let mmu = mmu(for: vcpu.domain)
    let pv = vcpu.pv
    var isPinned = false
    while true {
      do throws(XenErrno) {
        if !isPinned {
          try mmu.finishPending(&pv.pointee.memory.pending)
          try mmu.pin(root, .l4, of: vcpu.domain.pointee.id, &pv.pointee.memory.pending)
          isPinned = true
        }
        try setInitialRoots(vcpu, kernel: root, user: nil)
        return
      } catch {
        if error != .ERESTART { throw error }
      }
    }
  }

  /// Gives a vCPU, which does not run, the roots of its first context.
  /// - Parameter user: nil for none.
  /// - Throws: `EINVAL` and what checking the tables throws; `ERESTART` if interrupted: call again.
  func setInitialRoots(
    _ vcpu: Ref<VCPU>, kernel: MFN, user: MFN?
  ) throws(XenErrno) {
    let mmu = mmu(for: vcpu.domain)
    let pv = vcpu.pv
    let owner = vcpu.domain.pointee.id
    try mmu.finishPending(&pv.pointee.memory.pending)
    try mmu.setKernelRoot(
      kernel, of: owner, &pv.pointee.memory.roots, &pv.pointee.memory.pending,
      load: .whenScheduled)
    try mmu.finishPending(&pv.pointee.memory.pending)
    try mmu.setUserRoot(
      user ?? .invalid, of: owner, &pv.pointee.memory.roots, &pv.pointee.memory.pending)
    try mmu.finishPending(&pv.pointee.memory.pending)
  }

  private func windowTableEntry(_ table: MFN) -> UInt64 {
    PageTableEntry(table, .present | .writable | .accessed | .dirty).rawValue
  }

  private func freeIfAny(_ mfn: MFN) { if mfn != .invalid { freeOwnFrames(mfn) } }
}
