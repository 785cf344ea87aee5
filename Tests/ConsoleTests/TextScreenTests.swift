import Testing

@testable import Console

private let cellCount = TextScreen.columns * TextScreen.rows

/// The characters of a row, without the spaces at its end.
private func row(_ number: Int, of storage: Storage<UInt16>) -> String {
  let start = number * TextScreen.columns
  let bytes = (start..<start + TextScreen.columns).map { UInt8(storage.base[$0] & 0xff) }
  var text = String(decoding: bytes, as: UTF8.self)
  while text.hasSuffix(" ") { text.removeLast() }
  return text
}

@Suite struct TextScreenTests {
  @Test func aScreenNeedsAllItsCells() {
    let storage = Storage<UInt16>(cellCount - 1, 0)
    let made = TextScreen(storage.table) != nil
    #expect(!made)
  }

  @Test func charactersGoFromLeftToRightAndRowsDown() throws {
    let storage = Storage<UInt16>(cellCount, 0x1234)
    guard var screen = TextScreen(storage.table) else { throw Absent() }
    #expect(storage.base[cellCount - 1] == 0x0720)
    for byte in "one\ntwo\r2\tx\u{7}".utf8 { screen.put(byte) }
    #expect(row(0, of: storage) == "one")
    #expect(row(1, of: storage) == "2wo     x")
    #expect(screen.cursor == TextScreen.columns + 9)
    #expect(storage.base[0] == 0x0700 | UInt16(UInt8(ascii: "o")))
  }

  @Test func aFullRowGoesOnInTheNext() throws {
    let storage = Storage<UInt16>(cellCount, 0)
    guard var screen = TextScreen(storage.table) else { throw Absent() }
    for _ in 0..<TextScreen.columns { screen.put(UInt8(ascii: "x")) }
    #expect(row(1, of: storage) == "")
    screen.put(10)
    screen.put(UInt8(ascii: "y"))
    // The line feed right after a full row ends that row, not an empty one.
    #expect(row(1, of: storage) == "y")
  }

  @Test func theRowsMoveUpWhenTheLastIsFull() throws {
    let storage = Storage<UInt16>(cellCount, 0)
    guard var screen = TextScreen(storage.table) else { throw Absent() }
    for number in 0..<30 {
      for byte in "line \(number)\n".utf8 { screen.put(byte) }
    }
    #expect(row(0, of: storage) == "line 6")
    #expect(row(23, of: storage) == "line 29")
    #expect(row(24, of: storage) == "")
  }

  @Test func anythingAtAllStaysOnTheScreen() throws {
    let storage = Storage<UInt16>(cellCount + 80, 0xdead)
    guard var screen = TextScreen(storage.table) else { throw Absent() }
    var seed: UInt64 = 0x5eed_0007
    for _ in 0..<20000 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      screen.put(UInt8(truncatingIfNeeded: seed >> 40))
      #expect(screen.cursor < cellCount)
    }
    for i in cellCount..<cellCount + 80 { #expect(storage.base[i] == 0xdead) }
  }

  private struct Absent: Error {}
}

@Suite struct UARTSettingsTests {
  @Test(
    arguments: [
      (115_200, 115_200, 1), (9600, 115_200, 12), (115_200, 1_843_200, 16), (300, 115_200, 384),
      (921_600, 115_200, 1), (1, 115_200, 65535), (38400, 115_200, 3), (57601, 115_200, 2),
    ] as [(UInt32, UInt32, UInt16)])
  func theDivisorGivesTheNearestRate(_ baud: UInt32, _ base: UInt32, _ divisor: UInt16) {
    #expect(UARTSettings(baud: baud, baseBaud: base).divisor == divisor)
  }

  @Test func theFrameIsTheLineControlRegisters() {
    #expect(UARTSettings(baud: 9600).lineControl == 0x03)
    #expect(UARTSettings(baud: 9600, dataBits: 7, parity: .even).lineControl == 0x1a)
    #expect(
      UARTSettings(baud: 9600, dataBits: 5, parity: .odd, stopBits: 2).lineControl == 0x0c)
    #expect(UARTSettings(baud: 9600, dataBits: 200, parity: .space).lineControl == 0x3b)
    #expect(UARTSettings(baud: 0).divisor == 65535)
  }
}
