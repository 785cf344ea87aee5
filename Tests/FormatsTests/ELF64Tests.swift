import Formats
import Testing
import XenABI

/// Puts together small ELF files, by default one like a PV Linux kernel.
struct ELFBuilder {
  struct Segment {
    var type: UInt32 = 1
    var flags: UInt32 = 5
    var virtualAddress: UInt64 = 0
    var physicalAddress: UInt64 = 0
    var bytes: [UInt8] = []
    var memorySize: UInt64 = 0
  }

  var entry: UInt64 = 0x100_0000
  var segments: [Segment] = []
  /// Notes as a section in place of a segment.
  var noteSection: [UInt8] = []

  static func note(_ name: String, _ type: UInt32, _ contents: [UInt8]) -> [UInt8] {
    let name = Array(name.utf8) + [0]
    func pad(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: 0, count: (0 &- bytes.count) & 3)
    }
    return le(UInt32(name.count)) + le(UInt32(contents.count)) + le(type) + pad(name)
      + pad(contents)
  }

  static func le<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    (0..<(T.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> T($0 * 8)) }
  }

  static func linuxNotes(features: String = "!writable_page_tables|pae_pgdir_above_4gb")
    -> [UInt8]
  {
    note("Xen", 6, Array("linux\0".utf8)) + note("Xen", 5, Array("xen-3.0\0".utf8))
      + note("GNU", 3, [1, 2, 3]) + note("Xen", 3, le(0xFFFF_FFFF_8000_0000 as UInt64))
      + note("Xen", 1, le(0xFFFF_FFFF_8100_0010 as UInt64))
      + note("Xen", 15, le(0x80_0000_0000 as UInt64))
      + note("Xen", 10, Array(features.utf8)) + note("Xen", 17, le(0x8801 as UInt32))
      + note("Xen", 9, Array("yes\0".utf8)) + note("Xen", 8, Array("generic\0".utf8))
      + note("Xen", 13, le(1 as UInt64) + le(1 as UInt64)) + note("Xen", 14, le(1 as UInt32))
      + note("Xen", 16, le(1 as UInt32)) + note("Xen", 12, le(0xFFFF_8000_0000_0000 as UInt64))
      + note("Xen", 4, le(0 as UInt64)) + note("Xen", 18, le(0x100_0850 as UInt64))
  }

  static func linux(notes: [UInt8] = linuxNotes()) -> ELFBuilder {
    ELFBuilder(segments: [
      Segment(
        virtualAddress: 0xFFFF_FFFF_8100_0000, physicalAddress: 0x100_0000,
        bytes: Sample.noise(64), memorySize: 64),
      Segment(
        flags: 6, virtualAddress: 0, physicalAddress: 0x100_1000, bytes: Sample.noise(16),
        memorySize: 0x2000),
      Segment(type: 4, flags: 0, bytes: notes),
    ])
  }

  func build() -> [UInt8] {
    var data: [UInt8] = []
    var headers: [UInt8] = []
    let le32 = { (value: UInt32) in Self.le(value) }
    let le64 = { (value: UInt64) in Self.le(value) }
    let dataStart = 64 + 56 * segments.count + (noteSection.isEmpty ? 0 : 128)
    for segment in segments {
      headers += le32(segment.type) + le32(segment.flags)
      headers += le64(UInt64(dataStart + data.count)) + le64(segment.virtualAddress)
      headers += le64(segment.physicalAddress) + le64(UInt64(segment.bytes.count))
      headers += le64(segment.memorySize) + le64(4096)
      data += segment.bytes
    }
    let sections = noteSection.isEmpty ? 0 : 2
    if sections > 0 {
      headers += [UInt8](repeating: 0, count: 64)
      headers += le32(0) + le32(7) + le64(0) + le64(0) + le64(UInt64(dataStart + data.count))
      headers += le64(UInt64(noteSection.count)) + [UInt8](repeating: 0, count: 24)
      data += noteSection
    }
    var file: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
    file += Self.le(2 as UInt16) + Self.le(62 as UInt16) + le32(1) + le64(entry) + le64(64)
    file += le64(sections == 0 ? 0 : UInt64(64 + 56 * segments.count)) + le32(0)
    file += Self.le(64 as UInt16) + Self.le(56 as UInt16) + Self.le(UInt16(segments.count))
    file += Self.le(64 as UInt16) + Self.le(UInt16(sections)) + Self.le(0 as UInt16)
    return file + headers + data
  }
}

@Suite struct ELF64Tests {
  @Test func headersAreRead() throws {
    let file = ELFBuilder.linux().build()
    let image = try ELF64Image(file.span.bytes)
    #expect(image.machine == ELF64Image.machineX86_64)
    #expect(image.entry == 0x100_0000)
    #expect(image.programHeaderCount == 3)
    #expect(try image.programHeader(1).memorySize == 0x2000)
    #expect(try image.physicalExtent() == 0x100_0000..<0x100_3000)
    #expect(throws: FormatError.truncated) {
      try ELF64Image(file.span.bytes).programHeader(3)
    }
  }

  @Test func linuxNotesAreRead() throws {
    let file = ELFBuilder.linux().build()
    let notes = try XenNotes(try ELF64Image(file.span.bytes))
    #expect(notes.count == 15)
    #expect(notes.entry == 0xFFFF_FFFF_8100_0010)
    #expect(notes.hypercallPage == nil)
    #expect(notes.virtualBase == 0xFFFF_FFFF_8000_0000)
    #expect(notes.physicalOffset == 0)
    #expect(notes.initialP2M == 0x80_0000_0000)
    #expect(notes.hypervisorStartLow == 0xFFFF_8000_0000_0000)
    #expect(notes.phys32Entry == 0x100_0850)
    #expect(notes.l1MFNValid?.mask == 1)
    #expect(notes.acceptsUnmappedRamdisk)
    #expect(notes.canCancelSuspend)
    #expect(!notes.wantsSymbolTable)
    #expect(notes.paeMode == .extendedCR3)
    #expect(notes.guestOS.equals("linux"))
    #expect(notes.loader.equals("generic"))
    #expect(notes.xenVersion.hasPrefix("xen-3"))
    #expect(notes.guestVersion.count == 0)
    #expect(notes.hasSupportedFeatures)
    #expect(notes.features.supports(.dom0))
    #expect(notes.features.supports(.paePageDirectoryAbove4GB))
    #expect(notes.features.requires(.writablePageTables))
    #expect(!notes.features.requires(.dom0))
    #expect(notes.features.missing(from: 0) == 0)
    #expect(notes.canBeDom0)
  }

  @Test func requiredFeaturesAreMissingUnlessOffered() throws {
    let list = "!writable_page_tables|!supervisor_mode_kernel|!pae_pgdir_above_4gb"
    let file = ELFBuilder.linux(notes: ELFBuilder.linuxNotes(features: list)).build()
    let notes = try XenNotes(try ELF64Image(file.span.bytes))
    #expect(notes.features.missing(from: 0) == 0x18)
    #expect(notes.features.missing(from: 0x10) == 8)
    #expect(!notes.canBeDom0)
  }

  @Test func onlyAKernelThatListsFeaturesMustListDom0() throws {
    let silent = ELFBuilder.linux(notes: ELFBuilder.note("Xen", 10, Array("dom0x".utf8))).build()
    #expect(try XenNotes(try ELF64Image(silent.span.bytes)).canBeDom0)
    let listing = ELFBuilder.linux(notes: ELFBuilder.note("Xen", 17, ELFBuilder.le(1 as UInt32)))
      .build()
    #expect(try !XenNotes(try ELF64Image(listing.span.bytes)).canBeDom0)
  }

  @Test func sectionNotesCountWhenSegmentsHaveNone() throws {
    var builder = ELFBuilder.linux(notes: ELFBuilder.note("GNU", 3, [1]))
    builder.noteSection = ELFBuilder.note("Xen", 6, Array("linux".utf8))
    let file = builder.build()
    let notes = try XenNotes(try ELF64Image(file.span.bytes))
    #expect(notes.count == 1)
    #expect(notes.guestOS.equals("linux"))
  }

  @Test func unknownRequiredFeatureIsInvalid() throws {
    for features in ["!warp_drive", "dom0|!", "!dom0x"] {
      let notes = ELFBuilder.linuxNotes(features: features)
      let file = ELFBuilder.linux(notes: notes).build()
      #expect(throws: FormatError.invalidImage) {
        try XenNotes(try ELF64Image(file.span.bytes))
      }
    }
    let notes = ELFBuilder.linuxNotes(features: "warp_drive||dom0|!hvm_callback_vector")
    let file = ELFBuilder.linux(notes: notes).build()
    let features = try XenNotes(try ELF64Image(file.span.bytes)).features
    #expect(features.required == 1 << XenFeature.hvmCallbackVector.rawValue)
  }

  @Test func longNoteTextIsCut() throws {
    let file = ELFBuilder.linux(notes: ELFBuilder.note("Xen", 6, Array("a-very-long-system".utf8)))
      .build()
    let notes = try XenNotes(try ELF64Image(file.span.bytes))
    #expect(notes.guestOS.equals("a-very-long-sys"))
  }

  @Test func segmentsAreLaidOutByPhysicalAddress() throws {
    let file = ELFBuilder.linux().build()
    let image = try ELF64Image(file.span.bytes)
    let layout = try XenKernelLayout(image, try XenNotes(image))
    #expect(layout.start == 0xFFFF_FFFF_8100_0000)
    #expect(layout.end == 0xFFFF_FFFF_8100_3000)
    #expect(layout.entry == 0xFFFF_FFFF_8100_0010)
    #expect(layout.byteCount == 0x3000)
    let data = try #require(try layout.segment(image, 1))
    #expect(data.address == 0xFFFF_FFFF_8100_1000)
    #expect(data.zeroCount == 0x1FF0)
    #expect(Array(file[data.file]) == Sample.noise(16))
    #expect(try layout.segment(image, 2) == nil)
  }

  @Test func contradictoryLayoutsAreInvalid() throws {
    let p2mInside = ELFBuilder.note("Xen", 15, ELFBuilder.le(0xFFFF_FFFF_8100_2000 as UInt64))
    let entryOutside = ELFBuilder.note("Xen", 1, ELFBuilder.le(0xFFFF_FFFF_8000_0000 as UInt64))
    let otherSystem =
      ELFBuilder.note("Xen", 6, Array("other".utf8)) + ELFBuilder.note("Xen", 8, [0])
    for extra in [p2mInside, entryOutside, otherSystem] {
      let file = ELFBuilder.linux(notes: ELFBuilder.linuxNotes() + extra).build()
      #expect(throws: FormatError.invalidImage) {
        let image = try ELF64Image(file.span.bytes)
        return try XenKernelLayout(image, try XenNotes(image))
      }
    }
  }

  @Test func wrappingSegmentIsInvalid() throws {
    var builder = ELFBuilder.linux()
    builder.segments[1].memorySize = .max
    let file = builder.build()
    #expect(throws: FormatError.invalidImage) {
      try ELF64Image(file.span.bytes).physicalExtent()
    }
  }

  @Test func damagedImagesNeverTrap() {
    let file = ELFBuilder.linux().build()
    func parse(_ file: [UInt8]) throws(FormatError) {
      let image = try ELF64Image(file.span.bytes)
      let layout = try XenKernelLayout(image, try XenNotes(image))
      for index in 0..<image.programHeaderCount { _ = try layout.segment(image, index) }
    }
    #expect(throws: Never.self) { try parse(file) }
    for count in 0..<file.count {
      #expect(throws: FormatError.self) { try parse(Array(file.prefix(count))) }
    }
    for index in 0..<file.count {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var damaged = file
        damaged[index] = value
        try? parse(damaged)
      }
    }
  }
}
