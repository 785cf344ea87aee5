/// A small generator that gives the same numbers for the same seed on every machine.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int((state >> 11) % UInt64(sides))
  }

  mutating func pick<T>(_ items: [T]) -> T { items[roll(items.count)] }
}
