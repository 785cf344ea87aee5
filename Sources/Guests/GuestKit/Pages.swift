import CGuest
import Synchronization
import Text

private let next = Atomic<UInt64>(0)
private let freeList = Atomic<UInt64>(0)

/// Pages for tests: the part of the boot mapping after the boot stack. For vCPU 0 only.
public enum Pages {
  /// First address of the unused part of the boot mapping.
  public static var start: UInt64 {
    let info = StartInfo.current
    return info.pageTables &+ (info.pageTableFrames &+ 1) &* 4096
  }

  /// A zeroed page of the boot mapping, mapped writable.
  public static func allocate() -> UInt64 {
    var address = freeList.load(ordering: .relaxed)
    if address != 0 {
      freeList.store(guest_load64(address), ordering: .relaxed)
    } else {
      address = next.load(ordering: .relaxed)
      if address == 0 { address = start }
      guard PageTables.value(address) & PageEntry.present != 0 else {
        say("FAIL page allocator: the boot mapping is used up")
        shutdown(3)
      }
      next.store(address &+ 4096, ordering: .relaxed)
    }
    clear(address)
    return address
  }

  /// Gives a page back; it must be mapped writable.
  public static func free(_ address: UInt64) {
    guest_store64(address, freeList.load(ordering: .relaxed))
    freeList.store(address, ordering: .relaxed)
  }

  /// Zeroes a page.
  public static func clear(_ address: UInt64) {
    for i: UInt64 in 0..<512 { guest_store64(address &+ i &* 8, 0) }
  }
}
