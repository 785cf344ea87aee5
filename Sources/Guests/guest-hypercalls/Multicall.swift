import CGuest
import GuestKit
import Text
import XenABI

// struct multicall_entry: op, result, args[6]. Source: public/xen.h.
func testMulticall() {
  test("multicall") {
    let list = Pages.allocate()
    func put(_ i: UInt64, _ number: UInt64, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0) {
      guest_store64(list &+ i &* 64, number)
      guest_store64(list &+ i &* 64 &+ 8, 0x5555)
      guest_store64(list &+ i &* 64 &+ 16, a)
      guest_store64(list &+ i &* 64 &+ 24, b)
      guest_store64(list &+ i &* 64 &+ 32, c)
    }
    func result(_ i: UInt64) -> Int64 { Int64(bitPattern: guest_load64(list &+ i &* 64 &+ 8)) }
    put(0, 17, 0)
    put(1, 99)
    put(2, 17, 7)
    put(3, 17, 0)
    expect(hypercall(.multicall, list, 3), 0, "three calls")
    expect(result(0), 0x4_0011, "the first's result")
    expect(result(1), .ENOSYS, "an unknown number's result")
    expect(result(2), 4096, "the third's result")
    expect(result(3), 0x5555, "the fourth was not run")
    expect(hypercall(.multicall, list, 0), 0, "no calls")
    put(0, 13, list &+ 64, 1)
    put(1, 17, 0)
    expect(hypercall(.multicall, list, 1), 0, "a multicall in a multicall")
    expect(result(0), .EINVAL, "its result")
    // The second entry lies over the edge of what is mapped: the first is done, the call fails.
    let first = Pages.allocate()
    let second = Pages.allocate()
    let entry = PageTables.value(second)
    expect(MMU.map(second, 0), 0, "unmap")
    guest_store64(second &- 64, 17)
    guest_store64(second &- 48, 0)
    expect(hypercall(.multicall, second &- 64, 2), .EFAULT, "two calls, the second unreadable")
    expect(Int64(bitPattern: guest_load64(second &- 56)), 0x4_0011, "the first's result")
    expect(MMU.map(second, entry), 0, "map")
    Pages.free(second)
    Pages.free(first)
    Pages.free(list)
  }
}
