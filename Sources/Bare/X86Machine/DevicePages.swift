import Machine
import Primitives
import Sync
import X86Format

/// Device pages that are mapped after start, such as MSI-X tables: each once, for ever.
struct DevicePages: ~Copyable {
  /// Guards the table and the mappings it stands for.
  let lock = TicketLock()
  /// The frames mapped, in the order of their places.
  var frames = InlineArray<256, MFN>(repeating: MFN(0))
  /// The number of them.
  var count = 0
  /// The address of the first place; its page table exists.
  var base: UInt64 = 0

  /// The number of places.
  static var capacity: Int { 256 }
}

extension X86 {
  /// Sets the places aside, so that no page table is needed later.
  static func prepareDevicePages() {
    let state = Self.state
    let large = PageTableLevel.l2.bytes
    let base = (state.pointee.space.nextDevice &+ large &- 1) & ~(large &- 1)
    state.pointee.devicePages.base = base
    // Mapping and unmapping one page leaves its page table behind.
    map(VirtualAddress(base), to: MFN(0), .device)
    map(VirtualAddress(base), to: MFN(0), .none)
    state.pointee.space.nextDevice = base &+ large
  }

  /// Where a page of device registers is mapped uncached, mapping it if need be; nil if all places are
  /// taken.
  static func mappedDevicePage(_ address: MachineAddress) -> VirtualAddress? {
    let state = Self.state
    let frame = address.frame
    return state.pointee.devicePages.lock.withLock { () -> VirtualAddress? in
      for i in 0..<state.pointee.devicePages.count
      where state.pointee.devicePages.frames[i] == frame {
        return VirtualAddress(state.pointee.devicePages.base &+ UInt64(i) &* 4096)
      }
      let n = state.pointee.devicePages.count
      guard n < DevicePages.capacity else { return nil }
      let place = VirtualAddress(state.pointee.devicePages.base &+ UInt64(n) &* 4096)
      map(place, to: frame, .device)
      state.pointee.devicePages.frames[n] = frame
      state.pointee.devicePages.count = n &+ 1
      return place
    }
  }
}
