/// Times in nanoseconds, counted in classes that are at most 1/32 wide.
struct Histogram {
  private var counts = [UInt32](repeating: 0, count: 32 * 60)
  private(set) var count = 0
  private(set) var largest: Int64 = 0

  @inline(__always)
  mutating func add(_ time: Int64) {
    let value = UInt64(max(0, time))
    let shift = max(0, 58 &- value.leadingZeroBitCount)
    counts[shift &* 32 &+ Int(truncatingIfNeeded: value &>> UInt64(shift))] &+= 1
    count &+= 1
    if time > largest { largest = time }
  }

  /// The time in microseconds that this part of all stays below.
  func quantile(_ part: Double) -> Double {
    var left = Int(part * Double(max(0, count - 1)))
    for (index, number) in counts.enumerated() where number > 0 {
      left -= Int(number)
      guard left < 0 else { continue }
      let shift = index < 64 ? 0 : index / 32 - 1
      return (Double(index - shift * 32) + 0.5) * Double(1 << shift) / 1000
    }
    return 0
  }
}
