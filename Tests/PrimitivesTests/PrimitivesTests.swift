import Primitives
import Testing

private struct Flags: BitFlags {
  let rawValue: UInt8
  static var a: Flags { Flags(rawValue: 1) }
  static var b: Flags { Flags(rawValue: 2) }
  static var c: Flags { Flags(rawValue: 4) }
}

struct BitFlagsTests {
  @Test func setOperationsDoAsTheirNamesSay() {
    var flags = Flags.a | .b
    #expect(flags.contains(.a) && flags.contains(.a | .b) && !flags.contains(.a | .c))
    #expect(flags.intersects(.b | .c) && !flags.intersects(.c))
    #expect(flags - .a == .b)
    #expect(flags & (.b | .c) == .b)
    flags.remove(.a | .b)
    #expect(flags.isEmpty && flags == .none)
    flags.insert(.c)
    #expect(flags == .c)
    #expect(Flags.none.contains(.none) && !Flags.none.intersects(.none))
  }
}

struct BitmapTests {
  @Test func membersAreFoundInOrder() {
    var set = Bitmap<3>()
    #expect(set.isEmpty && set.next() == nil)
    let members = [0, 1, 63, 64, 127, 130, 191]
    for n in members.reversed() { set.insert(n) }
    var found: [Int] = []
    var next = set.next()
    while let n = next {
      found.append(n)
      next = set.next(from: n + 1)
    }
    #expect(found == members)
    #expect(set.count == members.count)
    set.remove(64)
    #expect(!set.contains(64) && set.contains(63))
  }

  @Test(arguments: [-1, 192, 193, Int.max, Int.min])
  func numbersOutOfRangeAreNoMembers(n: Int) {
    var set = Bitmap<3>()
    set.insert(n)
    set.remove(n)
    #expect(set.isEmpty && !set.contains(n))
    #expect(set.next(from: n) == nil)
    #expect(set.nextMissing(from: n) == nil)
  }

  @Test func theFirstMissingNumberIsFound() {
    var set = Bitmap<2>()
    for n in 0..<128 where n != 77 { set.insert(n) }
    #expect(set.nextMissing() == 77)
    #expect(set.nextMissing(from: 78) == nil)
    set.insert(77)
    #expect(set.nextMissing() == nil)
  }

  @Test func setsCombine() {
    var (a, b) = (Bitmap<2>(), Bitmap<2>())
    for n in [1, 70] { a.insert(n) }
    for n in [70, 90] { b.insert(n) }
    #expect(a.union(b).count == 3)
    #expect(a.intersection(b).next() == 70)
    #expect(a != b && a == a.intersection(a))
  }
}

struct TableTests {
  @Test func elementsAreReachedWithinBoundsOnly() {
    let storage = UnsafeMutablePointer<Int>.allocate(capacity: 3)
    storage.initialize(repeating: 0, count: 3)
    defer { storage.deallocate() }
    let table = Table(base: storage, count: 3)
    table[1].pointee = 5
    table.at(2)?.pointee += 7
    #expect([storage[0], storage[1], storage[2]] == [0, 5, 7])
    #expect(table.at(3) == nil && table.at(-1) == nil && table.at(Int.max) == nil)
    #expect(table.at(1) == table[1])
    #expect(table[1] != table[2])
  }
}

struct RangeSetTests {
  @Test func rangesMergeAndSplit() {
    var set = RangeSet()
    var done = [set.insert(10, through: 19), set.insert(30, through: 39)]
    #expect(set.contains(10, through: 19) && !set.contains(9) && !set.contains(10, through: 30))
    done.append(set.insert(20, through: 29))
    #expect(set.contains(10, through: 39))
    done.append(set.remove(15, through: 16))
    #expect(!set.contains(15) && set.contains(17, through: 39) && set.contains(10, through: 14))
    done.append(set.remove(0, through: UInt64.max))
    #expect(set.isEmpty)
    done.append(set.insert(0, through: UInt64.max))
    #expect(set.contains(0, through: UInt64.max))
    #expect(done.allSatisfy { $0 })
  }

  @Test func aFullSetRefusesWhatNeedsAnotherRange() {
    var set = RangeSet()
    for i in 0..<UInt64(RangeSet.capacity) {
      let fits = set.insert(i * 100, through: i * 100 + 9)
      #expect(fits)
    }
    let (another, hole) = (set.insert(5000, through: 5000), set.remove(105, through: 106))
    #expect(!another && !hole)
    #expect(set.contains(100, through: 109))
    let (inside, longer) = (set.insert(105, through: 106), set.insert(105, through: 150))
    #expect(inside && longer)
    #expect(set.contains(100, through: 150))
  }

  @Test func randomChangesAgreeWithASetOfNumbers() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = seed
    func next(_ bound: UInt64) -> UInt64 {
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (random >> 33) % bound
    }
    var set = RangeSet()
    var model = Set<UInt64>()
    for _ in 0..<2000 {
      let first = next(60)
      let last = first + next(8)
      if next(2) == 0 {
        if set.insert(first, through: last) { model.formUnion(first...last) }
      } else {
        if set.remove(first, through: last) { model.subtract(first...last) }
      }
      for n in 0..<UInt64(70) {
        #expect(set.contains(n) == model.contains(n), "seed \(seed)")
      }
    }
  }
}
