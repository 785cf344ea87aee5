import Domains
import EventChannels
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import XenABI

/// `HYPERVISOR_vcpu_op`: bringing vCPUs up and down, their areas and timers.
extension Hypervisor {
  /// Performs a `VCPUOP_*` on a vCPU of the caller's domain.
  public func vcpuOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    let domain = caller.domain
    guard let vcpu = domain.pointee.vcpu(VCPUID(UInt32(truncatingIfNeeded: arguments.second)))
    else { throw .ENOENT }
    guard let operation = VCPUOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    let address = arguments.third
    switch operation {
    case .initialise:
      // Beyond those that the shared info page has room for, a vCPU needs a place first.
      guard vcpu.pointee.id.index < SharedInfoLimits.vcpuInfoCount || vcpu.pointee.hasRegisteredInfo
      else { throw .EINVAL }
      try initialise(vcpu, contextAt: address)
      return .success
    case .up:
      guard domain.pointee.stateLock.withLock({ vcpu.pointee.isInitialised }) else {
        throw .EINVAL
      }
      bringUp(vcpu)
      return .success
    case .down:
      takeDown(vcpu)
      return .success
    case .isUp:
      let isDown = vcpu.pointee.blockers.load(ordering: .relaxed) & VCPUBlockers.down.rawValue
      return .done(isDown == 0 ? 1 : 0)
    case .getRunstateInfo:
      try write(runstate(of: vcpu), to: GuestHandle(address: address))
      return .success
    case .registerRunstateMemoryArea:
      let area = try read(GuestHandle<VCPURegisterRunStateArea>(address: address))
      guard
        M.isGuestRange(
          VirtualAddress(area.address), count: UInt64(VCPURunStateInfoLayout.size))
      else { throw .EFAULT }
      vcpu.pointee.runstateArea = area.address
      // An area that cannot be written is accepted: it may be mapped later.
      if vcpu == caller.vcpu {
        publishRunstate(vcpu)
      } else {
        try? write(runstate(of: vcpu), to: GuestHandle(address: area.address))
      }
      return .success
    case .registerTimeMemoryArea:
      let area = try read(GuestHandle<VCPURegisterTimeArea>(address: address))
      vcpu.pointee.timeArea = area.address
      if vcpu == caller.vcpu { M.publishTime(vcpu, in: self) }
      return .success
    case .setPeriodicTimer:
      let request = try read(GuestHandle<VCPUSetPeriodicTimer>(address: address))
      // Faster than 1 ms would let a guest spend the host's time in interrupts.
      guard request.periodNanoseconds >= 1_000_000,
        request.periodNanoseconds <= UInt64.max >> 2
      else { throw .EINVAL }
      setPeriodic(vcpu, nanoseconds: request.periodNanoseconds)
      return .success
    case .stopPeriodicTimer:
      setPeriodic(vcpu, nanoseconds: 0)
      return .success
    case .setSingleShotTimer:
      guard vcpu == caller.vcpu else { throw .EINVAL }
      let request = try read(GuestHandle<VCPUSetSingleShotTimer>(address: address))
      if request.flags & SingleShotTimerFlags.future != 0,
        request.timeoutNanoseconds < M.now.nanoseconds
      {
        throw .ETIME
      }
      setSingleShot(vcpu, at: deadline(request.timeoutNanoseconds))
      return .success
    case .stopSingleShotTimer:
      guard vcpu == caller.vcpu else { throw .EINVAL }
      stopSingleShot(vcpu)
      return .success
    case .registerVCPUInfo:
      let request = try read(GuestHandle<VCPURegisterInfo>(address: address))
      try registerInfo(vcpu, request)
      return .success
    case .sendNMI:
      guard address == 0 else { throw .EINVAL }
      vcpu.pointee.isNMIPending.store(true, ordering: .sequentiallyConsistent)
      notifyUpcall(vcpu)
      return .success
    case .getPhysicalID:
      try write(
        VCPUGetPhysicalID(physicalID: try physicalID(of: vcpu)), to: GuestHandle(address: address))
      return .success
    }
  }

  // The names that hardware and firmware have for the CPU behind a vCPU: told of dom0's vCPUs that
  // cannot move, whose numbers are taken for those of CPUs.
  private func physicalID(of vcpu: Ref<VCPU>) throws(XenErrno) -> UInt64 {
    let affinity = state.pointee.schedulerLock.withLock { vcpu.pointee.scheduling.hardAffinity }
    guard vcpu.domain.pointee.id == .dom0, affinity.count == 1,
      let id = M.physicalID(of: CPUIndex(vcpu.pointee.id.index))
    else { throw .EINVAL }
    return id
  }

  // Gives a vCPU its first registers. Two vCPUs may ask for the same one at once: the second waits,
  // by trying again, until it is known whether the first succeeds.
  private func initialise(_ vcpu: Ref<VCPU>, contextAt address: UInt64) throws(XenErrno) {
    let domain = vcpu.domain
    let refusal = domain.pointee.stateLock.withLock { () -> XenErrno? in
      if vcpu.pointee.isInitialised { return .EEXIST }
      if vcpu.pointee.isBeingInitialised { return .ERESTART }
      vcpu.pointee.isBeingInitialised = true
      return nil
    }
    if let refusal { throw refusal }
    defer {
      domain.pointee.stateLock.withLock { vcpu.pointee.isBeingInitialised = false }
    }
    try M.initialiseVCPU(vcpu, contextAt: address, in: self)
    domain.pointee.stateLock.withLock { vcpu.pointee.isInitialised = true }
  }

  /// `HYPERVISOR_set_timer_op`: the single-shot timer by its older name; 0 stops it.
  ///
  /// Old kernels ask for a moment that is not to come (negative, or weeks ahead) when they have no
  /// timer at all, and when their arithmetic has wrapped while work waits: they get an event in
  /// 100 ms, which serves both.
  public func setTimerOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard arguments.first != 0 else {
      stopSingleShot(caller.vcpu)
      return .success
    }
    let now = M.now
    let wanted = SystemTime(nanoseconds: arguments.first)
    let isOdd = arguments.first >> 63 != 0 || wanted.nanoseconds(since: now) >= 1 << 50
    setSingleShot(
      caller.vcpu, at: isOdd ? now.advanced(byNanoseconds: 100_000_000) : wanted)
    return .success
  }

  /// Brings a vCPU up.
  public func bringUp(_ vcpu: Ref<VCPU>) {
    let down = VCPUBlockers.down.rawValue
    let old = vcpu.pointee.blockers.bitwiseAnd(~down, ordering: .sequentiallyConsistent).oldValue
    if old & down != 0 { wake(vcpu) }
  }

  /// Takes a vCPU down; the last one that is up stays so, and the domain stops.
  public func takeDown(_ vcpu: Ref<VCPU>) {
    let domain = vcpu.pointee.domain
    vcpu.pointee.blockers.bitwiseOr(
      VCPUBlockers.down.rawValue, ordering: .sequentiallyConsistent)
    var someIsUp = false
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let other = domain.pointee.vcpus[i] else { continue }
      let blockers = other.pointee.blockers.load(ordering: .sequentiallyConsistent)
      if blockers & VCPUBlockers.down.rawValue == 0 { someIsUp = true }
    }
    if !someIsUp {
      vcpu.pointee.blockers.bitwiseAnd(
        ~VCPUBlockers.down.rawValue, ordering: .sequentiallyConsistent)
      shutdown(domain, reason: ShutdownReason.powerOff.rawValue)
    }
    sleepWithoutWaiting(vcpu)
  }

  /// Where a vCPU's time goes, as the ABI tells it.
  public func runstate(of vcpu: Ref<VCPU>) -> VCPURunStateInfo {
    state.pointee.schedulerLock.withLock {
      let account = vcpu.pointee.runstate
      var time = account.spent
      // The ABI's times include the present state's up to now.
      time[Int(account.state.rawValue) & 3] = account.nanoseconds(in: account.state, at: M.now)
      return VCPURunStateInfo(
        state: account.state.rawValue, stateEntryTime: account.since.nanoseconds, time: time)
    }
  }

  /// Copies the runstate of the vCPU that is loaded here to where its guest wants it.
  ///
  /// A reader on another CPU may look while that happens. A domain that has asked for it by
  /// `VMASST_TYPE_runstate_update_flag` finds `XEN_RUNSTATE_UPDATE` in the entry time meanwhile.
  public func publishRunstate(_ vcpu: Ref<VCPU>) {
    guard vcpu.pointee.runstateArea != 0 else { return }
    let account = state.pointee.schedulerLock.withLock { vcpu.pointee.runstate }
    var info = VCPURunStateInfo(
      state: account.state.rawValue, stateEntryTime: account.since.nanoseconds,
      time: account.spent)
    let area = GuestHandle<VCPURunStateInfo>(address: vcpu.pointee.runstateArea)
    // The flag is the top bit of the entry time's last byte, which is written alone.
    let last = GuestHandle<UInt8>(
      address: area.address &+ UInt64(VCPURunStateInfoLayout.stateEntryTime) &+ 7)
    do throws(XenErrno) {
      vcpu.pointee.owesRunstate = false
      guard M.marksRunstateUpdates(vcpu.pointee.domain) else {
        try write(info, to: area)
        return
      }
      info.stateEntryTime |= RunStateFlags.update
      try write(UInt8(truncatingIfNeeded: info.stateEntryTime >> 56), to: last)
      atomicMemoryFence(ordering: .releasing)
      try write(info, to: area)
      atomicMemoryFence(ordering: .releasing)
      info.stateEntryTime &= ~RunStateFlags.update
      try write(UInt8(truncatingIfNeeded: info.stateEntryTime >> 56), to: last)
    } catch {
      // While the user's page tables are in force the kernel's area cannot be reached: it gets the
      // copy when the kernel is entered. A guest that unmapped its area loses it, nothing else.
      vcpu.pointee.owesRunstate = true
    }
  }

  // Moves vcpu_info into memory of the guest's; it stays there.
  private func registerInfo(
    _ vcpu: Ref<VCPU>, _ request: VCPURegisterInfo
  ) throws(XenErrno) {
    let domain = vcpu.pointee.domain
    let offset = Int(request.offset)
    guard offset <= 4096 - VCPUInfoLayout.size, offset % 8 == 0 else { throw .ENXIO }
    guard !vcpu.pointee.hasRegisteredInfo else { throw .EINVAL }
    // Another vCPU's area may move only while that vCPU cannot be using it.
    if vcpu != current {
      let blockers = vcpu.pointee.blockers.load(ordering: .sequentiallyConsistent)
      guard blockers & VCPUBlockers.down.rawValue != 0 else { throw .EINVAL }
    }
    let mfn: MFN
    do throws(XenErrno) {
      mfn = try M.holdWritableFrame(GFN(request.mfn), of: domain, in: self)
    } catch {
      throw .EINVAL
    }
    // No event is being raised while the area moves; the guest is told to look for all of them.
    var old = mfn
    let moved = domain.pointee.eventLock.withLock { () -> Bool in
      guard let new = VCPUInfoView(M.memory[mfn], offset: offset), !vcpu.pointee.hasRegisteredInfo
      else { return false }
      old = vcpu.pointee.infoFrame
      new.adopt(from: VCPUInfoView(M.memory[old], offset: vcpu.pointee.infoOffset))
      vcpu.pointee.infoFrame = mfn
      vcpu.pointee.infoOffset = offset
      vcpu.pointee.hasRegisteredInfo = true
      return true
    }
    guard moved else {
      M.releaseWritableFrame(mfn, in: self)
      throw .EINVAL
    }
    // A frame that only stood in until now.
    if old != domain.pointee.sharedInfo { releaseFromOwner(old) }
    notifyUpcall(vcpu)
  }
}
