import Machine
import Memory
import Primitives
import Sync
import X86Format
import XenABI

/// Where a vCPU's descriptor tables appear in its domain's windows: sixteen pages of GDT, the last
/// two the hypervisor's, then sixteen of LDT.
public struct DescriptorWindow: BitwiseCopyable, Sendable {
  /// The hypervisor's table of leaves that maps the window.
  public var table: MFN
  /// The index of the window's first entry in it.
  public var first: Int
  /// The linear address of the window.
  public var address: VirtualAddress
  /// A frame of zeros that stands for unused pages of the GDT: descriptors that cannot be used.
  public var zeros: MFN

  /// A window as described.
  public init(table: MFN, first: Int, address: VirtualAddress, zeros: MFN) {
    self.table = table
    self.first = first
    self.address = address
    self.zeros = zeros
  }

  /// Pages of the GDT half, and of the LDT half.
  public static var halfPages: Int { 16 }
  /// Bytes of one vCPU's window.
  public static var bytes: UInt64 { 32 * 4096 }
  /// Windows that one table of leaves maps.
  public static var perTable: Int { 16 }

  /// The linear address of the LDT half.
  public var ldtAddress: VirtualAddress { address.advanced(by: UInt64(Self.halfPages) * 4096) }
}

/// A guest's descriptor tables: their frames' contents, and the windows through which the processor
/// reads them.
extension MMU {
  /// Checks all descriptors of a frame and writes them as they are to be.
  /// - Throws: `EINVAL` if one is not allowed.
  func checkDescriptors(_ mfn: MFN) throws(TypeRefusal) {
    let bytes = host.memory[mfn]
    for i in 0..<512 {
      let old = SegmentDescriptor(rawValue: bytes.sharedWord(i).value)
      guard let new = DescriptorRules.sanitised(old) else { throw TypeRefusal(.EINVAL) }
      if new != old { bytes.sharedWord(i).value = new.rawValue }
    }
  }

  /// Writes a descriptor into a frame of `owner`'s that is part of a descriptor table, or may be
  /// written anyway (`HYPERVISOR_update_descriptor`). Takes the page-table lock.
  /// - Throws: `EINVAL` if the address is not a multiple of eight, the descriptor is not allowed,
  ///   or the frame is not `owner`'s or in use as something else.
  public func updateDescriptor(
    _ address: MachineAddress, _ descriptor: SegmentDescriptor, of owner: DomainID
  ) throws(XenErrno) {
    guard address.pageOffset & 7 == 0, let new = DescriptorRules.sanitised(descriptor) else {
      throw .EINVAL
    }
    let mfn = address.frame
    try takeFrame(mfn, of: owner)
    defer { putFrame(mfn) }
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    let kind = type(of: mfn).kind == .descriptors ? PageKind.descriptors : .writable
    do throws(TypeRefusal) { try takeType(mfn, kind) } catch { throw error.reason }
    host.memory[mfn].sharedWord(address.pageOffset >> 3).value = new.rawValue
    putLeafType(mfn)
  }

  /// Takes the GDT away from a vCPU that does not run, or runs on this CPU; its frames are let go.
  public func clearGDT(_ window: DescriptorWindow) {
    for i in 0..<DescriptorRules.firstReservedPage {
      let old = entry(window.table, window.first + i)
      let new = PageTableEntry(window.zeros, windowFlags - .writable)
      setEntry(window.table, window.first + i, new)
      if old.isPresent, old.frame != window.zeros { releaseDescriptors(old.frame) }
    }
  }

  /// Gives a vCPU, which does not run or runs on this CPU, another GDT. Takes the page-table lock.
  /// - Parameters:
  ///   - frames: its frames; as many as `entries` needs are looked at.
  ///   - entries: its descriptors, 512 to a frame.
  /// - Throws: `EINVAL` if there are too many entries, a frame is not `owner`'s, or holds
  ///   descriptors that are not allowed; then the old GDT stays.
  public func setGDT(
    _ frames: InlineArray<14, MFN>, entries: Int, _ window: DescriptorWindow, of owner: DomainID
  ) throws(XenErrno) {
    guard entries >= 0, entries <= DescriptorRules.firstReservedEntry else { throw .EINVAL }
    let count = (entries + 511) / 512
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    for i in 0..<count {
      guard holdDescriptors(frames[i], of: owner) else {
        for j in 0..<i { releaseDescriptors(frames[j]) }
        throw .EINVAL
      }
    }
    clearGDT(window)
    for i in 0..<count {
      setEntry(window.table, window.first + i, PageTableEntry(frames[i], windowFlags))
    }
  }

  /// Maps the hypervisor's own descriptors, those of the CPU that is to run the vCPU, behind the
  /// guest's.
  public func setReservedDescriptors(_ frame: MFN, _ window: DescriptorWindow) {
    setEntry(
      window.table, window.first + DescriptorRules.firstReservedPage,
      PageTableEntry(frame, windowFlags))
  }

  /// Takes the LDT's pages out of a vCPU's window; they come back as the processor asks for them.
  /// - Returns: whether there were any: then translations have to be forgotten.
  public func clearLDT(_ window: DescriptorWindow) -> Bool {
    var hadPages = false
    for i in 0..<DescriptorWindow.halfPages {
      let index = window.first + DescriptorWindow.halfPages + i
      let old = entry(window.table, index)
      guard old.isPresent else { continue }
      setEntry(window.table, index, .empty)
      releaseDescriptors(old.frame)
      hadPages = true
    }
    return hadPages
  }

  /// Maps the page of the LDT that the processor missed. Takes the page-table lock.
  /// - Parameters:
  ///   - page: its number in the LDT.
  ///   - base: the guest's linear address of its LDT.
  ///   - root: the kernel's root.
  /// - Returns: false if the guest has no frame of descriptors there.
  public func mapLDTPage(
    _ page: Int, base: VirtualAddress, _ window: DescriptorWindow, root: MFN, of owner: DomainID
  ) -> Bool {
    guard page >= 0, page < DescriptorWindow.halfPages else { return false }
    host.lockPageTables(of: owner)
    defer { host.unlockPageTables(of: owner) }
    let index = window.first + DescriptorWindow.halfPages + page
    // Another fault on the same page may have been faster only on this vCPU, which is here.
    if entry(window.table, index).isPresent { return true }
    let address = base.advanced(by: UInt64(page) << 12)
    guard let mapping = leafEntry(of: address, under: root),
      holdDescriptors(mapping.frame, of: owner)
    else { return false }
    setEntry(window.table, index, PageTableEntry(mapping.frame, windowFlags))
    return true
  }

  // The processor reads descriptors, and marks them accessed, with the hypervisor's rights.
  private var windowFlags: EntryFlags {
    let flags: EntryFlags = .present | .writable | .accessed | .dirty
    return host.noExecute ? flags | .noExecute : flags
  }

  private func holdDescriptors(_ mfn: MFN, of owner: DomainID) -> Bool {
    guard host.frames.takeReference(mfn, ownedBy: owner) else { return false }
    do throws(TypeRefusal) { try takeType(mfn, .descriptors) } catch {
      putFrame(mfn)
      return false
    }
    return true
  }

  private func releaseDescriptors(_ mfn: MFN) {
    putLeafType(mfn)
    putFrame(mfn)
  }
}
