import Machine
import Primitives
import XenABI

// The mapping side. A record goes through:
//
//   free --allocateHandle--> empty --setMapping--> mapped --beginUnmap--> leaving --endUnmap--> free
//                              |                     ^                       |
//                              +--freeHandle--> free +------cancelUnmap------+
//
// Ways of access (host, device) leave one by one or together.
extension GrantTable {
  /// Takes a record for a mapping that is about to be made.
  /// - Throws: `noSpace` if the domain has no record left and may not, or cannot, get more.
  public func allocateHandle(
    _ supply: (GrantFrameKind) -> MFN?
  ) throws(GrantStatus) -> GrantHandle {
    if let handle = takeFreeHandle() { return handle }
    try growRecords(supply)
    guard let handle = takeFreeHandle() else { throw .noSpace }
    return handle
  }

  /// Gives back a record that got no mapping.
  public func freeHandle(_ handle: GrantHandle) { putFreeHandle(handle) }

  /// Notes what a handle stands for; from now on the guest may unmap it.
  public func setMapping(_ handle: GrantHandle, _ mapping: GrantMapping) {
    let record = MappingRecord(mapping)
    setRecord(handle, word: record.word, link: record.link)
  }

  /// What a handle stands for.
  /// - Throws: `badHandle` if it stands for nothing.
  public func mapping(_ handle: GrantHandle) throws(GrantStatus) -> GrantMapping {
    guard let record = record(handle), !record.use.parts.isEmpty else { throw .badHandle }
    return record.mapping(record.use.parts)
  }

  /// Starts to unmap some ways of access, so that nobody else unmaps them too.
  /// - Parameter parts: `.host`, `.device` or both; those not mapped are left out.
  /// - Returns: what leaves; its `use` has no parts if none of them was mapped.
  /// - Throws: `badHandle` if the handle stands for nothing.
  public func beginUnmap(
    _ handle: GrantHandle, _ parts: GrantUse
  ) throws(GrantStatus) -> GrantMapping {
    guard var record = record(handle), !record.use.parts.isEmpty else { throw .badHandle }
    let taken = record.use.parts & parts
    record.use.remove(taken)
    record.leaving.insert(taken)
    setRecord(handle, word: record.word, link: record.link)
    return record.mapping(taken)
  }

  /// Takes `beginUnmap` back: the mapping could not be removed.
  public func cancelUnmap(_ handle: GrantHandle, _ mapping: GrantMapping) {
    guard var record = record(handle) else { return }
    record.leaving.remove(mapping.use.parts)
    record.use.insert(mapping.use.parts)
    setRecord(handle, word: record.word, link: record.link)
  }

  /// Ends what `beginUnmap` started; a handle without a way of access left is free again.
  public func endUnmap(_ handle: GrantHandle, _ mapping: GrantMapping) {
    guard var record = record(handle) else { return }
    record.leaving.remove(mapping.use.parts)
    if record.use.parts.isEmpty, record.leaving.isEmpty {
      putFreeHandle(handle)
    } else {
      setRecord(handle, word: record.word, link: record.link)
    }
  }

  /// The first handle from `start` on that stands for a mapping, or nil: for taking all mappings of
  /// a dying domain away, some at a time.
  public func nextMapping(from start: GrantHandle) -> GrantHandle? {
    var number = start.index
    let limit = handleLimit
    while number < limit {
      let handle = GrantHandle(UInt32(truncatingIfNeeded: number))
      if let record = record(handle), !record.use.parts.isEmpty { return handle }
      number += 1
    }
    return nil
  }
}
