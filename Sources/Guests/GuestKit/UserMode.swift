import CGuest
import Text
import XenABI

/// A user address space of three pages: code, stack and data, and the way into it.
public struct UserMode {
  /// Where user mode sees the code page, the top of the stack, and the data page.
  public static let code: UInt64 = 0x40_0000
  public static let stackTop: UInt64 = 0x40_2000
  public static let data: UInt64 = 0x40_2000

  /// The same pages in the kernel's mapping.
  public let codePage: UInt64
  public let stackPage: UInt64
  public let dataPage: UInt64
  let tables: InlineArray<4, UInt64>

  /// Builds the tables and makes them the user base.
  public static func make() -> UserMode {
    let space = UserMode(
      codePage: Pages.allocate(), stackPage: Pages.allocate(), dataPage: Pages.allocate(),
      tables: [Pages.allocate(), Pages.allocate(), Pages.allocate(), Pages.allocate()])
    let first = PageTables.index(code, level: 1)
    let pages: InlineArray<3, UInt64> = [space.codePage, space.stackPage, space.dataPage]
    for i in 0..<3 {
      let bits = i == 0 ? PageEntry.readOnly : PageEntry.readWrite | PageEntry.noExecute
      guest_store64(
        space.tables[0] &+ (first &+ UInt64(i)) &* 8, Memory.machineFrame(at: pages[i]) << 12 | bits
      )
    }
    for level in 1..<4 {
      let index = PageTables.index(code, level: UInt64(level + 1))
      guest_store64(
        space.tables[level] &+ index &* 8,
        Memory.machineFrame(at: space.tables[level - 1]) << 12 | PageEntry.readWrite)
    }
    for level in 0..<4 {
      expect(MMU.protect(space.tables[level], writable: false), 0, "user table")
    }
    expect(
      MMU.extended(MMU.newUserBase, Memory.machineFrame(at: space.tables[3])), 0, "the user base")
    return space
  }

  /// Takes the tables down again.
  public func close() {
    expect(MMU.extended(MMU.newUserBase, 0), 0, "no user base")
    _ = hypercall(.stackSwitch, UInt64(GUEST_KERNEL_DS), guest_stack_pointer_top())
    for level in 0..<4 {
      expect(MMU.protect(tables[level], writable: true), 0, "user table freed")
      Pages.free(tables[level])
    }
    Pages.free(dataPage)
    Pages.free(stackPage)
    Pages.free(codePage)
  }

  /// Registers of a fresh program: at the code page, interrupts on.
  public static var start: guest_frame {
    var frame = guest_frame()
    frame.rip = code
    frame.rsp = stackTop
    frame.cs = UInt64(GUEST_KERNEL_CS)
    frame.ss = UInt64(GUEST_KERNEL_DS)
    frame.rflags = 0x202
    return frame
  }

  /// Puts a program of the shim at the start of the code page.
  public func load(_ program: Int) { guest_copy_program(UInt64(program), codePage) }

  /// Runs user mode from `frame` until it traps, by HYPERVISOR_iret with VGCF_ `flags`.
  public func run(_ frame: guest_frame = UserMode.start, flags: UInt64 = 0) -> Fault {
    let at = guest_scratch()
    // Safety: the scratch page is ours and larger than the frame.
    unsafe UnsafeMutablePointer<guest_frame>(bitPattern: UInt(at))?.pointee = frame
    return attempt(at, flags) { at, flags, _ in
      // Safety: as above.
      unsafe guest_enter_user(UnsafePointer(bitPattern: UInt(at)), flags)
      return 0
    }.fault
  }
}
