import XenStoreWire

/// What is known of a domain.
struct DomainRecord {
  /// The count of domains known when this one became known.
  var born: UInt32
  /// Its ring; -1 while it has none.
  var connection: Int32 = -1
  var hasShutDown = false
  var target: Int32 = -1
  var features: ServerFeatures
  var quotas: Quotas
  /// Quotas that bit already, as bits.
  var hits: UInt16 = 0
}

/// Domains by their numbers. Every request of a guest asks for its domain, so that it is found without
/// hashing.
struct DomainTable {
  /// Where a number's record stands; -1 for none. As long as the greatest number so far needs.
  private var places: [Int32] = []
  private var records: [DomainRecord?] = []
  private var free: [Int32] = []

  /// How many domains there are.
  var count: Int { records.count &- free.count }

  /// Their numbers, in ascending order.
  var numbers: [UInt16] {
    places.indices.filter { places[$0] >= 0 }.map { UInt16(truncatingIfNeeded: $0) }
  }

  subscript(_ number: UInt16) -> DomainRecord? {
    @inline(__always)
    get {
      let place = place(number)
      return place >= 0 ? records[place] : nil
    }
    _modify {
      var record = remove(number)
      defer { if let record { put(record, number) } }
      yield &record
    }
  }

  /// Forgets a domain; returns what was known of it.
  mutating func remove(_ number: UInt16) -> DomainRecord? {
    let place = place(number)
    guard place >= 0 else { return nil }
    var record: DomainRecord?
    swap(&record, &records[place])
    places[Int(number)] = -1
    free.append(Int32(truncatingIfNeeded: place))
    return record
  }

  @inline(__always)
  private func place(_ number: UInt16) -> Int {
    Int(number) < places.count ? Int(places[Int(number)]) : -1
  }

  private mutating func put(_ record: DomainRecord, _ number: UInt16) {
    while places.count <= Int(number) { places.append(-1) }
    let place = free.popLast() ?? Int32(truncatingIfNeeded: records.count)
    if Int(place) == records.count { records.append(record) } else { records[Int(place)] = record }
    places[Int(number)] = place
  }
}
