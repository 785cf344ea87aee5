import Primitives
import Testing

@testable import Console

/// Storage for rings and screens at a fixed address.
final class Storage<Element: BitwiseCopyable> {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  init(_ count: Int, _ value: Element) {
    self.count = count
    base = .allocate(capacity: count)
    base.initialize(repeating: value, count: count)
  }

  deinit { base.deallocate() }

  var table: Table<Element> { Table(base: base, count: count) }
}

/// Collects what a ring hands out.
private func text(
  _ ring: borrowing ConsoleRing, from index: UInt32 = 0, incremental: Bool = false,
  count: Int = 1 << 20
) -> (text: String, next: UInt32) {
  var bytes: [UInt8] = []
  let result = ring.read(from: index, incremental: incremental, count: count) { position, byte in
    #expect(position == bytes.count)
    bytes.append(byte)
  }
  #expect(result.count == bytes.count)
  return (String(decoding: bytes, as: UTF8.self), result.next)
}

extension ConsoleRing {
  fileprivate mutating func append(_ text: String) { for byte in text.utf8 { append(byte) } }
}

@Suite struct ConsoleRingTests {
  @Test func aRingHandsOutWhatItWasGiven() {
    let storage = Storage<UInt8>(16, 0)
    var ring = ConsoleRing(storage.table)
    #expect(text(ring).text == "")
    ring.append("hello")
    #expect(text(ring).text == "hello")
    #expect(text(ring).next == 5)
  }

  @Test func theOldestCharactersGoWhenThereIsNoRoom() {
    let storage = Storage<UInt8>(8, 0)
    var ring = ConsoleRing(storage.table)
    ring.append("0123456789ab")
    #expect(text(ring).text == "456789ab")
    #expect(ring.consumed == 4)
  }

  @Test func onlyThePowerOfTwoInTheStorageIsUsed() {
    let storage = Storage<UInt8>(15, 0)
    let ring = ConsoleRing(storage.table)
    #expect(ring.capacity == 8)
  }

  @Test func readingInPiecesGivesEveryCharacterOnce() {
    let storage = Storage<UInt8>(64, 0)
    var ring = ConsoleRing(storage.table)
    ring.append("the quick brown fox")
    var all = ""
    var index: UInt32 = 0
    while true {
      let piece = text(ring, from: index, incremental: true, count: 7)
      if piece.text.isEmpty { break }
      all += piece.text
      index = piece.next
    }
    #expect(all == "the quick brown fox")
  }

  @Test func anIndexTheRingDoesNotHaveStartsAtTheOldestCharacter() {
    let storage = Storage<UInt8>(8, 0)
    var ring = ConsoleRing(storage.table)
    ring.append("0123456789")
    #expect(text(ring, from: 1, incremental: true).text == "23456789")
    #expect(text(ring, from: 11, incremental: true).text == "23456789")
    #expect(text(ring, from: 10, incremental: true).text == "")
  }

  @Test func discardingForgetsOnlyWhatWasRead() {
    let storage = Storage<UInt8>(64, 0)
    var ring = ConsoleRing(storage.table)
    ring.append("first second")
    let piece = text(ring, count: 6)
    ring.discard(before: piece.next)
    #expect(text(ring).text == "second")
    // The rest is still there for a reader that goes on, as xl dmesg -c does.
    #expect(text(ring, from: piece.next, incremental: true).text == "second")
    ring.discard(before: 999)
    #expect(text(ring).text == "second")
  }

  @Test func numbersMayWrap() {
    let storage = Storage<UInt8>(8, 0)
    var ring = ConsoleRing(storage.table, first: UInt32.max - 3)
    ring.append("0123456789")
    #expect(text(ring).text == "23456789")
    #expect(ring.produced == 6)
    #expect(text(ring, from: 2, incremental: true).text == "6789")
    #expect(text(ring, from: UInt32.max, incremental: true).text == "3456789")
  }

  @Test(arguments: [UInt32(0), UInt32.max - 5])
  func movingKeepsTheLastCharactersAndTheirNumbers(_ first: UInt32) {
    let small = Storage<UInt8>(8, 0)
    let large = Storage<UInt8>(32, 0)
    let tiny = Storage<UInt8>(4, 0)
    var ring = ConsoleRing(small.table, first: first)
    ring.append("0123456789")
    ring.move(to: large.table)
    #expect(text(ring).text == "23456789")
    ring.append("abc")
    #expect(text(ring).text == "23456789abc")
    ring.move(to: tiny.table)
    #expect(text(ring).text == "9abc")
    #expect(ring.produced == first &+ 13)
  }
}
