import Primitives

/// A screen of 25 rows of 80 cells, written like a terminal: a character in the low byte of a cell,
/// its colours in the high one.
public struct TextScreen: ~Copyable {
  /// Cells in a row.
  public static var columns: Int { 80 }
  /// Rows.
  public static var rows: Int { 25 }
  // A space, grey on black.
  private static var blank: UInt16 { 0x0720 }

  private let cells: Table<UInt16>
  private var row = 0
  private var column = 0

  /// A screen whose cells are `cells`, emptied; nil if there are too few of them.
  public init?(_ cells: Table<UInt16>) {
    guard cells.count >= Self.columns * Self.rows else { return nil }
    self.cells = cells
    for i in 0..<Self.columns * Self.rows { cells[i].pointee = Self.blank }
  }

  /// The number of the cell that the next character goes to.
  public var cursor: Int { min(row * Self.columns + column, Self.columns * Self.rows - 1) }

  /// Writes one character: line feed (to the start of the next row), carriage return and tab move the
  /// cursor, other control characters do nothing.
  public mutating func put(_ byte: UInt8) {
    switch byte {
    case 10:
      column = 0
      advanceRow()
    case 13: column = 0
    case 9: column = min((column / 8 + 1) * 8, Self.columns)
    case 32...: putCell(byte)
    default: break
    }
  }

  private mutating func putCell(_ byte: UInt8) {
    if column == Self.columns {
      column = 0
      advanceRow()
    }
    cells[row * Self.columns + column].pointee = UInt16(byte) | Self.blank & 0xff00
    column += 1
  }

  private mutating func advanceRow() {
    guard row == Self.rows - 1 else {
      row += 1
      return
    }
    let kept = Self.columns * (Self.rows - 1)
    for i in 0..<kept { cells[i].pointee = cells[i + Self.columns].pointee }
    for i in kept..<kept + Self.columns { cells[i].pointee = Self.blank }
  }
}
