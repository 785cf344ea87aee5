import XenABI

/// The features a kernel can use and those it cannot do without, as bits `1 << XenFeature`.
///
/// - Source: `xen/include/public/features.h`, `elfnote.h` (`XEN_ELFNOTE_FEATURES`).
public struct XenFeatureSet: Equatable, Sendable {
  /// The features the kernel can use.
  public internal(set) var supported: UInt32 = 0
  /// The features it needs.
  public internal(set) var required: UInt32 = 0

  /// Makes the set of a kernel that says nothing.
  public init() {}

  /// Whether the kernel can use `feature`.
  public func supports(_ feature: XenFeature) -> Bool {
    supported & 1 << feature.rawValue != 0
  }

  /// Whether the kernel needs `feature`.
  public func requires(_ feature: XenFeature) -> Bool {
    required & 1 << feature.rawValue != 0
  }

  /// The features the kernel needs that are not among `offered`; zero when it can be run.
  ///
  /// `XenFeature.writablePageTables` is never missing. Every PV Linux lists it as required, though
  /// Xen offers it to translated domains only: to PV kernels the word means that plain writes to
  /// page tables work, which emulation sees to.
  public func missing(from offered: UInt32) -> UInt32 {
    required & ~offered & ~(1 << XenFeature.writablePageTables.rawValue)
  }

  /// Adds a list of names between bars, each required one behind an exclamation mark.
  ///
  /// - Throws: `FormatError.invalidImage` when a required name is unknown.
  mutating func add(_ list: RawSpan) throws(FormatError) {
    var start = 0
    while start < list.byteCount {
      var end = start
      while let byte = list.littleEndian(UInt8.self, at: end), byte != UInt8(ascii: "|") {
        end &+= 1
      }
      try addName(list.extracting(start..<end))
      start = end &+ 1
    }
  }

  private mutating func addName(_ item: RawSpan) throws(FormatError) {
    let isRequired = item.littleEndian(UInt8.self, at: 0) == UInt8(ascii: "!")
    let name = item.extracting((isRequired ? 1 : 0)..<item.byteCount)
    guard let feature = Self.feature(named: name) else {
      guard !isRequired else { throw .invalidImage }
      return
    }
    let bit: UInt32 = 1 << feature.rawValue
    supported |= bit
    if isRequired { required |= bit }
  }

  /// The features that have names in Xen's loader; later ones are announced by number only.
  private static func feature(named name: RawSpan) -> XenFeature? {
    if name.equals("writable_page_tables") { return .writablePageTables }
    if name.equals("writable_descriptor_tables") { return .writableDescriptorTables }
    if name.equals("auto_translated_physmap") { return .autoTranslatedPhysmap }
    if name.equals("supervisor_mode_kernel") { return .supervisorModeKernel }
    if name.equals("pae_pgdir_above_4gb") { return .paePageDirectoryAbove4GB }
    if name.equals("hvm_callback_vector") { return .hvmCallbackVector }
    if name.equals("dom0") { return .dom0 }
    return nil
  }
}
