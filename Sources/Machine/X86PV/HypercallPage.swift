import Machine
import Primitives
import XenABI

/// The page of hypercall stubs that a PV kernel calls: 32 bytes for each number.
/// - Source: "Hypercall interface" in `xen/include/public/arch-x86/xen-x86_64.h`.
public enum HypercallPage {
  /// Fills a frame with stubs.
  public static func fill(_ page: FrameBytes) {
    for number in 0..<128 {
      var stub = Stub(at: number * 32)
      // SYSCALL destroys RCX and R11, so the stub keeps them.
      stub.append(page, byte: 0x51)  // push rcx
      stub.append(page, byte: 0x41)  // push r11
      stub.append(page, byte: 0x53)
      if number == Int(HypercallNumber.iret.rawValue) {
        stub.append(page, byte: 0x50)  // push rax: the frame holds it
        stub.append(page, byte: 0xb8)  // mov eax, number
        stub.append(page, word: number)
        stub.append(page, byte: 0x0f)  // syscall; it does not return
        stub.append(page, byte: 0x05)
      } else {
        stub.append(page, byte: 0xb8)  // mov eax, number
        stub.append(page, word: number)
        stub.append(page, byte: 0x0f)  // syscall
        stub.append(page, byte: 0x05)
        stub.append(page, byte: 0x41)  // pop r11
        stub.append(page, byte: 0x5b)
        stub.append(page, byte: 0x59)  // pop rcx
        stub.append(page, byte: 0xc3)  // ret
      }
      // The rest traps.
      while stub.position < number * 32 + 32 { stub.append(page, byte: 0xcc) }
    }
  }

  private struct Stub {
    var position: Int

    init(at position: Int) { self.position = position }

    mutating func append(_ page: FrameBytes, byte: UInt8) {
      page.store(byte, at: position)
      position += 1
    }

    mutating func append(_ page: FrameBytes, word number: Int) {
      page.store(UInt32(truncatingIfNeeded: number), at: position)
      position += 4
    }
  }
}
