import Machine
import Primitives
import XenABI

// A version 1 entry as one word, read or exchanged in one piece:
//
//   63        32 31      16 15       0
//   +-----------+----------+---------+
//   |   frame   |  domain  |  flags  |
//   +-----------+----------+---------+
struct SharedEntry: Equatable {
  var rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(flags: UInt16, domain: DomainID, frame: UInt32) {
    rawValue = UInt64(flags) | UInt64(domain.rawValue) << 16 | UInt64(frame) << 32
  }

  var flags: UInt16 {
    get { UInt16(truncatingIfNeeded: rawValue) }
    set { rawValue = rawValue & ~0xffff | UInt64(newValue) }
  }

  var domain: DomainID { DomainID(UInt16(truncatingIfNeeded: rawValue >> 16)) }

  var frame: GFN { GFN(rawValue >> 32) }
}

// How often a grant is in use, and by whom: four counters of eight bits and the user's domain in
// one word, the frame in the next. A counter never passes 128, so none runs into its neighbour.
//
//   63   48 47      32 31     24 23     16 15     8 7       0
//   +------+----------+---------+---------+--------+---------+
//   |  0   |  domain  | dev. wr | dev. rd | host w | host rd |
//   +------+----------+---------+---------+--------+---------+
struct ActiveEntry: Equatable {
  var rawValue: UInt64
  var mfn: MFN

  init(rawValue: UInt64, mfn: MFN) {
    self.rawValue = rawValue
    self.mfn = mfn
  }

  var isPinned: Bool { rawValue & 0xffff_ffff != 0 }
  var isPinnedToWrite: Bool { rawValue & 0xff00_ff00 != 0 }

  var domain: DomainID {
    get { DomainID(UInt16(truncatingIfNeeded: rawValue >> 32)) }
    set { rawValue = rawValue & 0xffff_ffff | UInt64(newValue.rawValue) << 32 }
  }

  // One in each counter that a use concerns.
  private static func increments(_ use: GrantUse) -> UInt64 {
    let shift: UInt64 = use.writes ? 8 : 0
    return (use.contains(.host) ? 1 << shift : 0)
      | (use.contains(.device) ? 1 << (shift + 16) : 0)
  }

  // Whether a counter that a use concerns is full.
  func isFull(for use: GrantUse) -> Bool { rawValue & Self.increments(use) << 7 != 0 }

  mutating func add(_ use: GrantUse) { rawValue &+= Self.increments(use) }

  // Takes a use off; says whether it was counted.
  mutating func remove(_ use: GrantUse) -> Bool {
    let ones = Self.increments(use)
    for counter in 0..<4 where ones >> UInt64(counter * 8) & 1 != 0 {
      guard rawValue >> UInt64(counter * 8) & 0xff != 0 else { return false }
    }
    rawValue &-= ones
    return true
  }
}

// What a handle stands for, in one word, with the frame in the next:
//
//   63   58 57     56 55      50 49    48 47    32 31    0
//   +------+---------+----------+--------+--------+------+
//   | use  | leaving | map flags|  0     | domain | ref  |
//   +------+---------+----------+--------+--------+------+
//
// `leaving`: ways of access that are being unmapped. A free record is 0, with the number of the
// next free one in the place of the frame.
struct MappingRecord {
  var ref: GrantRef
  var domain: DomainID
  var mapFlags: UInt16
  var use: GrantUse
  var leaving: GrantUse
  var link: UInt64

  init(word: UInt64, link: UInt64) {
    ref = GrantRef(UInt32(truncatingIfNeeded: word))
    domain = DomainID(UInt16(truncatingIfNeeded: word >> 32))
    mapFlags = UInt16(truncatingIfNeeded: word >> 50) & 0x3f
    leaving = GrantUse(rawValue: UInt8(truncatingIfNeeded: word >> 56) & 3)
    use = GrantUse(rawValue: UInt8(truncatingIfNeeded: word >> 58))
    self.link = link
  }

  init(_ mapping: GrantMapping) {
    ref = mapping.ref
    domain = mapping.domain
    mapFlags = mapping.mapFlags & 0x3f
    use = mapping.use
    leaving = .none
    link = mapping.mfn.rawValue
  }

  var word: UInt64 {
    UInt64(ref.rawValue) | UInt64(domain.rawValue) << 32 | UInt64(mapFlags & 0x3f) << 50
      | UInt64(leaving.rawValue & 3) << 56 | UInt64(use.rawValue & 0x3f) << 58
  }

  // What the record stands for, with the given ways of access.
  func mapping(_ parts: GrantUse) -> GrantMapping {
    var mapping = GrantMapping(
      domain: domain, ref: ref, mapFlags: UInt32(mapFlags), mfn: MFN(link))
    mapping.use = parts | (use & .write)
    return mapping
  }
}
