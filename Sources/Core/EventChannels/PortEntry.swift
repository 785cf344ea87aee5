import Machine

// What the table knows of one port, in one word:
//
//   63        40 39      24 23        8 7      0
//   +-----------+----------+-----------+--------+
//   |  number   |  domain  |   vCPU    | state  |
//   +-----------+----------+-----------+--------+
//
// `number` is the peer's port, the VIRQ or the PIRQ; `domain` the peer, or who may connect.
struct PortEntry: Equatable {
  enum State: UInt8 {
    case free = 0
    case reserved = 1
    case unbound = 2
    case interdomain = 3
    case pirq = 4
    case virq = 5
    case ipi = 6
  }

  var rawValue: UInt64

  init(rawValue: UInt64) { self.rawValue = rawValue }

  init(_ state: State, vcpu: VCPUID = VCPUID(0), domain: DomainID = .dom0, number: UInt32 = 0) {
    rawValue =
      UInt64(state.rawValue) | UInt64(UInt16(truncatingIfNeeded: vcpu.rawValue)) << 8
      | UInt64(domain.rawValue) << 24 | UInt64(number & 0xff_ffff) << 40
  }

  // The table writes only known states; anything else would be reserved, hence unusable.
  var state: State { State(rawValue: UInt8(truncatingIfNeeded: rawValue)) ?? .reserved }

  var vcpu: VCPUID {
    get { VCPUID(UInt32(UInt16(truncatingIfNeeded: rawValue >> 8))) }
    set {
      rawValue =
        rawValue & ~0xff_ff00 | UInt64(UInt16(truncatingIfNeeded: newValue.rawValue)) << 8
    }
  }

  var domain: DomainID { DomainID(UInt16(truncatingIfNeeded: rawValue >> 24)) }

  var number: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 40) }

  var peer: Peer { Peer(domain, Port(number)) }
}
