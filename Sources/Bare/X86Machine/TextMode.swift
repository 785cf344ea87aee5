import Console
import Machine
import Primitives

/// The VGA text screen, if the adapter is in text mode.
/// - Source: IBM VGA technical reference: graphics controller register 6, CRT controller
///   registers 0x0C to 0x0F.
enum TextMode {
  /// The screen, emptied; nil if there is no VGA adapter, or it shows graphics.
  static func screen() -> TextScreen? {
    guard isOn, let base = unsafe cells() else { return nil }
    // Whoever had the screen may have scrolled by showing another part of the memory.
    X86.outb(0x3d4, 0x0c)
    X86.outb(0x3d5, 0)
    X86.outb(0x3d4, 0x0d)
    X86.outb(0x3d5, 0)
    // Safety: 32 KiB of the adapter's memory, which the direct map shows from the start, for ever;
    // only this screen writes it. The processor's range registers keep it out of the caches.
    return TextScreen(unsafe Table(base: base, count: TextScreen.columns * TextScreen.rows))
  }

  /// Shows the cursor at a cell.
  static func moveCursor(to cell: Int) {
    X86.outb(0x3d4, 0x0e)
    X86.outb(0x3d5, UInt8(truncatingIfNeeded: cell >> 8))
    X86.outb(0x3d4, 0x0f)
    X86.outb(0x3d5, UInt8(truncatingIfNeeded: cell))
  }

  // Bit 0 is set in graphics modes; bits 2 and 3 say that memory is seen at 0xB8000. Without an
  // adapter all bits read as ones.
  private static var isOn: Bool {
    X86.outb(0x3ce, 6)
    return X86.inb(0x3cf) & 0x0d == 0x0c
  }

  private static func cells() -> UnsafeMutablePointer<UInt16>? {
    let address = AddressLayout.directMapAddress(of: MachineAddress(0xb8000)).rawValue
    return unsafe UnsafeMutablePointer(bitPattern: UInt(address))
  }
}
