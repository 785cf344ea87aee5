import Domains
import EventChannels
import Machine
import Primitives
import Scheduling
import Sync
import Text
import XenABI

/// Device interrupts on their way to a guest: from a line or message to a vector, from the vector to
/// a domain's PIRQ, from the PIRQ to its event channel.
///
/// The interrupt lock is in dom0's record; it is held for tables and hardware together, and no other
/// lock but the machine's own is taken under it.
extension Hypervisor where M: X86Hardware {
  /// The tables of one domain and those that all share.
  struct InterruptTables {
    let pirqs: PIRQTable
    let owners: InterruptOwners
  }

  /// Runs `body` on a domain's PIRQs under the interrupt lock.
  /// - Throws: `ESRCH` without dom0, `ENOMEM`, else what `body` throws.
  private func withInterrupts<R>(
    of domain: Ref<Domain>, _ body: (InterruptTables) throws(XenErrno) -> R
  ) throws(XenErrno) -> R {
    guard let control = self.domain(.dom0), control.domain.hasPV, domain.hasPV else {
      throw .ESRCH
    }
    let shared = control.domain.pv
    let own = domain.pv
    return try shared.pointee.platform.interruptLock.withLock { () throws(XenErrno) -> R in
      if shared.pointee.platform.owners == .invalid {
        guard let frame = allocateOwnFrame() else { throw .ENOMEM }
        shared.pointee.platform.owners = frame
        InterruptOwners(frame: M.memory[frame]).reset()
      }
      if own.pointee.platform.pirqs == .invalid {
        guard let frame = allocateOwnFrame() else { throw .ENOMEM }
        M.memory[frame].clear()
        own.pointee.platform.pirqs = frame
        // A kernel that drives the machine knows the ISA lines by number without asking.
        let table = PIRQTable(frame: M.memory[frame])
        if domain.pointee.isPrivileged {
          for gsi in 1..<UInt32(16) { table[gsi] = PIRQEntry(line: gsi) }
        }
      }
      return try body(
        InterruptTables(
          pirqs: PIRQTable(frame: M.memory[own.pointee.platform.pirqs]),
          owners: InterruptOwners(frame: M.memory[shared.pointee.platform.owners])))
    }
  }

  // MARK: Arrival

  /// A device interrupted on a vector of ours: tells the guest. A level-triggered line stays masked
  /// until the guest says that it has served the device.
  public func handleDeviceInterrupt(_ vector: UInt8) {
    guard let control = domain(.dom0), control.domain.hasPV else { return }
    let shared = control.domain.pv
    let owner = shared.pointee.platform.interruptLock.withLock {
      () -> (domain: DomainID, pirq: UInt32)? in
      let frame = shared.pointee.platform.owners
      guard frame != .invalid else { return nil }
      return InterruptOwners(frame: M.memory[frame]).owner(of: vector)
    }
    guard let owner else { return }
    if owner.domain == .dom0 {
      raiseInterrupt(owner.pirq, for: control.domain)
    } else if let target = domain(owner.domain) {
      raiseInterrupt(owner.pirq, for: target.domain)
    }
  }

  // MARK: Mapping

  /// Gives a domain a PIRQ for an interrupt.
  /// - Parameter wanted: the PIRQ it shall have, nil for any.
  /// - Throws: `EEXIST` if it has another PIRQ for it or the PIRQ stands for another, `ENOSPC`.
  func mapPIRQ(
    _ entry: PIRQEntry, wanted: UInt32?, of domain: Ref<Domain>
  ) throws(XenErrno) -> UInt32 {
    try withInterrupts(of: domain) { tables throws(XenErrno) -> UInt32 in
      let present = tables.pirqs.pirq(for: entry)
      if let wanted {
        guard wanted < PIRQTable.count else { throw .EINVAL }
        if let present { if present != wanted { throw .EEXIST } else { return present } }
        guard tables.pirqs[wanted].source == .none else { throw .EEXIST }
        tables.pirqs[wanted] = entry
        return wanted
      }
      if let present { return present }
      let isLine = entry.source == .line
      // A line's own number, if nobody has it, is what the guest expects.
      let own = UInt32(entry.number)
      let isOwnFree =
        isLine && own < PIRQTable.count && own >= 16 && tables.pirqs[own].source == .none
      guard
        let pirq = isOwnFree ? own : tables.pirqs.free(forLine: isLine, lines: M.gsiCount)
      else { throw .ENOSPC }
      tables.pirqs[pirq] = entry
      return pirq
    }
  }

  /// Takes a PIRQ away from a domain.
  /// - Throws: `EINVAL` if it stands for nothing.
  func unmapPIRQ(_ pirq: UInt32, of domain: Ref<Domain>) throws(XenErrno) {
    guard pirq < PIRQTable.count else { throw .EINVAL }
    try withInterrupts(of: domain) { tables throws(XenErrno) in
      guard tables.pirqs[pirq].source != .none else { throw .EINVAL }
      stop(pirq, tables)
      tables.pirqs[pirq] = PIRQEntry()
    }
  }

  /// A PIRQ that stands for nothing yet.
  func freePIRQ(forLine: Bool, of domain: Ref<Domain>) throws(XenErrno) -> UInt32 {
    try withInterrupts(of: domain) { tables throws(XenErrno) -> UInt32 in
      guard let pirq = tables.pirqs.free(forLine: forLine, lines: M.gsiCount) else {
        throw .ENOSPC
      }
      return pirq
    }
  }

  /// Notes how dom0 says a line is wired.
  /// - Throws: `EINVAL` if there is no such line, `EEXIST` if it is in use.
  func setLineWiring(
    _ gsi: UInt32, isLevel: Bool, isActiveLow: Bool, by domain: Ref<Domain>
  ) throws(XenErrno) {
    guard gsi < M.gsiCount, gsi < InterruptOwners.lineCount else { throw .EINVAL }
    try withInterrupts(of: domain) { tables throws(XenErrno) in
      guard !tables.owners[line: gsi].contains(.isBound) else { throw .EEXIST }
      var wiring = LineWiring.isSet
      if isLevel { wiring.insert(.isLevel) }
      if isActiveLow { wiring.insert(.isActiveLow) }
      tables.owners[line: gsi] = wiring
    }
  }

  // MARK: Binding

  /// Lets the interrupts of a PIRQ through, to the event channel that it has just been bound to.
  /// - Throws: `EINVAL` if it stands for nothing or hardware has no such interrupt, `EBUSY` if
  ///   another domain has bound the line, `ENOSPC` without free vectors.
  public func bindPIRQ(
    _ pirq: UInt32, flags: UInt32, to domain: Ref<Domain>
  ) throws(XenErrno) {
    guard pirq < PIRQTable.count else { throw .EINVAL }
    try withInterrupts(of: domain) { tables throws(XenErrno) in
      var entry = tables.pirqs[pirq]
      guard entry.source != .none else { throw .EINVAL }
      guard !entry.isBound else { throw .EBUSY }
      let gsi = UInt32(entry.number)
      if entry.source == .line, tables.owners[line: gsi].contains(.isBound) { throw .EBUSY }
      guard let vector = M.allocateVector() else { throw .ENOSPC }
      // Messages may come as soon as they are routed.
      tables.owners.setOwner(of: vector, domain.pointee.id, pirq)
      entry.vector = vector
      guard route(entry, tables, on: M.currentCPU) else {
        tables.owners.clearOwner(of: vector)
        M.freeVector(vector)
        throw .EINVAL
      }
      tables.pirqs[pirq] = entry
      setNeedsEOI(pirq, needsEOI(entry, tables), domain)
      if entry.source == .line {
        tables.owners[line: gsi].insert(.isBound)
        M.unmaskGSI(gsi)
      }
    }
  }

  /// Keeps the interrupts of a PIRQ away: its event channel is closed.
  public func releasePIRQ(_ pirq: UInt32, of domain: Ref<Domain>) {
    guard pirq < PIRQTable.count else { return }
    // Without tables there is nothing to release.
    try? withInterrupts(of: domain) { tables in stop(pirq, tables) }
  }

  /// Sends the interrupts of a PIRQ to the CPU that runs `vcpu`, whose event it is now.
  public func movePIRQ(_ pirq: UInt32, to vcpu: Ref<VCPU>) {
    guard pirq < PIRQTable.count else { return }
    let cpu = vcpu.pointee.scheduling.cpu
    try? withInterrupts(of: vcpu.domain) { tables in
      let entry = tables.pirqs[pirq]
      guard entry.isBound else { return }
      if entry.source == .line {
        M.retarget(gsi: UInt32(entry.number), to: cpu)
      } else {
        _ = route(entry, tables, on: cpu)
      }
    }
  }

  /// Writes the messages of a PCI function again, after it has lost them (a reset, a sleep).
  func restoreMessages(bus: UInt8, deviceFunction: UInt8, of domain: Ref<Domain>) {
    try? withInterrupts(of: domain) { tables in
      for pirq in 0..<PIRQTable.count {
        let entry = tables.pirqs[pirq]
        guard entry.isBound, entry.source != .line, entry.bus == bus,
          entry.deviceFunction == deviceFunction
        else { continue }
        _ = route(entry, tables, on: M.currentCPU)
      }
    }
  }

  /// The guest has served a PIRQ's device: its line may interrupt again.
  /// - Throws: `EINVAL` if the PIRQ stands for nothing.
  func endOfInterrupt(_ pirq: UInt32, of domain: Ref<Domain>) throws(XenErrno) {
    guard pirq < PIRQTable.count else { throw .EINVAL }
    if domain.pv.pointee.platform.eoiUnmasks {
      let port = try? withPorts(of: domain) { ports in ports.port(ofPIRQ: pirq) }
      if let port { try? unmask(port, of: domain) }
    }
    try withInterrupts(of: domain) { tables throws(XenErrno) in
      let entry = tables.pirqs[pirq]
      guard entry.source != .none else { throw .EINVAL }
      if entry.isBound, needsEOI(entry, tables) { M.unmaskGSI(UInt32(entry.number)) }
    }
  }

  // Programs hardware so that `entry` raises its vector; a line stays masked.
  private func route(_ entry: PIRQEntry, _ tables: InterruptTables, on cpu: CPUIndex) -> Bool {
    switch entry.source {
    case .none:
      return false
    case .line:
      let wiring = wiring(of: UInt32(entry.number), tables)
      return M.routeGSI(
        UInt32(entry.number), isLevel: wiring.contains(.isLevel),
        isActiveLow: wiring.contains(.isActiveLow), to: entry.vector, on: cpu)
    case .message, .tableMessage:
      return M.routeMessage(
        bus: entry.bus, deviceFunction: entry.deviceFunction, entry: entry.number,
        isMSIX: entry.source == .tableMessage, to: entry.vector, on: cpu)
    }
  }

  private func stop(_ pirq: UInt32, _ tables: InterruptTables) {
    var entry = tables.pirqs[pirq]
    guard entry.isBound else { return }
    switch entry.source {
    case .none:
      break
    case .line:
      M.maskGSI(UInt32(entry.number))
      tables.owners[line: UInt32(entry.number)].remove(.isBound)
    case .message, .tableMessage:
      M.stopMessage(
        bus: entry.bus, deviceFunction: entry.deviceFunction, entry: entry.number,
        isMSIX: entry.source == .tableMessage)
    }
    tables.owners.clearOwner(of: entry.vector)
    M.freeVector(entry.vector)
    entry.vector = 0
    tables.pirqs[pirq] = entry
  }

  private func wiring(of gsi: UInt32, _ tables: InterruptTables) -> LineWiring {
    let said = tables.owners[line: gsi]
    if said.contains(.isSet) { return said }
    let line = M.firmwareWiring(ofGSI: gsi)
    var wiring = said
    if line.isLevel { wiring.insert(.isLevel) }
    if line.isActiveLow { wiring.insert(.isActiveLow) }
    return wiring
  }

  // Messages and edges are over when they have been delivered.
  private func needsEOI(_ entry: PIRQEntry, _ tables: InterruptTables) -> Bool {
    entry.source == .line && wiring(of: UInt32(entry.number), tables).contains(.isLevel)
  }

  // MARK: The page of end-of-interrupt bits

  private func setNeedsEOI(_ pirq: UInt32, _ needs: Bool, _ domain: Ref<Domain>) {
    let frame = domain.pv.pointee.platform.eoiMap
    guard frame != .invalid else { return }
    let word = M.memory[frame].sharedWord(Int(pirq >> 6))
    let bit: UInt64 = 1 << UInt64(pirq & 63)
    word.value = needs ? word.value | bit : word.value & ~bit
  }

  /// Takes a page of the guest's, in which a bit says whether a PIRQ needs an end-of-interrupt call.
  /// - Throws: `EBUSY` if there is one already, else as `holdWritableFrame`.
  func registerEOIMap(
    _ gfn: GFN, unmasks: Bool, of domain: Ref<Domain>
  ) throws(XenErrno) {
    let platform = domain.pv
    let frame = try M.holdWritableFrame(gfn, of: domain, in: self)
    do throws(XenErrno) {
      try withInterrupts(of: domain) { tables throws(XenErrno) in
        guard platform.pointee.platform.eoiMap == .invalid else { throw .EBUSY }
        platform.pointee.platform.eoiMap = frame
        platform.pointee.platform.eoiUnmasks = unmasks
        for pirq in 0..<PIRQTable.count {
          let entry = tables.pirqs[pirq]
          if entry.isBound { setNeedsEOI(pirq, needsEOI(entry, tables), domain) }
        }
      }
    } catch {
      M.releaseWritableFrame(frame, in: self)
      throw error
    }
  }

  /// Gives back what a dying domain's platform holds of its own memory.
  func relinquishPlatform(_ domain: Ref<Domain>) {
    let platform = domain.pv
    let frame = platform.pointee.platform.eoiMap
    guard frame != .invalid else { return }
    platform.pointee.platform.eoiMap = .invalid
    M.releaseWritableFrame(frame, in: self)
  }

  /// Gives back the platform's own frames.
  func releasePlatform(_ domain: Ref<Domain>) {
    let platform = domain.pv
    relinquishPlatform(domain)
    let pirqs = platform.pointee.platform.pirqs
    let owners = platform.pointee.platform.owners
    if pirqs != .invalid { freeOwnFrames(pirqs) }
    if owners != .invalid { freeOwnFrames(owners) }
    platform.pointee.platform.pirqs = .invalid
    platform.pointee.platform.owners = .invalid
  }
}
