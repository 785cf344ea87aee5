/// A 64-bit little-endian ELF executable, its headers checked to lie inside the file.
///
/// Addresses are the file's own claims: virtual and physical ones are plain numbers here, because
/// what they mean is decided by whoever loads the image.
///
/// - Source: System V ABI, chapter 4 "Object Files" (gABI), and its AMD64 supplement.
public struct ELF64Image: ~Escapable {
  /// The file.
  public let bytes: RawSpan
  /// The architecture (`e_machine`).
  public let machine: UInt16
  /// The entry point (`e_entry`).
  public let entry: UInt64
  /// The number of program headers (`e_phnum`).
  public let programHeaderCount: Int
  /// The number of section headers (`e_shnum`), zero when the file has none.
  public let sectionHeaderCount: Int
  private let programHeaderOffset: Int
  private let programHeaderStride: Int
  private let sectionHeaderOffset: Int
  private let sectionHeaderStride: Int

  /// The machine number of x86-64 (`EM_X86_64`).
  public static var machineX86_64: UInt16 { 62 }

  private static var programHeaderSize: Int { 56 }
  private static var sectionHeaderSize: Int { 64 }

  /// Whether `bytes` begin with ELF's magic number.
  public static func isRecognized(_ bytes: RawSpan) -> Bool {
    bytes.littleEndian(UInt32.self, at: 0) == 0x464C_457F
  }

  /// Checks the file header and where it puts the header tables.
  ///
  /// - Throws: `FormatError.unknownFormat` when it is no ELF file, `.unsupported` when it is not
  ///   64-bit and little-endian, `.truncated`, `.corrupt`.
  @_lifetime(copy bytes)
  public init(_ bytes: RawSpan) throws(FormatError) {
    guard Self.isRecognized(bytes) else { throw .unknownFormat }
    // ELFCLASS64, ELFDATA2LSB, EV_CURRENT.
    guard try bytes.load(UInt8.self, at: 4) == 2, try bytes.load(UInt8.self, at: 5) == 1,
      try bytes.load(UInt8.self, at: 6) == 1
    else { throw .unsupported }
    self.bytes = bytes
    machine = try bytes.load(UInt16.self, at: 18)
    entry = try bytes.load(UInt64.self, at: 24)
    programHeaderCount = Int(try bytes.load(UInt16.self, at: 56))
    programHeaderStride = Int(try bytes.load(UInt16.self, at: 54))
    programHeaderOffset = try Self.checkTable(
      bytes, at: try bytes.load(UInt64.self, at: 32), count: programHeaderCount,
      stride: programHeaderStride, size: Self.programHeaderSize)
    sectionHeaderCount = Int(try bytes.load(UInt16.self, at: 60))
    sectionHeaderStride = Int(try bytes.load(UInt16.self, at: 58))
    sectionHeaderOffset = try Self.checkTable(
      bytes, at: try bytes.load(UInt64.self, at: 40), count: sectionHeaderCount,
      stride: sectionHeaderStride, size: Self.sectionHeaderSize)
  }

  /// The program header at `index`.
  ///
  /// - Throws: `FormatError.truncated` when there is none.
  public func programHeader(_ index: Int) throws(FormatError) -> ELF64ProgramHeader {
    guard index >= 0, index < programHeaderCount else { throw .truncated }
    return try ELF64ProgramHeader(
      bytes, at: programHeaderOffset + index * programHeaderStride)
  }

  /// The section header at `index`.
  ///
  /// - Throws: `FormatError.truncated` when there is none.
  public func sectionHeader(_ index: Int) throws(FormatError) -> ELF64SectionHeader {
    guard index >= 0, index < sectionHeaderCount else { throw .truncated }
    return try ELF64SectionHeader(
      bytes, at: sectionHeaderOffset + index * sectionHeaderStride)
  }

  /// The physical addresses that the loadable segments span, holes included.
  ///
  /// - Throws: `FormatError.invalidImage` when nothing is loadable or a segment wraps around.
  public func physicalExtent() throws(FormatError) -> Range<UInt64> {
    var low = UInt64.max
    var high: UInt64 = 0
    for index in 0..<programHeaderCount {
      let header = try programHeader(index)
      guard header.isLoadable else { continue }
      let (end, overflow) = header.physicalAddress.addingReportingOverflow(header.memorySize)
      guard !overflow else { throw .invalidImage }
      low = min(low, header.physicalAddress)
      high = max(high, end)
    }
    guard low < high else { throw .invalidImage }
    return low..<high
  }

  /// Where in the file the `count` bytes from `offset` lie.
  ///
  /// - Throws: `FormatError.truncated` when they are not all there.
  func fileRange(offset: UInt64, count: UInt64) throws(FormatError) -> Range<Int> {
    guard let start = Int(exactly: offset), let count = Int(exactly: count),
      start <= bytes.byteCount, count <= bytes.byteCount &- start
    else { throw .truncated }
    return start..<(start &+ count)
  }

  /// Answers `offset` as an index once the whole table is known to lie in the file.
  private static func checkTable(
    _ bytes: RawSpan, at offset: UInt64, count: Int, stride: Int, size: Int
  ) throws(FormatError) -> Int {
    guard count > 0 else { return 0 }
    guard stride >= size else { throw .corrupt }
    guard let start = Int(exactly: offset), start <= bytes.byteCount,
      count * stride <= bytes.byteCount - start
    else { throw .truncated }
    return start
  }
}

/// A program header (`Elf64_Phdr`): a part of the file and where it goes in memory.
public struct ELF64ProgramHeader: Equatable, Sendable {
  /// The kind of segment (`p_type`).
  public let type: UInt32
  /// The access flags (`p_flags`): 1 execute, 2 write, 4 read.
  public let flags: UInt32
  /// The segment's offset in the file (`p_offset`).
  public let fileOffset: UInt64
  /// Its virtual address (`p_vaddr`).
  public let virtualAddress: UInt64
  /// Its physical address (`p_paddr`).
  public let physicalAddress: UInt64
  /// The bytes of it in the file (`p_filesz`).
  public let fileSize: UInt64
  /// The bytes of it in memory (`p_memsz`); those beyond the file's are zero.
  public let memorySize: UInt64
  /// Its alignment (`p_align`).
  public let alignment: UInt64

  /// The type of a segment to be loaded (`PT_LOAD`).
  public static var load: UInt32 { 1 }
  /// The type of a segment of notes (`PT_NOTE`).
  public static var note: UInt32 { 4 }

  /// Whether it is to be loaded: of type `load`, with at least one access flag.
  public var isLoadable: Bool { type == Self.load && flags & 7 != 0 }

  init(_ bytes: RawSpan, at offset: Int) throws(FormatError) {
    type = try bytes.load(UInt32.self, at: offset)
    flags = try bytes.load(UInt32.self, at: offset + 4)
    fileOffset = try bytes.load(UInt64.self, at: offset + 8)
    virtualAddress = try bytes.load(UInt64.self, at: offset + 16)
    physicalAddress = try bytes.load(UInt64.self, at: offset + 24)
    fileSize = try bytes.load(UInt64.self, at: offset + 32)
    memorySize = try bytes.load(UInt64.self, at: offset + 40)
    alignment = try bytes.load(UInt64.self, at: offset + 48)
  }
}

/// A section header (`Elf64_Shdr`).
public struct ELF64SectionHeader: Equatable, Sendable {
  /// The offset of its name in the section name table (`sh_name`).
  public let name: UInt32
  /// The kind of section (`sh_type`).
  public let type: UInt32
  /// Its virtual address (`sh_addr`).
  public let address: UInt64
  /// Its offset in the file (`sh_offset`).
  public let fileOffset: UInt64
  /// Its size in bytes (`sh_size`).
  public let size: UInt64
  /// A section it refers to (`sh_link`).
  public let link: UInt32

  /// The type of a section of notes (`SHT_NOTE`).
  public static var note: UInt32 { 7 }

  init(_ bytes: RawSpan, at offset: Int) throws(FormatError) {
    name = try bytes.load(UInt32.self, at: offset)
    type = try bytes.load(UInt32.self, at: offset + 4)
    address = try bytes.load(UInt64.self, at: offset + 16)
    fileOffset = try bytes.load(UInt64.self, at: offset + 24)
    size = try bytes.load(UInt64.self, at: offset + 32)
    link = try bytes.load(UInt32.self, at: offset + 40)
  }
}
