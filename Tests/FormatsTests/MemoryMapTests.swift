import Testing

@testable import Formats

private func build(_ entries: [(UInt64, UInt64, MemoryType)]) throws -> [MemoryRange] {
  var map = MemoryMap()
  for (start, end, type) in entries {
    try map.insert(PhysicalRange(start: start, end: end), type)
  }
  return contents(map)
}

private func contents(_ map: borrowing MemoryMap) -> [MemoryRange] {
  var list: [MemoryRange] = []
  map.forEach { list.append($0) }
  return list
}

private func entry(_ start: UInt64, _ end: UInt64, _ type: MemoryType) -> MemoryRange {
  MemoryRange(PhysicalRange(start: start, end: end), type)
}

@Suite struct MemoryMapTests {
  @Test func unsortedRangesAreSortedAndNeighboursJoined() throws {
    #expect(
      try build([(0x3000, 0x4000, .ram), (0x1000, 0x2000, .ram), (0x2000, 0x3000, .ram)])
        == [entry(0x1000, 0x4000, .ram)])
  }

  @Test func theMoreRestrictiveTypeWinsWhicheverComesFirst() throws {
    let wanted = [
      entry(0, 0x4000, .ram), entry(0x4000, 0x6000, .reserved), entry(0x6000, 0x9000, .ram),
    ]
    #expect(try build([(0, 0x9000, .ram), (0x4000, 0x6000, .reserved)]) == wanted)
    #expect(try build([(0x4000, 0x6000, .reserved), (0, 0x9000, .ram)]) == wanted)
  }

  @Test func partlyOverlappingRangesAreCutAtTheBorder() throws {
    #expect(
      try build([(0, 0x5000, .ram), (0x3000, 0x8000, .acpiNVS), (0x7000, 0x9000, .reserved)])
        == [
          entry(0, 0x3000, .ram), entry(0x3000, 0x8000, .acpiNVS), entry(0x8000, 0x9000, .reserved),
        ])
  }

  @Test func holesStayHolesAndEmptyRangesAreIgnored() throws {
    #expect(
      try build([(0, 0x1000, .ram), (0x2000, 0x2000, .reserved), (0x3000, 0x4000, .ram)])
        == [entry(0, 0x1000, .ram), entry(0x3000, 0x4000, .ram)])
  }

  @Test func aRangeOverSeveralEntriesAndHolesFillsTheHoles() throws {
    #expect(
      try build([(0x1000, 0x2000, .unusable), (0x3000, 0x4000, .ram), (0, 0x5000, .reserved)])
        == [
          entry(0, 0x1000, .reserved), entry(0x1000, 0x2000, .unusable),
          entry(0x2000, 0x5000, .reserved),
        ])
  }

  @Test func aWrappingRangeIsCutAtTheEndOfTheAddressSpace() {
    let range = PhysicalRange(start: 0xffff_ffff_ffff_f000, length: 0x2000)
    #expect(range.end == UInt64.max)
    #expect(PhysicalRange(start: 5, end: 3).isEmpty)
    #expect(range.touchedFrames.end == UInt64.max)
    #expect(PhysicalRange(start: UInt64.max, end: UInt64.max).wholeFrames.isEmpty)
    #expect(
      PhysicalRange(start: 1, end: 0x2fff).wholeFrames == PhysicalRange(start: 0x1000, end: 0x2000))
  }

  @Test func reservingOnlyTouchesRAM() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x4000), .ram)
    try map.insert(PhysicalRange(start: 0x4000, end: 0x5000), .acpiReclaimable)
    try map.reserve(PhysicalRange(start: 0x3000, end: 0x9000))
    let list1 = contents(map)
    #expect(
      list1 == [
        entry(0, 0x3000, .ram), entry(0x3000, 0x4000, .reserved),
        entry(0x4000, 0x5000, .acpiReclaimable),
      ])
    let fact2 = map.isAll(PhysicalRange(start: 0x1000, end: 0x3000), .ram)
    #expect(fact2)
    let fact3 = map.isAll(PhysicalRange(start: 0x1000, end: 0x3001), .ram)
    #expect(!fact3)
    let fact4 = map.type(at: 0x4fff)
    #expect(fact4 == .acpiReclaimable)
    let fact5 = map.type(at: 0x5000)
    #expect(fact5 == nil)
  }

  @Test func settingReplacesAndRemovingLeavesAHole() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x9000), .unusable)
    try map.set(PhysicalRange(start: 0x1000, end: 0x3000), .ram)
    try map.remove(PhysicalRange(start: 0x2000, end: 0x4000))
    let list6 = contents(map)
    #expect(
      list6 == [
        entry(0, 0x1000, .unusable), entry(0x1000, 0x2000, .ram), entry(0x4000, 0x9000, .unusable),
      ])
  }

  @Test func clippingRemovesOnlyRAM() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x8000), .ram)
    try map.insert(PhysicalRange(start: 0x8000, end: 0x9000), .reserved)
    try map.insert(PhysicalRange(start: 0xa000, end: 0xb000), .ram)
    map.clipRAM(at: 0x4000)
    let list7 = contents(map)
    #expect(list7 == [entry(0, 0x4000, .ram), entry(0x8000, 0x9000, .reserved)])
    map.clipRAM(at: 0)
    let list8 = contents(map)
    #expect(list8 == [entry(0x8000, 0x9000, .reserved)])
  }

  @Test func limitingCountsBytesAcrossHoles() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0, end: 0x8000), .ram)
    try map.insert(PhysicalRange(start: 0x10000, end: 0x20000), .ram)
    map.limitRAM(toBytes: 0x9000)
    let number9 = map.ramBytes
    #expect(number9 == 0x9000)
    let number10 = map.ramEnd
    #expect(number10 == 0x11000)
    map.limitRAM(toBytes: 0x9000)
    let number11 = map.ramBytes
    #expect(number11 == 0x9000)
  }

  @Test func theHighestFittingRAMIsFound() throws {
    var map = MemoryMap()
    try map.insert(PhysicalRange(start: 0x1000, end: 0x8000), .ram)
    try map.insert(PhysicalRange(start: 0x10000, end: 0x1b000), .ram)
    let fact12 = map.highestRAM(bytes: 0x2000, alignment: 0x4000, below: .max)?.start
    #expect(fact12 == 0x18000)
    let fact13 = map.highestRAM(bytes: 0x2000, alignment: 0x1000, below: 0x10000)?.start
    #expect(fact13 == 0x6000)
    let fact14 = map.highestRAM(bytes: 0x20000, alignment: 0x1000, below: .max)
    #expect(fact14 == nil)
    let fact15 = map.highestRAM(bytes: 0x1000, alignment: 3, below: .max)
    #expect(fact15 == nil)
    let fact16 = map.highestRAM(bytes: .max, alignment: 1, below: .max)
    #expect(fact16 == nil)
  }

  @Test func aFullMapSaysSoAndStaysSorted() throws {
    var map = MemoryMap()
    for index in 0..<UInt64(MemoryMap.capacity) {
      try map.insert(PhysicalRange(start: index * 0x2000, length: 0x1000), .ram)
    }
    #expect(throws: MemoryMapError.full) {
      try map.insert(PhysicalRange(start: 0x100_0000, length: 0x1000), .ram)
    }
    let number17 = map.count
    #expect(number17 == MemoryMap.capacity)
    #expect(throws: MemoryMapError.full) {
      try map.insert(PhysicalRange(start: 0x100, length: 0x100), .reserved)
    }
    // Joining makes room again.
    try map.insert(PhysicalRange(start: 0x1000, length: 0x1000), .ram)
    let number18 = map.count
    #expect(number18 == MemoryMap.capacity - 1)
  }

  @Test func randomRangesAgreeWithAPageByPageModel() throws {
    var seed: UInt64 = 0x5eed_0001
    func next(_ bound: UInt64) -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (seed >> 33) % bound
    }
    for round in 0..<300 {
      var map = MemoryMap()
      var model = [MemoryType?](repeating: nil, count: 64)
      for _ in 0..<12 {
        let start = next(64)
        let end = start + next(65 - start)
        let type = try #require(MemoryType(rawValue: UInt32(next(5)) + 1))
        let range = PhysicalRange(start: start, end: end)
        switch next(4) {
        case 0:
          try map.set(range, type)
          for page in start..<end { model[Int(page)] = type }
        case 1:
          try map.reserve(range)
          for page in start..<end where model[Int(page)] == .ram { model[Int(page)] = .reserved }
        case 2 where next(3) == 0:
          try map.remove(range)
          for page in start..<end { model[Int(page)] = nil }
        default:
          try map.insert(range, type)
          for page in start..<end where (model[Int(page)]?.rawValue ?? 0) < type.rawValue {
            model[Int(page)] = type
          }
        }
        for page in 0..<64 {
          let fact19 = map.type(at: UInt64(page))
          #expect(fact19 == model[page], "seed 0x5eed0001 round \(round)")
        }
        var previous: MemoryRange?
        map.forEach { entry in
          #expect(!entry.range.isEmpty)
          if let previous {
            #expect(previous.range.end <= entry.range.start)
            #expect(previous.range.end < entry.range.start || previous.type != entry.type)
          }
          previous = entry
        }
      }
    }
  }

  @Test func unknownFirmwareTypesAreReserved() {
    #expect(MemoryType(firmware: 12) == .reserved)
    #expect(MemoryType(firmware: 0) == .reserved)
    #expect(MemoryType(firmware: 4) == .acpiNVS)
  }
}
