import CX86
import Formats
import Machine
import Primitives
import Sync
import Text
import X86Format

/// What a device vector stands for.
struct VectorUse: BitwiseCopyable, Sendable {
  /// Whether it was handed out.
  var isTaken = false
  /// The global system interrupt that raises it; nil for a message.
  var gsi: UInt32?
  /// Whether that line is level-triggered: it stays masked from each interrupt until `unmaskGSI`.
  var isLevel = false
}

/// Device interrupts: vectors, and the I/O APICs' pins that raise them.
struct InterruptRouting: ~Copyable {
  /// Guards the tables and the index-and-data registers of the I/O APICs. Innermost but for the
  /// console's.
  let lock = TicketLock()
  /// Uses of vectors.
  var vectors = InlineArray<256, VectorUse>(repeating: VectorUse())
}

/// How an interrupt line is wired.
public struct InterruptLine: Equatable, BitwiseCopyable, Sendable {
  /// The global system interrupt.
  public var gsi: UInt32
  /// Whether it is level-triggered.
  public var isLevel: Bool
  /// Whether its active level is low.
  public var isActiveLow: Bool

  /// A line wired so.
  public init(gsi: UInt32, isLevel: Bool, isActiveLow: Bool) {
    self.gsi = gsi
    self.isLevel = isLevel
    self.isActiveLow = isActiveLow
  }
}

/// What the composition root does with a device's interrupt; a level-triggered line is masked until
/// `X86.unmaskGSI`.
@_extern(c, "martlet_device_interrupt")
func deviceInterrupt(_ vector: UInt8)

extension X86 {
  // MARK: Vectors

  /// Takes a vector for a device; nil if all are in use.
  public static func allocateVector() -> UInt8? {
    let state = Self.state
    return state.pointee.routing.lock.withLock { () -> UInt8? in
      var vector = Vector.lastDevice
      while vector >= Vector.firstDevice {
        if vector != 0x80, !state.pointee.routing.vectors[Int(vector)].isTaken {
          state.pointee.routing.vectors[Int(vector)] = VectorUse(isTaken: true)
          state.pointee.usedVectorWords |= 1 << (vector >> 5)
          return vector
        }
        vector &-= 1
      }
      return nil
    }
  }

  /// Gives a vector back; nothing raises it any more.
  public static func freeVector(_ vector: UInt8) {
    let state = Self.state
    state.pointee.routing.lock.withLock {
      state.pointee.routing.vectors[Int(vector)] = VectorUse()
    }
  }

  /// Serves a device's interrupt.
  static func deviceInterrupt(onVector vector: UInt8) {
    let use = state.pointee.routing.vectors[Int(vector)]
    if use.isLevel, let gsi = use.gsi { setMask(gsi, .masked) }
    LocalAPICDriver.endOfInterrupt()
    if use.isTaken {
      martlet_device(vector)
    } else {
      log(.warning, "CPU \(currentCPUNumber): unexpected interrupt \(hex: vector)")
    }
  }

  private static func martlet_device(_ vector: UInt8) { X86Machine.deviceInterrupt(vector) }

  // MARK: Lines

  /// The number of global system interrupts: one more than the highest pin's.
  public static var gsiCount: UInt32 {
    var count: UInt32 = 0
    let platform = state
    for i in 0..<platform.pointee.platform.ioAPICCount {
      let place = platform.pointee.platform.ioAPICs[i]
      count = max(count, place.gsiBase &+ place.pins)
    }
    return count
  }

  /// How ISA interrupt `irq` is wired.
  public static func isaLine(_ irq: UInt8) -> InterruptLine {
    let platform = state
    for i in 0..<platform.pointee.platform.overrideCount {
      let it = platform.pointee.platform.overrides[i]
      if it.irq == irq {
        return InterruptLine(gsi: it.gsi, isLevel: it.isLevel, isActiveLow: it.isActiveLow)
      }
    }
    return InterruptLine(gsi: UInt32(irq), isLevel: false, isActiveLow: false)
  }

  /// Makes `line` raise `vector` on `cpu`, masked until `unmaskGSI`.
  ///
  /// - Returns: false if no I/O APIC has such a pin.
  public static func route(_ line: InterruptLine, to vector: UInt8, on cpu: CPUIndex) -> Bool {
    let state = Self.state
    guard let (place, pin) = pin(of: line.gsi), let apicID = apicID(of: cpu) else { return false }
    var entry = RedirectionEntry(
      .fixed, vector: vector, destination: UInt8(truncatingIfNeeded: apicID),
      trigger: line.isLevel ? .level : .edge,
      polarity: line.isActiveLow ? .activeLow : .activeHigh)
    entry.isMasked = true
    state.pointee.routing.lock.withLock {
      state.pointee.routing.vectors[Int(vector)] = VectorUse(
        isTaken: true, gsi: line.gsi, isLevel: line.isLevel)
      write(entry, place, pin)
    }
    return true
  }

  /// Makes the pin raise its vector on another CPU.
  public static func retarget(gsi: UInt32, to cpu: CPUIndex) {
    guard let (place, pin) = pin(of: gsi), let apicID = apicID(of: cpu) else { return }
    let high = UInt32(UInt8(truncatingIfNeeded: apicID)) << 24
    state.pointee.routing.lock.withLock {
      writeRegister(place, IOAPICRegister.redirectionHigh(pin), high)
    }
  }

  /// Lets a line interrupt, or after a level-triggered interrupt was served, interrupt again.
  public static func unmaskGSI(_ gsi: UInt32) { setMask(gsi, .unmasked) }

  /// Keeps a line from interrupting.
  public static func maskGSI(_ gsi: UInt32) { setMask(gsi, .masked) }

  private enum Mask {
    case masked, unmasked
  }

  private static func setMask(_ gsi: UInt32, _ mask: Mask) {
    guard let (place, pin) = pin(of: gsi) else { return }
    state.pointee.routing.lock.withLock {
      let register = IOAPICRegister.redirectionLow(pin)
      let old = readRegister(place, register)
      let bit = RedirectionEntry.masked.low
      writeRegister(place, register, mask == .masked ? old | bit : old & ~bit)
    }
  }

  private static func pin(of gsi: UInt32) -> (IOAPICPlace, UInt8)? {
    let platform = state
    for i in 0..<platform.pointee.platform.ioAPICCount {
      let place = platform.pointee.platform.ioAPICs[i]
      if gsi >= place.gsiBase, gsi &- place.gsiBase < place.pins {
        return (place, UInt8(truncatingIfNeeded: gsi &- place.gsiBase))
      }
    }
    return nil
  }

  /// Calls `visit` with the first and last of every run of I/O ports that is the hypervisor's own on
  /// this machine, beside those that are on every PC: ACPI timer and serial console.
  public static func forEachOwnPortRange(_ visit: (UInt16, UInt16) -> Void) {
    if let timer = state.pointee.platform.fixed?.pmTimer?.port, timer <= .max - 3 {
      visit(timer, timer + 3)
    }
    forEachSerialPortRange(visit)
  }

  /// Whether guests may look at a set of registers but not write it: the HPET, which the firmware's
  /// own code (ACPI) reads through dom0.
  public static func isReadOnlyDevice(_ mfn: MFN) -> Bool {
    let hpet = state.pointee.platform.hpetFrame
    return hpet != MFN(0) && mfn == hpet
  }

  /// Calls `visit` with the frame of every set of registers that no guest may even look at.
  public static func forEachOwnDevice(_ visit: (MFN) -> Void) {
    let platform = state
    for i in 0..<platform.pointee.platform.ioAPICCount {
      visit(platform.pointee.platform.ioAPICs[i].frame)
    }
    visit(MachineAddress(platform.pointee.platform.localAPICAddress).frame)
  }

  // MARK: Registers

  /// Masks every pin and counts them.
  static func prepareIOAPICs() {
    let state = Self.state
    for i in 0..<state.pointee.platform.ioAPICCount {
      let place = state.pointee.platform.ioAPICs[i]
      let version = readRegister(place, IOAPICRegister.version)
      let pins = min(IOAPICRegister.pinCount(version: version), 240)
      state.pointee.platform.ioAPICs[i].pins = UInt32(pins)
      for pin in 0..<pins {
        write(.masked, place, UInt8(pin))
      }
      log(
        .info,
        "IOAPIC[\(i)]: apic_id \(place.id), GSI \(place.gsiBase)-\(Int(place.gsiBase) + pins - 1)")
    }
  }

  private static func write(_ entry: RedirectionEntry, _ place: IOAPICPlace, _ pin: UInt8) {
    // Masked while it is half written.
    writeRegister(place, IOAPICRegister.redirectionLow(pin), RedirectionEntry.masked.low)
    writeRegister(place, IOAPICRegister.redirectionHigh(pin), entry.high)
    writeRegister(place, IOAPICRegister.redirectionLow(pin), entry.low)
  }

  /// A register of the I/O APIC whose registers are in `frame`; nil if none are there.
  static func readRegisterOfIOAPIC(at frame: MFN, _ register: UInt8) -> UInt32? {
    let state = Self.state
    for i in 0..<state.pointee.platform.ioAPICCount
    where state.pointee.platform.ioAPICs[i].frame == frame {
      let place = state.pointee.platform.ioAPICs[i]
      return state.pointee.routing.lock.withLock { readRegister(place, register) }
    }
    return nil
  }

  private static func readRegister(_ place: IOAPICPlace, _ register: UInt8) -> UInt32 {
    x86_mmio_write32(place.registers &+ IOAPICRegister.select, UInt32(register))
    return x86_mmio_read32(place.registers &+ IOAPICRegister.window)
  }

  private static func writeRegister(_ place: IOAPICPlace, _ register: UInt8, _ value: UInt32) {
    x86_mmio_write32(place.registers &+ IOAPICRegister.select, UInt32(register))
    x86_mmio_write32(place.registers &+ IOAPICRegister.window, value)
  }
}
