/// One module that the boot loader loaded beside us.
public struct BootModule: Equatable, Sendable {
  /// The module's contents.
  public var contents: PhysicalRange
  /// Its command line, without a terminator; empty if it has none.
  public var commandLine: PhysicalRange

  /// A module with its command line.
  public init(contents: PhysicalRange, commandLine: PhysicalRange) {
    self.contents = contents
    self.commandLine = commandLine
  }
}

/// What the loader told us of EFI.
public struct BootEFI: Equatable, Sendable {
  /// The 64-bit system table's physical address (tag 12).
  public var systemTable64: UInt64?
  /// The 32-bit system table's physical address (tag 11).
  public var systemTable32: UInt64?
  /// The image handle (tags 19 and 20).
  public var imageHandle: UInt64?
  /// The EFI memory map's descriptors (tag 17).
  public var memoryMap: PhysicalRange = .none
  /// The bytes from one of those descriptors to the next.
  public var descriptorSize: UInt32 = 0
  /// Whether boot services still run (tag 18).
  public var areBootServicesRunning = false

  /// No EFI.
  public init() {}
}

/// Which protocol the boot loader spoke.
public enum BootProtocol: Equatable, Sendable {
  /// Multiboot 1.
  case multiboot1
  /// Multiboot 2.
  case multiboot2
}

/// What a boot loader handed over, the same whichever protocol it spoke.
///
/// Everything is named by physical range and stays where the loader left it: keep those ranges
/// (`forEachUsedRange`) out of the allocator until they were read.
public struct BootInformation: Sendable {
  /// The most modules that are kept.
  public static var moduleCapacity: Int { 32 }

  /// The protocol it came by.
  public var bootProtocol: BootProtocol
  /// The information structure itself.
  public var structure: PhysicalRange
  /// Our command line, without a terminator; empty if none was given.
  public var commandLine: PhysicalRange = .none
  /// The loader's name; empty if it told none.
  public var loaderName: PhysicalRange = .none
  /// Memory below 1 MiB in KiB, if told.
  public var lowerMemoryKiB: UInt32?
  /// Memory from 1 MiB up to the first hole in KiB, if told.
  public var upperMemoryKiB: UInt32?
  /// The memory map's bytes; empty if none was given.
  public var memoryMap: PhysicalRange = .none
  /// The bytes from one entry to the next; 0 if each entry begins with its own size.
  public var memoryMapStride: UInt32 = 0
  /// A copy of the ACPI root pointer, if one was passed.
  public var rsdp: PhysicalRange?
  /// What was said of EFI.
  public var efi = BootEFI()
  /// Whether the loader left the screen in a graphics mode and told so.
  public var hasGraphicsScreen = false
  /// The number of modules kept.
  public private(set) var moduleCount = 0
  /// The number of modules that found no room.
  public private(set) var droppedModuleCount = 0

  private var modules: InlineArray<32, BootModule>

  /// Boot information that holds nothing yet.
  public init(_ bootProtocol: BootProtocol, structure: PhysicalRange) {
    self.bootProtocol = bootProtocol
    self.structure = structure
    modules = InlineArray(repeating: BootModule(contents: .none, commandLine: .none))
  }

  /// The module at `index` in the loader's order; nil past the last.
  public func module(_ index: Int) -> BootModule? {
    guard index >= 0, index < moduleCount, index < Self.moduleCapacity else { return nil }
    return modules[index]
  }

  /// Adds a module; one too many is only counted.
  public mutating func append(_ module: BootModule) {
    guard moduleCount < Self.moduleCapacity else {
      droppedModuleCount &+= 1
      return
    }
    modules[moduleCount] = module
    moduleCount &+= 1
  }

  /// Calls `visit` for every non-empty range that holds something the loader handed over,
  /// modules included. Ranges may overlap.
  public func forEachUsedRange(_ visit: (PhysicalRange) -> Void) {
    func use(_ range: PhysicalRange) { if !range.isEmpty { visit(range) } }
    use(structure)
    use(withTerminator(commandLine))
    use(withTerminator(loaderName))
    use(memoryMap)
    use(efi.memoryMap)
    if let rsdp { use(rsdp) }
    var index = 0
    while let module = module(index) {
      use(module.contents)
      use(withTerminator(module.commandLine))
      index &+= 1
    }
  }

  private func withTerminator(_ text: PhysicalRange) -> PhysicalRange {
    text.isEmpty ? text : PhysicalRange(start: text.start, length: text.length &+ 1)
  }

  /// Calls `visit` for every entry of the loader's memory map, in its order and as wrong as it is;
  /// without a map, for the two ranges that the basic memory sizes tell of.
  ///
  /// - Throws: `.malformedMemoryMap` or `.unreadable`; entries before the bad one were visited.
  public func forEachMemoryRange<Reader: PhysicalReader & ~Copyable>(
    _ reader: borrowing Reader, _ visit: (MemoryRange) -> Void
  ) throws(MultibootError) {
    guard !memoryMap.isEmpty else { return visitBasicMemory(visit) }
    var position = memoryMap.start
    var remaining = Multiboot.memoryMapLimit
    while remaining > 0, position < memoryMap.end, memoryMap.end &- position >= 20 {
      var stride = UInt64(memoryMapStride)
      var entry = position
      if stride == 0 {
        // Multiboot 1: the size comes first and does not count itself.
        guard let size = reader.integer(UInt32.self, at: position) else { throw .unreadable }
        stride = UInt64(size) &+ 4
        entry = position &+ 4
        guard stride >= 24 else { throw .malformedMemoryMap }
      } else if stride < 20 {
        throw .malformedMemoryMap
      }
      guard memoryMap.end &- entry >= 20 else { throw .malformedMemoryMap }
      let decoded = reader.withBytes(at: entry, count: 20) { E820Entry.decode($0, at: 0) } ?? nil
      guard let decoded else { throw .unreadable }
      visit(decoded)
      let (next, overflow) = position.addingReportingOverflow(stride)
      guard !overflow else { return }
      position = next
      remaining &-= 1
    }
  }

  private func visitBasicMemory(_ visit: (MemoryRange) -> Void) {
    if let lowerMemoryKiB {
      visit(MemoryRange(PhysicalRange(start: 0, length: UInt64(lowerMemoryKiB) << 10), .ram))
    }
    if let upperMemoryKiB {
      visit(
        MemoryRange(PhysicalRange(start: 1 << 20, length: UInt64(upperMemoryKiB) << 10), .ram))
    }
  }

  /// Builds the sanitised memory map from the loader's.
  ///
  /// - Returns: the map, and the number of entries that found no room in it.
  /// - Throws: as `forEachMemoryRange`.
  public func insertMemory<Reader: PhysicalReader & ~Copyable>(
    into map: inout MemoryMap, _ reader: borrowing Reader
  ) throws(MultibootError) -> Int {
    var dropped = 0
    try forEachMemoryRange(reader) { entry in
      do throws(MemoryMapError) {
        try map.insert(entry.range, entry.type)
      } catch {
        dropped &+= 1
      }
    }
    return dropped
  }
}
