import CX86
import Machine
import Primitives
import Sync
import X86Format
import X86PV
import XenABI

// Interrupts as domains know them: PIRQs. Those below `gsiCount` are the lines of the I/O APICs;
// those above stand for messages of PCI functions. A vector's entry says whose it is.
extension X86 {
  /// One more than the highest PIRQ there can be.
  public static var interruptLimit: UInt32 { 256 }

  /// Says how a global system interrupt is wired, for when it is bound; a line in use stays as it is.
  public static func setUpGSI(_ gsi: UInt32, isLevel: Bool, isActiveLow: Bool) {
    guard gsi < 256, vector(of: gsi) == nil else { return }
    let state = Self.state
    state.pointee.routing.lock.withLock {
      state.pointee.routing.settings[Int(gsi)] = LineSetting(
        isSet: true, isLevel: isLevel, isActiveLow: isActiveLow)
    }
  }

  private static func line(_ gsi: UInt32) -> InterruptLine {
    let platform = state
    if gsi < 256 {
      let setting = platform.pointee.routing.settings[Int(gsi)]
      if setting.isSet {
        return InterruptLine(gsi: gsi, isLevel: setting.isLevel, isActiveLow: setting.isActiveLow)
      }
    }
    for i in 0..<platform.pointee.platform.overrideCount {
      let it = platform.pointee.platform.overrides[i]
      if it.gsi == gsi {
        return InterruptLine(gsi: gsi, isLevel: it.isLevel, isActiveLow: it.isActiveLow)
      }
    }
    // ISA's lines are edges, active high; PCI's are levels, active low.
    return InterruptLine(gsi: gsi, isLevel: gsi >= 16, isActiveLow: gsi >= 16)
  }

  private static func vector(of gsi: UInt32) -> UInt8? {
    for vector in Int(Vector.firstDevice)...255
    where state.pointee.routing.vectors[vector].gsi == gsi {
      return UInt8(vector)
    }
    return nil
  }

  private static func vector(of pirq: UInt32, _ domain: DomainID) -> UInt8? {
    for vector in Int(Vector.firstDevice)...Int(Vector.lastDevice) {
      let use = state.pointee.routing.vectors[vector]
      if use.isTaken, use.domain == domain, use.pirq == pirq { return UInt8(vector) }
    }
    return nil
  }

  /// Lets PIRQ `pirq` come to a domain.
  ///
  /// - Throws: `EINVAL` if there is no such interrupt, `EBUSY` if somebody has it, `ENOSPC` without
  ///   vectors.
  public static func bindInterrupt(
    _ pirq: UInt32, to domain: DomainID, on cpu: CPUIndex
  ) throws(XenErrno) {
    guard pirq < gsiCount else {
      // A message was given its vector when it was mapped.
      guard vector(of: pirq, domain) != nil else { throw .EINVAL }
      return
    }
    guard vector(of: pirq) == nil else { throw .EBUSY }
    guard let vector = allocateVector() else { throw .ENOSPC }
    let state = Self.state
    state.pointee.routing.lock.withLock {
      state.pointee.routing.vectors[Int(vector)].domain = domain
      state.pointee.routing.vectors[Int(vector)].pirq = pirq
    }
    guard route(line(pirq), to: vector, on: cpu) else {
      freeVector(vector)
      throw .EINVAL
    }
    unmaskGSI(pirq)
  }

  /// Ends `bindInterrupt`; a message stays mapped.
  public static func releaseInterrupt(_ pirq: UInt32, of domain: DomainID) {
    guard pirq < gsiCount, let vector = vector(of: pirq, domain) else { return }
    maskGSI(pirq)
    freeVector(vector)
  }

  /// Whether a PIRQ stays silent from each interrupt until `endInterrupt`.
  public static func needsEnd(_ pirq: UInt32, of domain: DomainID) -> Bool {
    pirq < gsiCount && line(pirq).isLevel
  }

  /// Lets a PIRQ interrupt again.
  public static func endInterrupt(_ pirq: UInt32, of domain: DomainID) {
    guard pirq < gsiCount, let vector = vector(of: pirq, domain),
      state.pointee.routing.vectors[Int(vector)].isLevel
    else { return }
    unmaskGSI(pirq)
  }

  /// A PIRQ above the lines that the domain does not use; nil if there is none.
  public static func freeInterrupt(of domain: DomainID) -> UInt32? {
    var pirq = gsiCount
    while pirq < interruptLimit {
      if vector(of: pirq, domain) == nil { return pirq }
      pirq &+= 1
    }
    return nil
  }

  /// Makes a PCI function's message a PIRQ of a domain's: the one given, or a free one.
  public static func mapMessage(
    bus: UInt8, deviceFunction: UInt8, entry: UInt16, isMSIX: Bool, to pirq: UInt32?,
    of domain: DomainID
  ) throws(XenErrno) -> UInt32 {
    let function = PCIAddress(bus: bus, deviceFunction: deviceFunction)
    if let pirq {
      guard pirq >= gsiCount, pirq < interruptLimit else { throw .EINVAL }
      guard vector(of: pirq, domain) == nil else { throw .EEXIST }
    }
    guard let pirq = pirq ?? freeInterrupt(of: domain), let vector = allocateVector() else {
      throw .ENOSPC
    }
    let state = Self.state
    state.pointee.routing.lock.withLock {
      state.pointee.routing.vectors[Int(vector)] = VectorUse(
        isTaken: true, domain: domain, pirq: pirq, function: function, entry: entry, isMSIX: isMSIX)
    }
    guard routeMessage(function, entry: entry, isMSIX: isMSIX, to: vector, on: CPUIndex(0)) else {
      freeVector(vector)
      throw .ENODEV
    }
    return pirq
  }

  /// Ends `mapMessage`.
  public static func unmapMessage(_ pirq: UInt32, of domain: DomainID) throws(XenErrno) {
    guard let vector = vector(of: pirq, domain) else { throw .ENOENT }
    let use = state.pointee.routing.vectors[Int(vector)]
    guard let function = use.function else { throw .ENOENT }
    stopMessage(function, entry: use.entry, isMSIX: use.isMSIX)
    freeVector(vector)
  }

  /// Writes a PCI function's messages again, after it was reset.
  public static func restoreMessages(bus: UInt8, deviceFunction: UInt8) {
    let function = PCIAddress(bus: bus, deviceFunction: deviceFunction)
    for vector in Vector.firstDevice...Vector.lastDevice {
      let use = state.pointee.routing.vectors[Int(vector)]
      guard use.isTaken, use.function == function else { continue }
      _ = routeMessage(function, entry: use.entry, isMSIX: use.isMSIX, to: vector, on: CPUIndex(0))
    }
  }

  /// A register of the I/O APIC at a physical address; nil if there is none.
  public static func readIOAPIC(at base: UInt64, register: UInt32) -> UInt32? {
    let state = Self.state
    for i in 0..<state.pointee.platform.ioAPICCount {
      let place = state.pointee.platform.ioAPICs[i]
      guard place.frame == MachineAddress(base).frame, register < 0x10 &+ place.pins &* 2 else {
        continue
      }
      return state.pointee.routing.lock.withLock {
        readRegister(place, UInt8(truncatingIfNeeded: register))
      }
    }
    return nil
  }
}
