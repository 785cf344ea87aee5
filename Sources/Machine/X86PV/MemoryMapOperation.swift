import Domains
import Hypercalls
import Machine
import Memory
import Primitives
import Sync
import XenABI

/// Memory maps: `XENMEM_memory_map`, `XENMEM_machine_memory_map`, `XENMEM_set_memory_map`.
extension Hypervisor where M: X86Hardware {
  /// The most entries of a map that a domain can be given.
  private var mapCapacity: UInt32 { 128 }

  /// Tells a domain the map that the toolstack gave it.
  /// - Throws: `ENOSYS` if it was given none, `EFAULT`.
  func tellMemoryMap(of domain: Ref<Domain>, at address: UInt64) throws(XenErrno) {
    var request = try read(GuestHandle<MemoryMap>(address: address))
    let stored = domain.pointee.stateLock.withLock { () -> (MFN, UInt32)? in
      guard let frame = domain.pv.pointee.memoryMapFrame else { return nil }
      return (frame, domain.pv.pointee.memoryMapEntries)
    }
    guard let (frame, entries) = stored, entries != 0 else { throw .ENOSYS }
    request.entryCount = min(request.entryCount, entries)
    try write(
      frame: M.memory[frame], at: 0,
      count: Int(request.entryCount) * MemoryLayout<E820Entry>.stride,
      to: GuestHandle(address: request.buffer.address))
    try write(request, to: GuestHandle(address: address))
  }

  /// Gives a domain its map.
  /// - Throws: `EINVAL` for more entries than a map can have, `ESRCH`, `EPERM`, `EFAULT`, `ENOMEM`.
  func setMemoryMap(_ caller: Caller, at address: UInt64) throws(XenErrno) {
    let request = try read(GuestHandle<ForeignMemoryMap>(address: address))
    guard request.map.entryCount <= mapCapacity else { throw .EINVAL }
    let target = try administered(DomainID(request.domain), by: caller)
    let domain = target.domain
    guard let frame = allocateOwnFrame() else { throw .ENOMEM }
    let bytes = Int(request.map.entryCount) * MemoryLayout<E820Entry>.stride
    do throws(XenErrno) {
      try read(
        frame: M.memory[frame], at: 0, count: bytes,
        from: GuestHandle(address: request.map.buffer.address))
    } catch {
      freeOwnFrames(frame)
      throw error
    }
    let unused = domain.pointee.stateLock.withLock { () -> MFN? in
      // A reader may be copying out of the frame that is there: it keeps its place.
      if let old = domain.pv.pointee.memoryMapFrame {
        M.memory[old].copy(from: M.memory[frame])
        domain.pv.pointee.memoryMapEntries = request.map.entryCount
        return frame
      }
      domain.pv.pointee.memoryMapFrame = frame
      domain.pv.pointee.memoryMapEntries = request.map.entryCount
      return nil
    }
    if let unused { freeOwnFrames(unused) }
  }

  /// Tells the machine's map as the caller may use it: between the firmware's entries, what the
  /// caller may not touch is reserved.
  /// - Throws: `EPERM`, `EINVAL` if the buffer is too small, `EFAULT`.
  func tellMachineMemoryMap(_ caller: Caller, at address: UInt64) throws(XenErrno) {
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    var request = try read(GuestHandle<MemoryMap>(address: address))
    let allowed = caller.domain.pointee.memoryPermissions
    var written: UInt32 = 0
    // The first frame that nothing said so far covers.
    var covered: UInt64 = 0
    var i = 0
    while let entry = M.firmwareMapEntry(i) {
      let start = entry.start >> 12
      while covered < start, let denied = allowed.nextMissing(from: covered, through: start - 1) {
        try put(
          E820Entry(
            address: denied.lowerBound << 12,
            size: (denied.upperBound - denied.lowerBound + 1) << 12, type: E820Type.reserved),
          at: &written, of: request)
        covered = denied.upperBound + 1
      }
      try put(
        E820Entry(address: entry.start, size: entry.bytes, type: entry.type), at: &written,
        of: request)
      covered = max(covered, (entry.start &+ entry.bytes &+ 0xfff) >> 12)
      i += 1
    }
    // The hypervisor's own devices lie above all memory rarely, but not never.
    let end: UInt64 = 1 << 40
    while covered < end, let denied = allowed.nextMissing(from: covered, through: end - 1) {
      guard denied.upperBound < end - 1 else { break }
      try put(
        E820Entry(
          address: denied.lowerBound << 12,
          size: (denied.upperBound - denied.lowerBound + 1) << 12, type: E820Type.reserved),
        at: &written, of: request)
      covered = denied.upperBound + 1
    }
    request.entryCount = written
    try write(request, to: GuestHandle(address: address))
  }

  private func put(
    _ entry: E820Entry, at index: inout UInt32, of request: MemoryMap
  ) throws(XenErrno) {
    guard index < request.entryCount else { throw .EINVAL }
    try write(entry, to: request.buffer, at: UInt64(index))
    index += 1
  }
}
