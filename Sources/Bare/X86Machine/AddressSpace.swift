import CX86
import Formats
import Machine
import Memory
import Primitives
import Text
import X86Format

// The hypervisor's own page tables: one root for CPUs that run no guest, whose slots 256 to 271
// every guest's root repeats. Below the root the tables are shared, so a change shows everywhere.

/// The bits of page-table entries; `Memory` has flags of its own.
typealias EntryFlags = X86Format.PageFlags

extension EntryFlags {
  /// A table, or a writable page that is only the hypervisor's.
  static var hypervisorTable: EntryFlags { .present | .writable | .accessed | .dirty }
  /// Data of the hypervisor's.
  static var hypervisorData: EntryFlags { .hypervisorTable | .noExecute }
  /// Constants.
  static var hypervisorConstant: EntryFlags { .present | .accessed | .noExecute }
  /// Code.
  static var hypervisorCode: EntryFlags { .present | .accessed }
  /// Device registers.
  static var device: EntryFlags { .hypervisorData | .cacheDisable | .writeThrough }
}

/// What is known about the hypervisor's address space once it is built.
struct AddressSpace {
  /// The root of CPUs that run no guest.
  var root = MFN(0)
  /// One more than the highest frame of RAM.
  var frameLimit: UInt64 = 0
  /// One bit per frame number, set for RAM.
  var presentBits: UInt64 = 0
  /// The next free address for device registers.
  var nextDevice = AddressLayout.devices
  /// Whether the processor knows no-execute pages.
  var hasNoExecute = true
  /// Memory at and above this address is not mapped yet.
  var earlyLimit: UInt64 = 4 << 30
  /// Frames for tables.
  var frames = EarlyFrames()
}

extension X86 {
  /// The image in machine memory, from its low part to the end of its zeroed data.
  static var imageRange: PhysicalRange {
    PhysicalRange(
      start: x86_low_image_start(), end: x86_image_end() &- AddressLayout.imageOffset)
  }

  /// The root page table of CPUs that run no guest. Slots 256 to 271 are what guests' roots repeat
  /// (slot 260 is empty here: it is each guest's own).
  public static var idleRoot: MFN { state.pointee.space.root }

  /// All memory through the direct map.
  public static var memory: PhysicalMemory {
    // Safety: the direct map is never changed but by adding to it; `FrameTable.isMemory` tells holes.
    unsafe PhysicalMemory(
      base: UnsafeMutableRawPointer(pointer(AddressLayout.directMap, as: UInt8.self)),
      frameCount: state.pointee.space.frameLimit)
  }

  /// Builds the page tables, makes them the ones in force, and makes the tables that describe
  /// frames.
  static func buildAddressSpace() {
    let boot = Self.boot
    let state = Self.state
    state.pointee.space.frameLimit = boot.pointee.firmwareMap.ramEnd >> 12
    state.pointee.space.root = state.pointee.space.frames.take()
    mapImage()
    mapDirect()
    // Tables that are filled later must exist before guests' roots repeat the entries above them;
    // slots 256, 261 and the direct map's are in use at the end of this function.
    X86.writeCR3(state.pointee.space.root.address.rawValue)
    // From here on the direct map shows all memory.
    state.pointee.space.earlyLimit = UInt64.max
    // CPUs that start later do so on the boot tables, which also map memory one to one.
    let bootRoot = directMapFrame(MFN((x86_boot_l4() &- AddressLayout.imageOffset) >> 12))
    makeFrameTable()
    makeMachineToPhysical()
    for slot in AddressLayout.firstSlot..<AddressLayout.endSlot {
      bootRoot[word: slot] = memory[idleRoot][word: slot]
    }
  }

  // MARK: Mapping

  /// Maps one page of `level`'s size in the hypervisor's own part of the address space.
  static func map(
    _ address: VirtualAddress, to mfn: MFN, _ flags: EntryFlags, level: PageTableLevel = .l1
  ) {
    var table = state.pointee.space.root
    var at = PageTableLevel.l4
    while at > level, let lower = at.lower {
      let frame = directMapFrame(table)
      var entry = PageTableEntry(rawValue: frame[word: address.index(at)])
      if !entry.isPresent {
        var tableFlags = EntryFlags.hypervisorTable
        if flags.contains(.user) { tableFlags = tableFlags | .user }
        entry = PageTableEntry(state.pointee.space.frames.take(), tableFlags)
        frame[word: address.index(at)] = entry.rawValue
      }
      table = entry.frame
      at = lower
    }
    var flags = flags
    if level != .l1 { flags = flags | .large }
    if !state.pointee.space.hasNoExecute { flags = flags - .noExecute }
    directMapFrame(table)[word: address.index(level)] = PageTableEntry(mfn, flags).rawValue
  }

  /// The entry that maps `address`, if any does.
  private static func leaf(of address: VirtualAddress) -> PageTableEntry? {
    var table = state.pointee.space.root
    var level = PageTableLevel.l4
    while true {
      let entry = PageTableEntry(rawValue: directMapFrame(table)[word: address.index(level)])
      guard entry.isPresent else { return nil }
      guard !entry.isLeaf(at: level), let lower = level.lower else { return entry }
      table = entry.frame
      level = lower
    }
  }

  /// Makes the direct map show a range that firmware describes, such as its tables; start-up only.
  static func showInDirectMap(_ range: PhysicalRange) {
    let large = PageTableLevel.l2.bytes
    var address = range.start & ~(large &- 1)
    while address < range.end, address < AddressLayout.directMapBytes {
      let at = AddressLayout.directMapAddress(of: MachineAddress(address))
      if leaf(of: at) == nil { map(at, to: MFN(address >> 12), .hypervisorData, level: .l2) }
      address &+= large
    }
  }

  /// Whether the direct map shows `range`. While the machine starts, it is made to.
  static func isShown(_ range: PhysicalRange) -> Bool {
    // The boot page tables show the first 4 GiB.
    if state.pointee.space.root.rawValue == 0 { return range.end <= 4 << 30 }
    if state.pointee.isStarting { showInDirectMap(range) }
    let large = PageTableLevel.l2.bytes
    var address = range.start & ~(large &- 1)
    while address < range.end {
      let at = AddressLayout.directMapAddress(of: MachineAddress(address))
      if leaf(of: at) == nil { return false }
      address &+= large
    }
    return true
  }

  /// Maps device registers uncached, for ever, and returns where.
  public static func mapDevice(_ start: MachineAddress, bytes: UInt64) -> VirtualAddress {
    let state = Self.state
    let offset = start.rawValue & 0xfff
    let base = state.pointee.space.nextDevice
    var done: UInt64 = 0
    while done < offset &+ bytes {
      map(VirtualAddress(base &+ done), to: MFN((start.rawValue &+ done) >> 12), .device)
      done &+= 4096
    }
    state.pointee.space.nextDevice = base &+ done
    return VirtualAddress(base &+ offset)
  }

  private static func mapImage() {
    var address = x86_image_start()
    while address < x86_image_end() {
      let flags: EntryFlags =
        address < x86_text_end()
        ? .hypervisorCode : address < x86_rodata_end() ? .hypervisorConstant : .hypervisorData
      map(VirtualAddress(address), to: MFN((address &- AddressLayout.imageOffset) >> 12), flags)
      address &+= 4096
    }
  }

  private static func mapDirect() {
    let boot = Self.boot
    // The first MiB: firmware's data, and where other CPUs start.
    showInDirectMap(PhysicalRange(start: 0, end: 1 << 20))
    boot.pointee.firmwareMap.forEach { entry in
      switch entry.type {
      case .ram, .acpiReclaimable, .acpiNVS: showInDirectMap(entry.range)
      case .reserved, .unusable: break
      }
    }
    boot.pointee.information.forEachUsedRange { showInDirectMap($0) }
  }

  // MARK: Tables that describe frames

  /// A `PageInfo` for every frame of RAM.
  public static var frameTable: FrameTable {
    let space = state.pointee.space
    // Safety: `makeFrameTable` mapped and initialised an entry for every frame of RAM, and the bits
    // for all frames; `FrameTable` asks the bits first.
    return unsafe FrameTable(
      pages: Table(
        base: pointer(AddressLayout.frameTable, as: PageInfo.self),
        count: Int(truncatingIfNeeded: space.frameLimit)),
      present: Table(
        base: pointer(space.presentBits, as: UInt64.self),
        count: Int(truncatingIfNeeded: (space.frameLimit &+ 63) >> 6)))
  }

  private static func makeFrameTable() {
    let state = Self.state
    let bitBytes = ((state.pointee.space.frameLimit &+ 63) >> 6 &* 8 &+ 4095) & ~4095
    let bits = takeEarly(bytes: bitBytes, alignment: 4096)
    for i in 0..<(bitBytes >> 12) { directMapFrame(MFN(bits >> 12 &+ i)).clear() }
    state.pointee.space.presentBits =
      AddressLayout.directMapAddress(of: MachineAddress(bits)).rawValue
    var index = 0
    while let entry = boot.pointee.firmwareMap[index] {
      index &+= 1
      guard entry.type == .ram else { continue }
      let range = entry.range.wholeFrames
      guard !range.isEmpty else { continue }
      let bytes = AddressLayout.frameTableEntryBytes
      mapTable(
        AddressLayout.frameTable,
        PhysicalRange(start: range.start >> 12 &* bytes, end: range.end >> 12 &* bytes),
        .hypervisorData)
      var frame = range.start >> 12
      while frame < range.end >> 12 {
        let word = state.pointee.space.presentBits &+ (frame >> 6) &* 8
        // Safety: both lie in the tables that were just made for these frames.
        unsafe pointer(word, as: UInt64.self).pointee |= 1 << (frame & 63)
        unsafe pointer(AddressLayout.frameTable &+ frame &* bytes, as: PageInfo.self)
          .initialize(to: PageInfo())
        frame &+= 1
      }
    }
  }

  /// Says which PFN the owner of `mfn` knows the frame by (`UInt64.max`: none).
  /// - Precondition: `mfn` is a frame of RAM.
  public static func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64) {
    precondition(mfn.rawValue < state.pointee.space.frameLimit)
    // Safety: the table has a word for every frame of RAM.
    unsafe pointer(AddressLayout.machineToPhysicalWritable &+ mfn.rawValue &* 8, as: UInt64.self)
      .pointee = pfn
  }

  /// The PFN that the owner of `mfn` knows the frame by (`UInt64.max`: none).
  /// - Precondition: `mfn` is a frame of RAM.
  public static func machineToPhysical(_ mfn: MFN) -> UInt64 {
    precondition(mfn.rawValue < state.pointee.space.frameLimit)
    // Safety: as above.
    return unsafe pointer(
      AddressLayout.machineToPhysicalWritable &+ mfn.rawValue &* 8, as: UInt64.self
    ).pointee
  }

  /// The frame that backs page `index` of the machine-to-physical table, if one does.
  public static func machineToPhysicalFrame(page index: UInt64) -> MFN? {
    let address = VirtualAddress(AddressLayout.machineToPhysical &+ index &* 4096)
    guard index < AddressLayout.directMapBytes >> 12, let entry = leaf(of: address) else {
      return nil
    }
    return entry.largeFrame(.l2).advanced(by: index & 511)
  }

  private static func makeMachineToPhysical() {
    var index = 0
    while let entry = boot.pointee.firmwareMap[index] {
      index &+= 1
      guard entry.type == .ram else { continue }
      let range = PhysicalRange(
        start: entry.range.start >> 12 &* 8, end: entry.range.end >> 12 &* 8)
      mapTable(
        AddressLayout.machineToPhysical, range, .present | .user | .accessed | .noExecute,
        alias: AddressLayout.machineToPhysicalWritable)
    }
  }

  /// Backs `range`, in bytes of a table at `base`, by large pages where it is not backed yet.
  ///
  /// A table that starts out zeroed gets no alias; one with an alias is filled with ones through it.
  private static func mapTable(
    _ base: UInt64, _ range: PhysicalRange, _ flags: EntryFlags, alias: UInt64? = nil
  ) {
    let large = PageTableLevel.l2.bytes
    var offset = range.start & ~(large &- 1)
    while offset < range.end {
      let address = VirtualAddress(base &+ offset)
      if leaf(of: address) == nil {
        let mfn = MFN(takeEarly(bytes: large, alignment: large) >> 12)
        map(address, to: mfn, flags, level: .l2)
        if let alias {
          map(VirtualAddress(alias &+ offset), to: mfn, .hypervisorData, level: .l2)
        }
        for i in 0..<UInt64(512) {
          let frame = directMapFrame(mfn.advanced(by: i))
          for word in 0..<512 { frame[word: word] = alias == nil ? 0 : UInt64.max }
        }
      }
      offset &+= large
    }
  }
}
