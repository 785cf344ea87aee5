import Machine
import Primitives
import Sync

/// All domains by id.
public struct DomainTable: ~Copyable {
  /// Guards `slots` and `highest`.
  public let lock = TicketLock()
  private let slots: Table<Ref<Domain>?>
  private var highest = -1
  private var lastGiven: UInt16 = 0

  /// The number of slots the table needs: one for every id a domain can have.
  public static var slotCount: Int { Int(DomainID.firstReserved.rawValue) }

  /// A table over `slotCount` empty slots.
  public init(slots: Table<Ref<Domain>?>) { self.slots = slots }

  /// The domain, dying ones included. Hold `lock`.
  public func find(_ id: DomainID) -> Ref<Domain>? {
    guard id.isOrdinary, let slot = slots.at(Int(id.rawValue)) else { return nil }
    return slot.pointee
  }

  /// The first domain whose id is at or above `id`. Hold `lock`.
  public func first(from id: UInt16) -> Ref<Domain>? {
    var n = Int(id)
    while n <= highest {
      if let domain = slots.at(n)?.pointee { return domain }
      n += 1
    }
    return nil
  }

  /// Enters a domain. Hold `lock`.
  /// - Returns: false if the id is taken.
  public mutating func insert(_ domain: Ref<Domain>) -> Bool {
    let n = Int(domain.pointee.id.rawValue)
    guard let slot = slots.at(n), slot.pointee == nil else { return false }
    slot.pointee = domain
    highest = max(highest, n)
    return true
  }

  /// Removes a domain. Hold `lock`.
  public mutating func remove(_ id: DomainID) {
    guard let slot = slots.at(Int(id.rawValue)) else { return }
    slot.pointee = nil
    while highest >= 0, slots.at(highest)?.pointee == nil { highest -= 1 }
  }

  /// An id that no domain has, the next after the last one given out. Hold `lock`.
  public mutating func freeID() -> DomainID? {
    var n = lastGiven
    for _ in 0..<Self.slotCount {
      n = n &+ 1 >= DomainID.firstReserved.rawValue ? 1 : n &+ 1
      if slots.at(Int(n))?.pointee == nil {
        lastGiven = n
        return DomainID(n)
      }
    }
    return nil
  }
}
