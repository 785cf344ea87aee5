import Domains
import Machine
import Primitives
import Sync
import XenABI

/// Where the interrupts behind a PIRQ come from.
enum InterruptSource: UInt8 {
  /// Nowhere: the PIRQ is free.
  case none = 0
  /// A global system interrupt: a pin of an I/O APIC.
  case line = 1
  /// A PCI function's only MSI message.
  case message = 2
  /// An entry of a PCI function's MSI-X table.
  case tableMessage = 3
}

/// What a domain's PIRQ stands for.
struct PIRQEntry: BitwiseCopyable {
  // An `InterruptSource`.
  private var sourceBits: UInt8 = 0
  /// The vector that raises it while it is bound to an event channel, else 0.
  var vector: UInt8 = 0
  /// The PCI function of a message, on segment 0.
  var bus: UInt8 = 0
  var deviceFunction: UInt8 = 0
  /// The global system interrupt, or the entry in the MSI-X table.
  var number: UInt16 = 0
  private var reserved: UInt16 = 0

  /// A free PIRQ.
  init() {}

  /// A PIRQ for a global system interrupt.
  init(line gsi: UInt32) {
    sourceBits = InterruptSource.line.rawValue
    number = UInt16(truncatingIfNeeded: gsi)
  }

  /// A PIRQ for a message; `entry` is nil for MSI.
  init(bus: UInt8, deviceFunction: UInt8, entry: UInt16?) {
    sourceBits =
      entry == nil ? InterruptSource.message.rawValue : InterruptSource.tableMessage.rawValue
    self.bus = bus
    self.deviceFunction = deviceFunction
    number = entry ?? 0
  }

  var source: InterruptSource { InterruptSource(rawValue: sourceBits) ?? .none }
  var isBound: Bool { vector != 0 }

  /// Whether both stand for the same interrupt.
  func hasSameSource(as other: PIRQEntry) -> Bool {
    source == other.source && bus == other.bus && deviceFunction == other.deviceFunction
      && number == other.number
  }
}

/// A domain's PIRQs: one frame of entries. Guarded by the interrupt lock.
struct PIRQTable {
  let frame: FrameBytes

  /// PIRQs that fit.
  static var count: UInt32 { 512 }

  subscript(pirq: UInt32) -> PIRQEntry {
    get {
      frame.load(PIRQEntry.self, at: Int(pirq) * MemoryLayout<PIRQEntry>.stride) ?? PIRQEntry()
    }
    nonmutating set {
      frame.store(newValue, at: Int(pirq) * MemoryLayout<PIRQEntry>.stride)
    }
  }

  /// The PIRQ that stands for an interrupt, or nil.
  func pirq(for entry: PIRQEntry) -> UInt32? {
    for pirq in 0..<Self.count where self[pirq].hasSameSource(as: entry) { return pirq }
    return nil
  }

  /// A free PIRQ for lines, or for messages, which have numbers above the lines'.
  func free(forLine: Bool, lines: UInt32) -> UInt32? {
    if forLine {
      for pirq in 16..<max(lines, 16) where self[pirq].source == .none { return pirq }
    }
    var pirq = Self.count
    while pirq > max(lines, 16) {
      pirq -= 1
      if self[pirq].source == .none { return pirq }
    }
    return nil
  }
}

/// Whose interrupt a vector is, and how lines are wired: one frame, dom0's. Guarded by the interrupt
/// lock.
///
/// ```
/// 0      vectors, 4 bytes each: domain | PIRQ << 16, all ones for nobody's
/// 1024   lines, 1 byte each: see `LineWiring`
/// ```
struct InterruptOwners {
  let frame: FrameBytes

  /// Makes a frame one in which nobody owns anything.
  func reset() {
    frame.clear()
    for i in 0..<256 { frame.store(UInt32.max, at: i * 4) }
  }

  /// The domain and PIRQ that a vector is for.
  func owner(of vector: UInt8) -> (domain: DomainID, pirq: UInt32)? {
    guard let word = frame.load(UInt32.self, at: Int(vector) * 4), word != UInt32.max else {
      return nil
    }
    return (DomainID(UInt16(truncatingIfNeeded: word)), word >> 16)
  }

  func setOwner(of vector: UInt8, _ domain: DomainID, _ pirq: UInt32) {
    frame.store(UInt32(domain.rawValue) | pirq << 16, at: Int(vector) * 4)
  }

  func clearOwner(of vector: UInt8) { frame.store(UInt32.max, at: Int(vector) * 4) }

  /// The lines that fit.
  static var lineCount: UInt32 { 512 }

  subscript(line gsi: UInt32) -> LineWiring {
    get {
      guard gsi < Self.lineCount else { return LineWiring(rawValue: 0) }
      return LineWiring(rawValue: frame.load(UInt8.self, at: 1024 + Int(gsi)) ?? 0)
    }
    nonmutating set {
      guard gsi < Self.lineCount else { return }
      frame.store(newValue.rawValue, at: 1024 + Int(gsi))
    }
  }
}

/// How a line is wired, as far as dom0 has said so.
struct LineWiring: BitFlags {
  let rawValue: UInt8
  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// dom0 has said so (`PHYSDEVOP_setup_gsi`); else the firmware's tables decide.
  static var isSet: LineWiring { LineWiring(rawValue: 1) }
  static var isLevel: LineWiring { LineWiring(rawValue: 2) }
  static var isActiveLow: LineWiring { LineWiring(rawValue: 4) }
  /// Some domain has bound it.
  static var isBound: LineWiring { LineWiring(rawValue: 8) }
}
