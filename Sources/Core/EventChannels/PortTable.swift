import Machine
import XenABI

/// The ports of one domain: a handle onto state in frames of the domain. See `EventChannels` for
/// the locks; see the extensions for the operations.
public struct PortTable: Sendable {
  // Control words, the frames of the entries, the ports of global VIRQs and of PIRQs: `Slot`.
  private let header: FrameBytes
  // The ports of per-vCPU VIRQs, four to a vCPU.
  private let vcpus: FrameBytes
  private let memory: PhysicalMemory
  /// The page that the domain shares with the hypervisor.
  public let sharedInfo: SharedInfoView

  /// The frames a new table needs; it asks for more as ports are allocated.
  public static var initialFrames: Int { 3 }

  // Ports whose entries fit into one frame.
  static var portsPerFrame: Int { 512 }

  // Word indices in the header.
  private enum Slot {
    static var storedPorts: Int { 0 }
    static var highestPort: Int { 1 }
    static var firstFree: Int { 2 }
    static var nextReset: Int { 3 }
    static var dying: Int { 4 }
    static var vcpuCount: Int { 5 }
    static var activePorts: Int { 6 }
    static var headerFrame: Int { 7 }
    static var vcpuFrame: Int { 8 }
    static var entryFrames: Int { 16 }
    static var globalVIRQs: Int { 32 }
    static var pirqs: Int { 256 }
  }

  /// Makes a table without bindings in frames that nobody else uses.
  /// - Parameters:
  ///   - frames: three frames of the hypervisor's memory, charged to the domain.
  ///   - highestPort: the largest port the domain may have (`max_evtchn_port`).
  /// - Returns: nil if a frame is not memory.
  public init?(
    in frames: InlineArray<3, MFN>, of memory: PhysicalMemory, sharedInfo: SharedInfoView,
    highestPort: UInt32
  ) {
    guard let header = memory.frame(frames[0]), let vcpus = memory.frame(frames[1]),
      let entries = memory.frame(frames[2])
    else { return nil }
    self.header = header
    self.vcpus = vcpus
    self.memory = memory
    self.sharedInfo = sharedInfo
    header.clear()
    vcpus.clear()
    entries.clear()
    header[word: Slot.headerFrame] = frames[0].rawValue
    header[word: Slot.vcpuFrame] = frames[1].rawValue
    header[word: Slot.entryFrames] = frames[2].rawValue
    header[word: Slot.storedPorts] = UInt64(Self.portsPerFrame)
    header[word: Slot.firstFree] = 1
    header[word: Slot.highestPort] = UInt64(highestPort)
    entries[word: 0] = PortEntry(.reserved).rawValue
  }

  /// Lists the frames that the table is made of, to be given back once it is no longer used.
  public func forEachFrame(_ body: (MFN) -> Void) {
    let entryFrames = storedPorts / Self.portsPerFrame
    let vcpuFrame = MFN(header[word: Slot.vcpuFrame])
    for i in 0..<entryFrames { body(MFN(header[word: Slot.entryFrames + i])) }
    body(vcpuFrame)
    body(MFN(header[word: Slot.headerFrame]))
  }

  /// The number of vCPUs of the domain, at most `EventChannels.vcpuLimit`: those that ports may
  /// notify.
  public var vcpuCount: Int {
    get { Int(truncatingIfNeeded: header[word: Slot.vcpuCount]) }
    nonmutating set {
      header[word: Slot.vcpuCount] = UInt64(max(0, min(newValue, EventChannels.vcpuLimit)))
    }
  }

  /// The largest port the domain may have.
  /// - Source: `max_evtchn_port` in `xen_domctl_createdomain`.
  public var highestPort: UInt32 {
    get { UInt32(truncatingIfNeeded: header[word: Slot.highestPort]) }
    nonmutating set { header[word: Slot.highestPort] = UInt64(newValue) }
  }

  /// The number of ports in use, without port 0.
  public var activePorts: Int { Int(truncatingIfNeeded: header[word: Slot.activePorts]) }

  /// One more than the highest port the table has an entry for.
  public var storedPorts: Int { Int(truncatingIfNeeded: header[word: Slot.storedPorts]) }

  /// Whether the domain goes away: no port is allocated any more. Never cleared.
  public var isDying: Bool { header[word: Slot.dying] != 0 }

  /// Refuses all further allocations.
  public func markDying() { header[word: Slot.dying] = 1 }

  // Where an interrupted reset goes on; 0 when none is under way.
  var nextReset: UInt32 {
    get { UInt32(truncatingIfNeeded: header[word: Slot.nextReset]) }
    nonmutating set { header[word: Slot.nextReset] = UInt64(newValue) }
  }

  /// Whether the domain has this vCPU.
  func isVCPU(_ vcpu: VCPUID) -> Bool { vcpu.index < vcpuCount }
}

// Entries.
extension PortTable {
  private func entryFrame(of port: Port) -> FrameBytes? {
    guard port.index < storedPorts else { return nil }
    return memory.frame(
      MFN(header[word: Slot.entryFrames + port.index / Self.portsPerFrame]))
  }

  // The entry of a port, or nil where the table has none.
  func entry(_ port: Port) -> PortEntry? {
    guard let frame = entryFrame(of: port) else { return nil }
    return PortEntry(rawValue: frame[word: port.index % Self.portsPerFrame])
  }

  // The entry of a port that a guest named.
  func existingEntry(_ port: Port) throws(XenErrno) -> PortEntry {
    guard let entry = entry(port) else { throw .EINVAL }
    return entry
  }

  func setEntry(_ port: Port, _ entry: PortEntry) {
    guard let frame = entryFrame(of: port) else { return }
    frame[word: port.index % Self.portsPerFrame] = entry.rawValue
  }

  // The lowest free port; stays free until `occupy`.
  func freePort(_ supply: () -> MFN?) throws(XenErrno) -> Port {
    guard !isDying else { throw .EINVAL }
    let limit = min(EventChannels.portLimit, Int(highestPort) + 1)
    // No free port lies below the hint.
    var number = Int(truncatingIfNeeded: header[word: Slot.firstFree])
    while number < limit {
      let port = Port(UInt32(truncatingIfNeeded: number))
      if number >= storedPorts { try grow(supply) }
      if entry(port)?.state == .free {
        header[word: Slot.firstFree] = UInt64(number)
        return port
      }
      number += 1
    }
    throw .ENOSPC
  }

  private func grow(_ supply: () -> MFN?) throws(XenErrno) {
    let index = storedPorts / Self.portsPerFrame
    guard index < EventChannels.portLimit / Self.portsPerFrame, let mfn = supply(),
      let frame = memory.frame(mfn)
    else { throw .ENOMEM }
    frame.clear()
    header[word: Slot.entryFrames + index] = mfn.rawValue
    header[word: Slot.storedPorts] = UInt64(storedPorts + Self.portsPerFrame)
  }

  // Puts a free port to use.
  func occupy(_ port: Port, _ entry: PortEntry) {
    setEntry(port, entry)
    header[word: Slot.activePorts] &+= 1
    header[word: Slot.firstFree] = UInt64(port.rawValue) + 1
  }

  // Gives a port back; what was pending is forgotten, so that the next user starts clean.
  func vacate(_ port: Port) {
    sharedInfo.clearPending(port)
    setEntry(port, PortEntry(.free))
    header[word: Slot.activePorts] &-= 1
    header[word: Slot.firstFree] = min(header[word: Slot.firstFree], UInt64(port.rawValue))
  }
}

// Which port an interrupt line is bound to.
extension PortTable {
  // The port of a virtual interrupt line, `Port(0)` if it has none.
  func boundPort(virq: UInt32, _ scope: VIRQScope, _ vcpu: VCPUID) -> Port {
    switch scope {
    case .global:
      return Port(
        UInt32(truncatingIfNeeded: header[word: Slot.globalVIRQs + Int(virq % VIRQ.count)]))
    case .perVCPU(let slot):
      return Port(vcpus.load(UInt32.self, at: Self.vcpuOffset(vcpu, slot)) ?? 0)
    }
  }

  func setBoundPort(virq: UInt32, _ scope: VIRQScope, _ vcpu: VCPUID, _ port: Port) {
    switch scope {
    case .global:
      header[word: Slot.globalVIRQs + Int(virq % VIRQ.count)] = UInt64(port.rawValue)
    case .perVCPU(let slot):
      vcpus.store(port.rawValue, at: Self.vcpuOffset(vcpu, slot))
    }
  }

  private static func vcpuOffset(_ vcpu: VCPUID, _ slot: Int) -> Int {
    vcpu.index * 16 + slot * 4
  }

  // The port of a physical interrupt, `Port(0)` if it has none.
  func boundPort(pirq: UInt32) -> Port {
    guard pirq < UInt32(EventChannels.pirqLimit) else { return Port(0) }
    return Port(header.load(UInt32.self, at: Slot.pirqs * 8 + Int(pirq) * 4) ?? 0)
  }

  func setBoundPort(pirq: UInt32, _ port: Port) {
    guard pirq < UInt32(EventChannels.pirqLimit) else { return }
    header.store(port.rawValue, at: Slot.pirqs * 8 + Int(pirq) * 4)
  }
}
