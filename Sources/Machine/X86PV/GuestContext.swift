import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import X86Format
import XenABI

/// The first registers of a vCPU, from `struct vcpu_guest_context`: 5 KiB in the caller's memory,
/// read field by field.
extension Hypervisor where M: X86Hardware {
  /// Gives a vCPU, which is down or paused, the registers of a context in the caller's memory.
  ///
  /// A vCPU that has had a context keeps its page tables, GDT and LDT.
  /// - Throws: `EFAULT`; `EINVAL` for addresses that no guest can name and tables that cannot be
  ///   what they are said to be; `EOPNOTSUPP` for other page tables, GDT or LDT than the vCPU has
  ///   already; `ERESTART` if interrupted: call again.
  public func setPVContext(
    _ vcpu: Ref<VCPU>, fromGuestAddress address: UInt64
  ) throws(XenErrno) {
    let source = ContextSource(hypervisor: self, address: address)
    let flags: UInt64 = try source.field(VCPUGuestContextLayout.flags)
    try checkContext(source)
    if vcpu.domain.pointee.stateLock.withLock({ vcpu.pointee.isInitialised }) {
      guard try hasTables(vcpu, source) else { throw .EOPNOTSUPP }
    } else {
      try setTables(vcpu, source)
    }
    try setRegisters(vcpu, source, flags)
    try setEntryPoints(vcpu, source, flags)
    if flags & VCPUContextFlags.i387Valid != 0 {
      try setFPU(vcpu, source)
    } else {
      M.resetExtendedState(vcpu.pv.pointee.extendedStateFrame)
    }
    // Domain builders clear the shared page before they get here, the clock in it included.
    if vcpu.pointee.id == VCPUID(0) { publishWallClock(vcpu.domain) }
  }

  // Everything that can be said about a context without changing anything. The memory may be
  // another vCPU's to change meanwhile: what is read again is checked again.
  private func checkContext(_ source: ContextSource<M>) throws(XenErrno) {
    let registers: CPUUserRegs = try source.field(VCPUGuestContextLayout.userRegs)
    guard VirtualAddress(registers.rip).isCanonical else { throw .EINVAL }
    let addresses = ContextSource<M>.addresses
    for i in addresses.indices { _ = try source.address(addresses[i]) }
    for i in 0..<256 {
      let entry = try source.trapEntry(i)
      guard VirtualAddress(entry.address).isCanonical else { throw .EINVAL }
    }
  }

  private func hasTables(_ vcpu: Ref<VCPU>, _ source: ContextSource<M>) throws(XenErrno) -> Bool {
    let memory = vcpu.pv
    let kernel: UInt64 = try source.controlRegister(3)
    let user: UInt64 = try source.controlRegister(1)
    let ldtEntries: UInt64 = try source.field(VCPUGuestContextLayout.ldtEntryCount)
    let ldtBase: UInt64 = try source.field(VCPUGuestContextLayout.ldtBase)
    let gdtEntries: UInt64 = try source.field(VCPUGuestContextLayout.gdtEntryCount)
    guard kernel >> 12 == memory.pointee.memory.kernelRoot.rawValue,
      (user == 0 ? MFN.invalid : MFN(user >> 12)) == memory.pointee.memory.userRoot,
      ldtEntries == UInt64(memory.pointee.memory.ldtEntries),
      ldtEntries == 0 || ldtBase == memory.pointee.memory.ldtBase.rawValue,
      gdtEntries == UInt64(memory.pointee.memory.gdtEntries)
    else { return false }
    for i in 0..<(memory.pointee.memory.gdtEntries + 511) / 512 {
      let frame: UInt64 = try source.field(VCPUGuestContextLayout.gdtFrames + i * 8)
      guard frame == memory.pointee.memory.gdtFrames[i].rawValue else { return false }
    }
    return true
  }

  private func setTables(_ vcpu: Ref<VCPU>, _ source: ContextSource<M>) throws(XenErrno) {
    if vcpu.pointee.id.rawValue == 0 {
      let assists: UInt64 = try source.field(VCPUGuestContextLayout.vmAssist)
      vcpu.domain.pv.pointee.assists = assists & PVDomain.knownAssists
    }
    let gdtEntries: UInt64 = try source.field(VCPUGuestContextLayout.gdtEntryCount)
    guard gdtEntries <= UInt64(GuestGDT.firstReservedEntry) else { throw .EINVAL }
    var frames = InlineArray<14, MFN>(repeating: .invalid)
    for i in 0..<(Int(gdtEntries) + 511) / 512 {
      let frame: UInt64 = try source.field(VCPUGuestContextLayout.gdtFrames + i * 8)
      frames[i] = MFN(frame)
    }
    try setGuestGDT(vcpu, frames, entries: Int(gdtEntries))
    let ldtBase: UInt64 = try source.field(VCPUGuestContextLayout.ldtBase)
    let ldtEntries: UInt64 = try source.field(VCPUGuestContextLayout.ldtEntryCount)
    try setGuestLDT(vcpu, base: VirtualAddress(ldtBase), entries: ldtEntries)
    let kernel: UInt64 = try source.controlRegister(3)
    let user: UInt64 = try source.controlRegister(1)
    try setInitialRoots(
      vcpu, kernel: MFN(kernel >> 12), user: user == 0 ? nil : MFN(user >> 12))
  }

  private func setRegisters(
    _ vcpu: Ref<VCPU>, _ source: ContextSource<M>, _ flags: UInt64
  ) throws(XenErrno) {
    var registers: CPUUserRegs = try source.field(VCPUGuestContextLayout.userRegs)
    guard VirtualAddress(registers.rip).isCanonical else { throw .EINVAL }
    // Whose programs run needs page tables for them.
    let isKernelMode = flags & VCPUContextFlags.inKernel != 0
    guard isKernelMode || vcpu.pv.pointee.memory.userRoot != .invalid else { throw .EINVAL }
    let wanted = registers.rflags
    registers.cs |= 3
    registers.ss |= 3
    registers.rflags =
      wanted & ~(RFLAGS.iopl | .vm | .nt).rawValue | (RFLAGS.if | .fixed).rawValue
    registers.entryVector = PVEntry.full
    let pv = vcpu.pv
    pv.pointee.frame = registers
    pv.pointee.isKernelMode = isKernelMode
    pv.pointee.iopl = UInt8(truncatingIfNeeded: wanted >> 12 & 3)
    let kernelSS: UInt64 = try source.field(VCPUGuestContextLayout.kernelSS)
    pv.pointee.kernelSS = UInt16(truncatingIfNeeded: kernelSS) | 3
    pv.pointee.kernelSP = try source.field(VCPUGuestContextLayout.kernelSP)
    pv.pointee.fsBase = try source.address(VCPUGuestContextLayout.fsBase)
    pv.pointee.gsBaseKernel = try source.address(VCPUGuestContextLayout.gsBaseKernel)
    pv.pointee.gsBaseUser = try source.address(VCPUGuestContextLayout.gsBaseUser)
    // Of CR0 a guest has TS only; the rest is what the processor runs with.
    pv.pointee.cr0 = try source.controlRegister(0) & CR0.ts.rawValue
    for i in 0..<8 {
      let value: UInt64 = try source.field(VCPUGuestContextLayout.debugRegisters + i * 8)
      let checked = try? DebugRegisterRules.checked(i, value) { address in
        M.isGuestRange(VirtualAddress(address), count: 8)
      }
      // What a guest may not have is left out, as if it had never been set.
      pv.pointee.debugRegisters[i] = checked ?? 0
    }
  }

  private func setEntryPoints(
    _ vcpu: Ref<VCPU>, _ source: ContextSource<M>, _ flags: UInt64
  ) throws(XenErrno) {
    let pv = vcpu.pv
    pv.pointee.eventCallback = try source.address(VCPUGuestContextLayout.eventCallback)
    pv.pointee.failsafeCallback = try source.address(VCPUGuestContextLayout.failsafeCallback)
    pv.pointee.syscallCallback = try source.address(VCPUGuestContextLayout.syscallCallback)
    pv.pointee.failsafeMasksEvents = flags & VCPUContextFlags.failsafeDisablesEvents != 0
    pv.pointee.syscallMasksEvents = flags & VCPUContextFlags.syscallDisablesEvents != 0
    for i in 0..<256 {
      let entry = try source.trapEntry(i)
      guard VirtualAddress(entry.address).isCanonical else { throw .EINVAL }
      setTrapEntry(entry, UInt8(i), of: vcpu)
    }
  }

  private func setFPU(_ vcpu: Ref<VCPU>, _ source: ContextSource<M>) throws(XenErrno) {
    let area = vcpu.pv.pointee.extendedStateFrame
    M.resetExtendedState(area)
    let bytes = M.memory[area]
    try read(
      frame: bytes, at: 0, count: 512, from: GuestHandle(address: source.address))
    // The header of an XSAVE area says what follows: x87 and SSE state, and nothing compacted.
    bytes.store(UInt64(3), at: 512)
    // Reserved MXCSR bits would fault when the state is loaded.
    let mxcsr = bytes.load(UInt32.self, at: 24) ?? 0
    bytes.store(mxcsr & 0xffff, at: 24)
  }

  /// Writes a vCPU's registers, which is not loaded, as a context into the caller's memory.
  /// - Throws: `EFAULT`.
  func getPVContext(_ vcpu: Ref<VCPU>, toGuestAddress address: UInt64) throws(XenErrno) {
    let target = ContextSource(hypervisor: self, address: address)
    let pv = vcpu.pv
    try write(
      frame: M.memory[pv.pointee.extendedStateFrame], at: 0, count: 512,
      to: GuestHandle(address: address))
    try target.setField(VCPUGuestContextLayout.flags, contextFlags(of: vcpu))
    var registers = pv.pointee.frame
    registers.rflags |= UInt64(pv.pointee.iopl) << 12
    registers.entryVector = 0
    try target.setField(VCPUGuestContextLayout.userRegs, registers)
    try write(
      frame: M.memory[pv.pointee.trapTableFrame], at: 0, count: 4096,
      to: GuestHandle(address: address), at: UInt64(VCPUGuestContextLayout.trapTable))
    try target.setField(VCPUGuestContextLayout.ldtBase, pv.pointee.memory.ldtBase.rawValue)
    try target.setField(
      VCPUGuestContextLayout.ldtEntryCount, UInt64(pv.pointee.memory.ldtEntries))
    let gdtEntries = pv.pointee.memory.gdtEntries
    for i in 0..<16 {
      let frame = i < (gdtEntries + 511) / 512 ? pv.pointee.memory.gdtFrames[i].rawValue : 0
      try target.setField(VCPUGuestContextLayout.gdtFrames + i * 8, frame)
    }
    try target.setField(VCPUGuestContextLayout.gdtEntryCount, UInt64(gdtEntries))
    try target.setField(VCPUGuestContextLayout.kernelSS, UInt64(pv.pointee.kernelSS))
    try target.setField(VCPUGuestContextLayout.kernelSP, pv.pointee.kernelSP)
    try putControlRegisters(vcpu, target)
    for i in 0..<8 {
      try target.setField(
        VCPUGuestContextLayout.debugRegisters + i * 8, pv.pointee.debugRegisters[i])
    }
    try target.setField(VCPUGuestContextLayout.eventCallback, pv.pointee.eventCallback)
    try target.setField(VCPUGuestContextLayout.failsafeCallback, pv.pointee.failsafeCallback)
    try target.setField(VCPUGuestContextLayout.syscallCallback, pv.pointee.syscallCallback)
    try target.setField(VCPUGuestContextLayout.vmAssist, vcpu.domain.pv.pointee.assists)
    try target.setField(VCPUGuestContextLayout.fsBase, pv.pointee.fsBase)
    try target.setField(VCPUGuestContextLayout.gsBaseKernel, pv.pointee.gsBaseKernel)
    try target.setField(VCPUGuestContextLayout.gsBaseUser, pv.pointee.gsBaseUser)
  }

  private func putControlRegisters(
    _ vcpu: Ref<VCPU>, _ target: ContextSource<M>
  ) throws(XenErrno) {
    let pv = vcpu.pv
    let page = M.memory[vcpu.pointee.infoFrame]
    let faultAddress =
      page.load(UInt64.self, at: vcpu.pointee.infoOffset + VCPUInfoLayout.cr2) ?? 0
    for i in 0..<8 {
      let value: UInt64
      switch i {
      case 0:
        value = pv.pointee.cr0 | (CR0.pe | .mp | .et | .ne | .wp | .am | .pg).rawValue
      case 1:
        let user = pv.pointee.memory.userRoot
        value = user == .invalid ? 0 : user.rawValue << 12
      case 2: value = faultAddress
      case 3: value = pv.pointee.memory.kernelRoot.rawValue << 12
      case 4: value = pv.pointee.cr4
      default: value = 0
      }
      try target.setField(VCPUGuestContextLayout.controlRegisters + i * 8, value)
    }
  }

  private func contextFlags(of vcpu: Ref<VCPU>) -> UInt64 {
    let pv = vcpu.pv
    var flags = VCPUContextFlags.i387Valid
    if pv.pointee.isKernelMode { flags |= VCPUContextFlags.inKernel }
    if pv.pointee.failsafeMasksEvents { flags |= VCPUContextFlags.failsafeDisablesEvents }
    if pv.pointee.syscallMasksEvents { flags |= VCPUContextFlags.syscallDisablesEvents }
    let blockers = vcpu.pointee.blockers.load(ordering: .relaxed)
    if blockers & VCPUBlockers.down.rawValue == 0 { flags |= VCPUContextFlags.online }
    return flags
  }
}

/// A `struct vcpu_guest_context` in the caller's memory, field by field.
private struct ContextSource<M: X86Hardware> {
  let hypervisor: Hypervisor<M>
  let address: UInt64

  /// Offsets of the words that must be addresses a processor accepts.
  static var addresses: InlineArray<7, Int> {
    [
      VCPUGuestContextLayout.eventCallback, VCPUGuestContextLayout.failsafeCallback,
      VCPUGuestContextLayout.syscallCallback, VCPUGuestContextLayout.ldtBase,
      VCPUGuestContextLayout.fsBase, VCPUGuestContextLayout.gsBaseKernel,
      VCPUGuestContextLayout.gsBaseUser,
    ]
  }

  func field<T: BitwiseCopyable>(_ offset: Int) throws(XenErrno) -> T {
    try hypervisor.read(GuestHandle<T>(address: address &+ UInt64(offset)))
  }

  /// A word that must be an address the processor accepts: loading a base or entering a handler that
  /// is none would fault.
  /// - Throws: `EINVAL` if it is none.
  func address(_ offset: Int) throws(XenErrno) -> UInt64 {
    let value: UInt64 = try field(offset)
    guard VirtualAddress(value).isCanonical else { throw .EINVAL }
    return value
  }

  func setField<T: BitwiseCopyable>(_ offset: Int, _ value: T) throws(XenErrno) {
    try hypervisor.write(value, to: GuestHandle<T>(address: address &+ UInt64(offset)))
  }

  func controlRegister(_ number: Int) throws(XenErrno) -> UInt64 {
    try field(VCPUGuestContextLayout.controlRegisters + number * 8)
  }

  func trapEntry(_ vector: Int) throws(XenErrno) -> TrapInfo {
    try field(VCPUGuestContextLayout.trapTable + vector * MemoryLayout<TrapInfo>.stride)
  }
}
