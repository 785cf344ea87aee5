import CX86
import Formats
import Machine
import Primitives
import Synchronization
import Text
import X86Format

/// The composition root's start on every CPU but the first; never returns.
@_extern(c, "martlet_ap_main")
func compositionSecondaryMain()

/// A CPU arrives from the trampoline, on its own stack and the boot page tables.
@c(martlet_ap_start)
public func secondaryStart() {
  X86.writeCR3(X86.idleRoot.address.rawValue)
  X86.loadCPU()
  LocalAPICDriver.enable()
  X86.enableTimer()
  X86.here.pointee.isOnline.store(true, ordering: .releasing)
  compositionSecondaryMain()
  panic("the composition root returned")
}

/// Tells the composition root that this CPU is about to forget every translation.
@_extern(c, "martlet_will_flush")
func willFlush()

extension X86 {
  /// The CPU that runs this code.
  public static var currentCPU: CPUIndex { CPUIndex(currentCPUNumber) }

  /// Whether `cpu` exists and runs.
  public static func isOnline(_ cpu: CPUIndex) -> Bool {
    area(of: cpu)?.pointee.isOnline.load(ordering: .acquiring) ?? false
  }

  /// All CPUs that run.
  public static var onlineCPUs: CPUSet {
    var set = CPUSet()
    for i in 0..<cpuCount where isOnline(CPUIndex(i)) { set.insert(i) }
    return set
  }

  /// The local APIC id of `cpu`.
  public static func apicID(of cpu: CPUIndex) -> UInt32? { area(of: cpu)?.pointee.apicID }

  /// Starts up to `limit` CPUs, this one included.
  static func startProcessors(limit: Int) {
    let state = Self.state
    guard let page = trampolinePage() else { return log(.warning, "no low memory to start CPUs") }
    let code = directMapFrame(MFN(UInt64(page)))
    let size = x86_trampoline_end() &- x86_trampoline_start()
    for offset in 0..<Int(truncatingIfNeeded: size) {
      // Safety: the trampoline's own bytes in the image.
      let byte = unsafe pointer(x86_trampoline_start() &+ UInt64(offset), as: UInt8.self).pointee
      code.store(byte, at: offset)
    }
    let me = LocalAPICDriver.id
    for i in 0..<state.pointee.platform.processorCount where state.pointee.cpuCount < limit {
      let apicID = state.pointee.platform.processors[i]
      if apicID != me { startProcessor(apicID, page, code) }
    }
    log(.info, "Brought up \(state.pointee.cpuCount) CPUs")
  }

  private static func startProcessor(_ apicID: UInt32, _ page: UInt8, _ code: FrameBytes) {
    let state = Self.state
    let cpu = CPUIndex(state.pointee.cpuCount)
    makeCPU(cpu, apicID: apicID)
    guard let area = area(of: cpu) else { return }
    let arguments = Int(x86_trampoline_arguments() &- x86_trampoline_start())
    code.store(x86_boot_l4() &- AddressLayout.imageOffset, at: arguments)
    code.store((EFER(rawValue: rdmsr(.efer)) - .lma).rawValue, at: arguments &+ 8)
    code.store(stackTop(of: cpu) &- FramePlace.block &- FramePlace.bytes, at: arguments &+ 16)
    code.store(x86_secondary_entry(), at: arguments &+ 24)
    x86_mfence()
    LocalAPICDriver.send(.initialise, to: apicID)
    delay(microseconds: 10_000)
    for _ in 0..<2 where !isOnline(cpu) {
      LocalAPICDriver.send(.startUp(page: page), to: apicID)
      let end = now.advanced(byNanoseconds: 100_000_000)
      while !area.pointee.isOnline.load(ordering: .acquiring), now < end { x86_pause() }
    }
    if isOnline(cpu) {
      state.pointee.cpuCount &+= 1
    } else {
      log(.warning, "CPU with APIC id \(apicID) does not start")
      state.pointee.cpuAreas[cpu.index] = 0
    }
  }

  /// The number of a page below 640 KiB that is RAM and holds nothing of the loader's.
  private static func trampolinePage() -> UInt8? {
    var page: UInt64 = 0x9f
    while page > 0 {
      page &-= 1
      let range = PhysicalRange(start: page << 12, length: 4096)
      guard boot.pointee.firmwareMap.isAll(range, .ram) else { continue }
      var isUsed = false
      boot.pointee.information.forEachUsedRange { if $0.overlaps(range) { isUsed = true } }
      if !isUsed { return UInt8(truncatingIfNeeded: page) }
    }
    return nil
  }

  // MARK: Asking other CPUs

  /// Makes another CPU leave its guest, or its sleep, and look at its pending work.
  public static func kick(_ cpu: CPUIndex) {
    guard let area = area(of: cpu), isOnline(cpu) else { return }
    LocalAPICDriver.send(InterruptCommand(.fixed, vector: Vector.kick), to: area.pointee.apicID)
  }

  /// Discards every cached translation on `cpus` (this one included if it is a member) and returns
  /// when all have done so. Locks may be held: spinning CPUs answer.
  public static func flushTLB(on cpus: CPUSet) {
    let me = currentCPUNumber
    var others = cpus
    others.remove(me)
    guard let first = others.next() else {
      if cpus.contains(me) { flushLocalTLB() }
      return
    }
    var next: Int? = first
    while let cpu = next {
      next = others.next(from: cpu &+ 1)
      guard let area = area(of: CPUIndex(cpu)), isOnline(CPUIndex(cpu)) else {
        others.remove(cpu)
        continue
      }
      // The page-table change before this must be seen by a CPU that sees the request.
      area.pointee.shootdownsWanted.wrappingAdd(1, ordering: .sequentiallyConsistent)
      LocalAPICDriver.send(
        InterruptCommand(.fixed, vector: Vector.shootdown), to: area.pointee.apicID)
    }
    if cpus.contains(me) { flushLocalTLB() }
    next = first
    while let cpu = next {
      next = others.next(from: cpu &+ 1)
      guard others.contains(cpu), let area = area(of: CPUIndex(cpu)) else { continue }
      // Requests of others that came after ours are waited for too: served at the same time.
      let wanted = area.pointee.shootdownsWanted.load(ordering: .relaxed)
      // Pairs with the releasing store in `serveShootdowns`.
      while Int32(bitPattern: area.pointee.shootdownsServed.load(ordering: .acquiring) &- wanted)
        < 0
      {
        spinTurn()
      }
    }
  }

  /// Discards this CPU's cached translations.
  public static func flushLocalTLB() {
    willFlush()
    writeCR3(readCR3())
  }

  /// Does what other CPUs asked of this one.
  static func serveShootdowns() {
    let area = here
    let wanted = area.pointee.shootdownsWanted.load(ordering: .sequentiallyConsistent)
    guard wanted != area.pointee.shootdownsServed.load(ordering: .relaxed) else { return }
    flushLocalTLB()
    area.pointee.shootdownsServed.store(wanted, ordering: .releasing)
  }

  /// Stops the other CPUs for ever.
  static func stopOtherCPUs() {
    let me = currentCPUNumber
    for i in 0..<256 where i != me {
      guard let area = area(of: CPUIndex(i)) else { continue }
      LocalAPICDriver.send(InterruptCommand(.nmi), to: area.pointee.apicID)
    }
  }
}

/// One turn of a spin loop (`Sync` calls it): other CPUs' requests are served, so that whoever holds
/// the lock may wait for us meanwhile.
@c(martlet_spin_turn)
public func spinTurn() {
  if X86.thisCPUBlock.pointee.area != 0 { X86.serveShootdowns() }
  x86_pause()
}
