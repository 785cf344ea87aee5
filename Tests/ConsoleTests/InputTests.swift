import Testing

@testable import Console

/// Types characters and records who got which.
private struct Typist {
  var input: InputSwitch
  var toDom0: [UInt8] = []
  var toKeys: [UInt8] = []
  var switches = 0

  init(letter: UInt8 = UInt8(ascii: "a"), target: InputTarget) {
    input = InputSwitch(letter: letter)
    input.direct(to: target)
  }

  mutating func type(_ bytes: [UInt8]) {
    for byte in bytes {
      var delivered: [(InputTarget, UInt8)] = []
      if input.receive(byte, deliver: { delivered.append(($0, $1)) }) { switches += 1 }
      for (target, byte) in delivered {
        if target == .controlDomain { toDom0.append(byte) } else { toKeys.append(byte) }
      }
    }
  }
}

@Suite struct InputTests {
  @Test func inputBelongsToTheHypervisorUntilItIsGivenAway() {
    #expect(InputSwitch(letter: UInt8(ascii: "a")).target == .hypervisor)
  }

  @Test func threeInARowMoveTheInputAndThreeMoreMoveItBack() {
    var typist = Typist(target: .controlDomain)
    typist.type([104, 1, 1, 1, 104, 113, 1, 1, 1, 105])
    #expect(typist.toDom0 == [104, 105])
    #expect(typist.toKeys == [104, 113])
    #expect(typist.switches == 2)
  }

  @Test func fewerThanThreeGoWhereTheInputGoes() {
    var typist = Typist(target: .controlDomain)
    typist.type([1, 65, 1, 1, 66])
    #expect(typist.toDom0 == [1, 65, 1, 1, 66])
    #expect(typist.switches == 0)
  }

  @Test func twoAreHeldBackUntilSomethingFollows() {
    var typist = Typist(target: .controlDomain)
    typist.type([1, 1])
    #expect(typist.toDom0.isEmpty)
    typist.type([1])
    #expect(typist.toDom0.isEmpty)
    #expect(typist.input.target == .hypervisor)
  }

  @Test func sixInARowAreTwoSwitches() {
    var typist = Typist(target: .controlDomain)
    typist.type([1, 1, 1, 1, 1, 1])
    #expect(typist.switches == 2)
    #expect(typist.input.target == .controlDomain)
  }

  @Test func anotherLetterMayBeChosen() {
    var typist = Typist(letter: UInt8(ascii: "b"), target: .controlDomain)
    typist.type([1, 1, 1, 2, 2, 2, 104])
    #expect(typist.toDom0 == [1, 1, 1])
    #expect(typist.toKeys == [104])
  }

  @Test(arguments: [UInt8(ascii: "`"), UInt8(ascii: "A"), 0, 255])
  func aLetterWithoutAControlCharacterDisablesTheSwitch(_ letter: UInt8) {
    var typist = Typist(letter: letter, target: .controlDomain)
    #expect(!typist.input.isEnabled)
    typist.type([0, 0, 0, 1, 1, 1, 224, 224, 224])
    #expect(typist.toDom0 == [0, 0, 0, 1, 1, 1, 224, 224, 224])
  }

  @Test func aQueueKeepsOrderAndDropsWhatFindsNoRoom() {
    var queue = ByteQueue()
    var found: [UInt8?] = [queue.take()]
    #expect(found == [nil])
    for i in 0..<300 {
      let hadRoom = queue.append(UInt8(truncatingIfNeeded: i))
      #expect(hadRoom == (i < 255))
    }
    found = (0..<255).map { _ in nil }
    for i in 0..<255 { found[i] = queue.take() }
    #expect(found == (0..<255).map { UInt8($0) })
    let isEmpty = queue.isEmpty
    #expect(isEmpty)
    var small = ByteQueue(capacity: 2)
    let fits = [small.append(1), small.append(2), small.append(3)]
    #expect(fits == [true, true, false])
    queue.append(7)
    found = [queue.take(), queue.take()]
    #expect(found == [7, nil])
  }
}
