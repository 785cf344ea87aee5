import Domains
import Machine
import Primitives
import XenABI

/// The door to guest memory: copies plain values in and out of the address space in force, after
/// checking that the range is the guest's to name. No pointer into guest memory leaves this file.
extension Hypervisor {
  /// Reads element `index` of what `handle` claims to point at.
  /// - Throws: `EFAULT` if the guest cannot read it.
  @inline(__always)
  public func read<T: BitwiseCopyable>(
    _ handle: GuestHandle<T>, at index: UInt64 = 0
  ) throws(XenErrno) -> T {
    let source = try checkedAddress(handle, index)
    let value = unsafe withUnsafeTemporaryAllocation(
      byteCount: MemoryLayout<T>.stride, alignment: MemoryLayout<T>.alignment
    ) { buffer -> T? in
      // Safety: the buffer has room for a `T`; any bit pattern is a `T` (BitwiseCopyable ABI
      // structures have no invalid patterns), read only if all of it was copied.
      guard let base = buffer.baseAddress else { return nil }
      guard unsafe M.copyFromGuest(base, source, MemoryLayout<T>.size) == 0 else { return nil }
      return unsafe base.load(as: T.self)
    }
    guard let value else { throw .EFAULT }
    return value
  }

  /// Writes element `index` of what `handle` claims to point at.
  /// - Throws: `EFAULT` if the guest cannot write it.
  @inline(__always)
  public func write<T: BitwiseCopyable>(
    _ value: T, to handle: GuestHandle<T>, at index: UInt64 = 0
  ) throws(XenErrno) {
    let destination = try checkedAddress(handle, index)
    var copy = value
    // Safety: `copy` has `size` readable bytes.
    let missed = unsafe withUnsafeBytes(of: &copy) { bytes -> Int in
      guard let base = bytes.baseAddress else { return bytes.count }
      return unsafe M.copyToGuest(destination, base, MemoryLayout<T>.size)
    }
    if missed != 0 { throw .EFAULT }
  }

  /// Writes the first `count` of some words.
  /// - Throws: `EFAULT` if the guest cannot write them; some may have been written then.
  @inline(__always)
  public func write<let n: Int>(
    _ words: InlineArray<n, UInt64>, count: Int, to handle: GuestHandle<UInt64>
  ) throws(XenErrno) {
    precondition(count >= 0 && count <= n)
    let destination = VirtualAddress(handle.address)
    var copy = words
    // Safety: `copy` has `n` words, of which at most all are read.
    let missed = unsafe withUnsafeBytes(of: &copy) { bytes -> Int in
      guard let base = bytes.baseAddress else { return count }
      return unsafe M.copyToGuest(destination, base, count &* 8)
    }
    if missed != 0 { throw .EFAULT }
  }

  /// Copies bytes of a frame, which the caller owns or holds, to the guest.
  /// - Throws: `EFAULT` if the guest cannot write them, `EINVAL` if the range leaves the frame.
  public func write(
    frame bytes: FrameBytes, at offset: Int, count: Int, to handle: GuestHandle<UInt8>,
    at index: UInt64 = 0
  ) throws(XenErrno) {
    guard offset >= 0, count >= 0, offset <= 4096, count <= 4096 - offset else { throw .EINVAL }
    let destination = try checkedRange(handle, index, UInt64(count))
    let missed = bytes.withBytes { span in
      // Safety: the range was checked against the frame.
      unsafe span.withUnsafeBytes { raw -> Int in
        guard let base = raw.baseAddress else { return count }
        return unsafe M.copyToGuest(destination, base + offset, count)
      }
    }
    if missed != 0 { throw .EFAULT }
  }

  /// Copies bytes from the guest into a frame, which the caller owns or holds.
  /// - Throws: `EFAULT` if the guest cannot read them, `EINVAL` if the range leaves the frame.
  public func read(
    frame bytes: FrameBytes, at offset: Int, count: Int, from handle: GuestHandle<UInt8>,
    at index: UInt64 = 0
  ) throws(XenErrno) {
    guard offset >= 0, count >= 0, offset <= 4096, count <= 4096 - offset else { throw .EINVAL }
    let source = try checkedRange(handle, index, UInt64(count))
    // Safety: the range was checked against the frame, which is mapped.
    let missed = unsafe bytes.withMutableBase { base -> Int in
      unsafe M.copyFromGuest(base + offset, source, count)
    }
    if missed != 0 { throw .EFAULT }
  }

  @inline(__always)
  private func checkedAddress<T: BitwiseCopyable>(
    _ handle: GuestHandle<T>, _ index: UInt64
  ) throws(XenErrno) -> VirtualAddress {
    let stride = UInt64(MemoryLayout<T>.stride)
    let (offset, overflow) = index.multipliedReportingOverflow(by: stride)
    let (address, wrapped) = handle.address.addingReportingOverflow(offset)
    guard !overflow, !wrapped, M.isGuestRange(VirtualAddress(address), count: stride) else {
      throw .EFAULT
    }
    return VirtualAddress(address)
  }

  private func checkedRange(
    _ handle: GuestHandle<UInt8>, _ index: UInt64, _ count: UInt64
  ) throws(XenErrno) -> VirtualAddress {
    let (address, wrapped) = handle.address.addingReportingOverflow(index)
    guard !wrapped, M.isGuestRange(VirtualAddress(address), count: count) else { throw .EFAULT }
    return VirtualAddress(address)
  }
}
