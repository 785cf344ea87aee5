import XenABI

/// What a kernel says about itself to Xen, from the notes of its ELF file whose name is "Xen".
///
/// Absent notes are nil. Addresses are virtual ones of the future domain unless said otherwise.
///
/// - Source: `xen/include/public/elfnote.h`.
public struct XenNotes: Sendable {
  /// The entry point (`XEN_ELFNOTE_ENTRY`).
  public private(set) var entry: UInt64?
  /// Where the hypercall page goes (`XEN_ELFNOTE_HYPERCALL_PAGE`); kernels since 2024 have none.
  public private(set) var hypercallPage: UInt64?
  /// Where pseudo-physical address zero is mapped (`XEN_ELFNOTE_VIRT_BASE`).
  public private(set) var virtualBase: UInt64?
  /// What `p_paddr` exceeds the pseudo-physical address by (`XEN_ELFNOTE_PADDR_OFFSET`).
  public private(set) var physicalOffset: UInt64?
  /// Where the p2m list is to be mapped (`XEN_ELFNOTE_INIT_P2M`).
  public private(set) var initialP2M: UInt64?
  /// The lowest address the hypervisor's hole may begin at (`XEN_ELFNOTE_HV_START_LOW`).
  public private(set) var hypervisorStartLow: UInt64?
  /// The 32-bit physical entry point for PVH (`XEN_ELFNOTE_PHYS32_ENTRY`).
  public private(set) var phys32Entry: UInt32?
  /// Mask and value of page-table entries with an MFN though not present
  /// (`XEN_ELFNOTE_L1_MFN_VALID`).
  public private(set) var l1MFNValid: (mask: UInt64, value: UInt64)?
  /// Whether the ramdisk may be left unmapped, named by its PFN (`XEN_ELFNOTE_MOD_START_PFN`).
  public private(set) var acceptsUnmappedRamdisk = false
  /// Whether a suspend may be cancelled (`XEN_ELFNOTE_SUSPEND_CANCEL`).
  public private(set) var canCancelSuspend = false
  /// Whether the kernel wants its symbol table loaded (`XEN_ELFNOTE_BSD_SYMTAB`).
  public private(set) var wantsSymbolTable = false
  /// What a 32-bit kernel says of PAE (`XEN_ELFNOTE_PAE_MODE`).
  public private(set) var paeMode = PAEMode.none
  /// The guest operating system (`XEN_ELFNOTE_GUEST_OS`).
  public private(set) var guestOS = XenNoteText()
  /// Its version (`XEN_ELFNOTE_GUEST_VERSION`).
  public private(set) var guestVersion = XenNoteText()
  /// The kind of loader (`XEN_ELFNOTE_LOADER`).
  public private(set) var loader = XenNoteText()
  /// The interface the kernel was built for (`XEN_ELFNOTE_XEN_VERSION`).
  public private(set) var xenVersion = XenNoteText()
  /// The features it can use and those it needs (`XEN_ELFNOTE_FEATURES`,
  /// `XEN_ELFNOTE_SUPPORTED_FEATURES`).
  public private(set) var features = XenFeatureSet()
  /// Whether the note `XEN_ELFNOTE_SUPPORTED_FEATURES` is there: only then does its lack of
  /// `XenFeature.dom0` mean anything.
  public private(set) var hasSupportedFeatures = false
  /// How many notes named "Xen" there are; zero means it is not a kernel for Xen.
  public private(set) var count = 0

  /// A kernel's statement about PAE paging, of interest for 32-bit kernels only.
  public enum PAEMode: Sendable {
    /// No statement.
    case none
    /// PAE with page directories anywhere ("yes").
    case extendedCR3
    /// With or without ("bimodal").
    case bimodal
  }

  /// Reads the notes of `image`: those of its segments or, if they have none for Xen, those of its
  /// sections.
  ///
  /// - Throws: `FormatError.truncated` for a note that is cut off, `.invalidImage` for a required
  ///   feature nobody knows.
  public init(_ image: ELF64Image) throws(FormatError) {
    for index in 0..<image.programHeaderCount {
      let header = try image.programHeader(index)
      // Some linkers left the offset of a note segment zero; it means nothing then.
      guard header.type == ELF64ProgramHeader.note, header.fileOffset != 0 else { continue }
      let range = try image.fileRange(offset: header.fileOffset, count: header.fileSize)
      try read(image.bytes, in: range)
    }
    guard count == 0 else { return }
    for index in 0..<image.sectionHeaderCount {
      let header = try image.sectionHeader(index)
      guard header.type == ELF64SectionHeader.note else { continue }
      let range = try image.fileRange(offset: header.fileOffset, count: header.size)
      try read(image.bytes, in: range)
    }
  }

  /// Whether the kernel can be dom0, by the rule of Xen's own PV dom0 builder: a kernel that lists
  /// what it supports must list `XenFeature.dom0`, and none may insist on running in ring 0.
  public var canBeDom0: Bool {
    (!hasSupportedFeatures || features.supports(.dom0)) && !features.requires(.supervisorModeKernel)
  }

  private mutating func read(_ bytes: RawSpan, in range: Range<Int>) throws(FormatError) {
    var notes = ELFNotes(bytes, in: range)
    while let record = try notes.next() {
      guard text(bytes, record.name).equals("Xen") else { continue }
      count &+= 1
      guard let note = ELFNote(rawValue: record.type) else { continue }
      try apply(note, bytes.extracting(record.contents))
    }
  }

  private mutating func apply(_ note: ELFNote, _ contents: RawSpan) throws(FormatError) {
    switch note {
    case .entry: entry = number(contents)
    case .hypercallPage: hypercallPage = number(contents)
    case .virtualBase: virtualBase = number(contents)
    case .physicalOffset: physicalOffset = number(contents)
    case .initP2M: initialP2M = number(contents)
    case .hypervisorStartLow: hypervisorStartLow = number(contents)
    case .phys32Entry: phys32Entry = UInt32(truncatingIfNeeded: number(contents))
    case .modStartPFN: acceptsUnmappedRamdisk = number(contents) != 0
    case .suspendCancel: canCancelSuspend = number(contents) != 0
    case .l1MFNValid:
      if let mask = contents.littleEndian(UInt64.self, at: 0),
        let value = contents.littleEndian(UInt64.self, at: 8)
      {
        l1MFNValid = (mask, value)
      }
    case .guestOS: guestOS = XenNoteText(contents)
    case .guestVersion: guestVersion = XenNoteText(contents)
    case .loader: loader = XenNoteText(contents)
    case .xenVersion: xenVersion = XenNoteText(contents)
    case .paeMode:
      let mode = XenNoteText(contents)
      if mode.equals("yes") { paeMode = .extendedCR3 }
      if mode.equals("bimodal") || mode.equals("yes,bimodal") { paeMode = .bimodal }
    case .bsdSymbolTable: wantsSymbolTable = XenNoteText(contents).equals("yes")
    case .features: try features.add(text(contents, 0..<contents.byteCount))
    case .supportedFeatures:
      hasSupportedFeatures = true
      features.supported |= contents.littleEndian(UInt32.self, at: 0) ?? 0
    case .info, .crashInfo, .crashRegs, .dumpcoreNone, .dumpcoreHeader, .dumpcoreXenVersion,
      .dumpcoreFormatVersion:
      break
    }
  }

  /// The number a note holds in 1, 2, 4 or 8 bytes; any other size counts as zero.
  private func number(_ contents: RawSpan) -> UInt64 {
    switch contents.byteCount {
    case 1: UInt64(contents.littleEndian(UInt8.self, at: 0) ?? 0)
    case 2: UInt64(contents.littleEndian(UInt16.self, at: 0) ?? 0)
    case 4: UInt64(contents.littleEndian(UInt32.self, at: 0) ?? 0)
    case 8: contents.littleEndian(UInt64.self, at: 0) ?? 0
    default: 0
    }
  }
}

/// The bytes of `range` up to the first zero.
@_lifetime(copy bytes)
private func text(_ bytes: RawSpan, _ range: Range<Int>) -> RawSpan {
  var end = range.lowerBound
  while end < range.upperBound, let byte = bytes.littleEndian(UInt8.self, at: end), byte != 0 {
    end &+= 1
  }
  return bytes.extracting(range.lowerBound..<end)
}

/// The text of a note, cut to fifteen bytes as Xen does.
public struct XenNoteText: Sendable {
  private var bytes = InlineArray<15, UInt8>(repeating: 0)
  /// The number of bytes.
  public private(set) var count = 0

  /// Makes the empty text, which also stands for an absent note.
  public init() {}

  init(_ contents: RawSpan) {
    while count < 15, let byte = contents.littleEndian(UInt8.self, at: count), byte != 0 {
      bytes[count] = byte
      count &+= 1
    }
  }

  /// The bytes, without a terminator.
  public var utf8: RawSpan {
    @_lifetime(borrow self) get {
      // Safety: a byte has no padding, so each of its elements' bytes is initialised.
      unsafe bytes.span.bytes.extracting(0..<count)
    }
  }

  /// Whether it begins with `prefix`.
  public func hasPrefix(_ prefix: StaticString) -> Bool { utf8.starts(with: prefix) }

  /// Whether it is `other`.
  public func equals(_ other: StaticString) -> Bool { utf8.equals(other) }
}
