import Domains
import Hypercalls
import Machine
import Primitives
import X86Format
import XenABI

/// A vCPU's descriptor tables: what its hypercalls and faults come to, and loading them.
extension Hypervisor where M: X86Hardware {
  /// Makes the processor use a vCPU's descriptor tables; its root is in force already.
  func loadDescriptorTables(_ vcpu: Ref<VCPU>) {
    let window = descriptorWindow(vcpu)
    mmu(for: vcpu.domain).setReservedDescriptors(M.reservedDescriptorFrame, window)
    // The page was another CPU's when this one last looked.
    M.invalidatePage(
      window.address.advanced(by: UInt64(DescriptorRules.firstReservedPage) << 12))
    M.loadGDT(base: window.address, entries: DescriptorRules.firstReservedEntry + 512)
    M.loadLDT(base: window.ldtAddress, entries: vcpu.pv.pointee.memory.ldtEntries)
  }

  /// Gives a vCPU another GDT: the running one, or one that is paused.
  /// - Throws: `EINVAL` as `MMU.setGDT`; then it keeps the old one.
  func setGuestGDT(
    _ vcpu: Ref<VCPU>, _ frames: InlineArray<14, MFN>, entries: Int
  ) throws(XenErrno) {
    let mmu = mmu(for: vcpu.domain)
    try mmu.setGDT(
      frames, entries: entries, descriptorWindow(vcpu), of: vcpu.domain.pointee.id)
    let pv = vcpu.pv
    pv.pointee.memory.gdtEntries = entries
    let used = (entries + 511) / 512
    for i in 0..<14 { pv.pointee.memory.gdtFrames[i] = i < used ? frames[i] : .invalid }
    if vcpu == current { mmu.host.flushLocal() }
  }

  /// Gives a vCPU another LDT: the running one, or one that is paused.
  /// - Throws: `EINVAL` for more than 8192 entries, an address that is not a page's, or one that is
  ///   not the guest's.
  func setGuestLDT(
    _ vcpu: Ref<VCPU>, base: VirtualAddress, entries: UInt64
  ) throws(XenErrno) {
    guard entries <= DescriptorRules.maximumLDTEntries,
      entries == 0 || (base.pageOffset == 0 && EntryRules.isGuestAddress(base))
    else { throw .EINVAL }
    let pv = vcpu.pv
    let address = entries == 0 ? VirtualAddress(0) : base
    let count = Int(entries)
    guard count != pv.pointee.memory.ldtEntries || address != pv.pointee.memory.ldtBase else {
      return
    }
    forgetLDTPages(vcpu)
    pv.pointee.memory.ldtBase = address
    pv.pointee.memory.ldtEntries = count
    if vcpu == current { M.loadLDT(base: descriptorWindow(vcpu).ldtAddress, entries: count) }
  }

  /// Takes the pages of a vCPU's LDT out of its window.
  func forgetLDTPages(_ vcpu: Ref<VCPU>) {
    let mmu = mmu(for: vcpu.domain)
    if mmu.clearLDT(descriptorWindow(vcpu)), vcpu == current { mmu.host.flushLocal() }
  }

  /// What a page fault in the running vCPU's LDT window comes to.
  enum LDTFault {
    /// It was not there.
    case elsewhere
    /// The page is mapped now: the processor may try again.
    case mapped
    /// The guest has no descriptors there: it gets a page fault at this address of its own.
    case missing(VirtualAddress)
  }

  /// Maps the page of the running vCPU's LDT that a page fault was about.
  func fixLDTFault(_ vcpu: Ref<VCPU>, at address: VirtualAddress) -> LDTFault {
    let window = descriptorWindow(vcpu)
    let offset = address.rawValue &- window.ldtAddress.rawValue
    guard offset < UInt64(DescriptorWindow.halfPages) << 12 else { return .elsewhere }
    let pv = vcpu.pv
    let base = pv.pointee.memory.ldtBase
    guard Int(offset >> 3) < pv.pointee.memory.ldtEntries else {
      return .missing(base.advanced(by: offset))
    }
    let isMapped = mmu(for: vcpu.domain).mapLDTPage(
      Int(offset >> 12), base: base, window, root: pv.pointee.memory.kernelRoot,
      of: vcpu.domain.pointee.id)
    return isMapped ? .mapped : .missing(base.advanced(by: offset))
  }

  /// Maps the page of a vCPU's LDT that a selector leads to, before the hypervisor loads it: its own
  /// faults are not repaired. A selector that leads nowhere is left to the processor to refuse.
  func prepareToLoad(_ selector: UInt16, of vcpu: Ref<VCPU>) {
    let selector = SegmentSelector(rawValue: selector)
    guard selector.isLocal else { return }
    let address = descriptorWindow(vcpu).ldtAddress.advanced(by: UInt64(selector.index) &* 8)
    _ = fixLDTFault(vcpu, at: address)
  }

  /// `HYPERVISOR_set_gdt`: frames (a list of MFNs) and the number of entries.
  func setGDTOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let list = GuestHandle<UInt64>(address: arguments.first)
    let entries = Int(truncatingIfNeeded: arguments.second & 0xffff_ffff)
    guard entries <= DescriptorRules.firstReservedEntry else { throw .EINVAL }
    var frames = InlineArray<14, MFN>(repeating: .invalid)
    for i in 0..<((entries + 511) / 512) { frames[i] = MFN(try read(list, at: UInt64(i))) }
    try setGuestGDT(caller.vcpu, frames, entries: entries)
    return .success
  }

  /// `HYPERVISOR_update_descriptor`: a machine address and the descriptor for it.
  func updateDescriptorOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    try mmu(for: caller.domain).updateDescriptor(
      MachineAddress(arguments.first), SegmentDescriptor(rawValue: arguments.second),
      of: caller.domain.pointee.id)
    return .success
  }
}
