/// Nanoseconds since the machine started, monotonic and the same on every CPU.
/// - Source: "system time" in `xen/include/public/xen.h`, `vcpu_time_info`.
public struct SystemTime: Comparable, Hashable, BitwiseCopyable, Sendable {
  /// Nanoseconds.
  public var nanoseconds: UInt64

  /// The moment this many nanoseconds after the start.
  @inlinable public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

  /// Orders by time.
  @inlinable public static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

  /// Later than any moment: no deadline.
  @inlinable public static var never: SystemTime { SystemTime(nanoseconds: UInt64.max) }

  /// The moment `nanoseconds` later; stays at `never` past the end.
  @inlinable public func advanced(byNanoseconds nanoseconds: UInt64) -> SystemTime {
    let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
    return overflow ? .never : SystemTime(nanoseconds: sum)
  }

  /// Nanoseconds from `earlier` to this moment; 0 if it is not earlier.
  @inlinable public func nanoseconds(since earlier: SystemTime) -> UInt64 {
    nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
  }
}
