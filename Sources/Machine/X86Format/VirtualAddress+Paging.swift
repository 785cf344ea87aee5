import Machine

// Four-level paging translates 48 bits; bits 63 to 48 must repeat bit 47.
//
// 63      48 47   39 38   30 29   21 20   12 11     0
//  sign      l4      l3      l2      l1      offset
extension VirtualAddress {
  /// Whether bits 63 to 48 repeat bit 47, without which any use faults.
  @inlinable public var isCanonical: Bool {
    let top = Int64(bitPattern: rawValue) >> 47
    return top == 0 || top == -1
  }

  /// The address with bits 63 to 48 made to repeat bit 47.
  @inlinable public var canonicalised: VirtualAddress {
    VirtualAddress(UInt64(bitPattern: Int64(bitPattern: rawValue << 16) >> 16))
  }

  /// The index of the address's entry in its table at `level`; 0 to 511.
  @inlinable public func index(_ level: PageTableLevel) -> Int {
    Int(truncatingIfNeeded: rawValue >> level.shift & 511)
  }

  /// The address of the first byte that the given entries lead to; each index is taken modulo 512.
  @inlinable public init(l4: Int, l3: Int = 0, l2: Int = 0, l1: Int = 0) {
    let low =
      UInt64(truncatingIfNeeded: l4 & 511) << 39 | UInt64(truncatingIfNeeded: l3 & 511) << 30
      | UInt64(truncatingIfNeeded: l2 & 511) << 21 | UInt64(truncatingIfNeeded: l1 & 511) << 12
    self = VirtualAddress(low).canonicalised
  }

  /// The address with the bits below one entry at `level` cleared.
  @inlinable public func aligned(to level: PageTableLevel) -> VirtualAddress {
    VirtualAddress(rawValue & ~(level.bytes &- 1))
  }
}
