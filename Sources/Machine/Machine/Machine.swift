import Primitives

/// What the architecture-neutral core asks of a machine, as static requirements: a type that
/// conforms has no instances, is passed as a generic parameter and is specialised away.
///
/// Interrupts are off whenever core code runs (see `Sync`). All calls concern the calling CPU unless
/// they name another.
public protocol Machine: SendableMetatype {
  /// The CPU that runs this code.
  static var currentCPU: CPUIndex { get }

  /// All memory through the direct map.
  static var memory: PhysicalMemory { get }

  /// The present moment.
  static var now: SystemTime { get }

  /// Seconds and nanoseconds since 1970 that belong to system time 0.
  static var wallClockAtStart: (seconds: UInt64, nanoseconds: UInt32) { get }

  /// Sets the hardware to interrupt this CPU at `deadline` (`.never`: not at all). A moment in the
  /// past interrupts at once.
  static func setTimerInterrupt(at deadline: SystemTime)

  /// Makes another CPU leave its guest, or its sleep, and look at its pending work.
  static func kick(_ cpu: CPUIndex)

  /// Discards every cached translation on `cpus` (this one included if it is a member) and returns
  /// when all have done so. Locks may be held: spinning CPUs answer.
  static func flushTLB(on cpus: CPUSet)

  /// Whether an interrupt is waiting that long work should make room for.
  static var hasPendingInterrupt: Bool { get }

  /// As `hasPendingInterrupt`, for work of many short steps (a microsecond or so) that asks between
  /// any two: may notice an interrupt a few steps late, to be cheap.
  static var shouldPauseWork: Bool { get }

  /// Copies `count` bytes from the address space in force into the hypervisor.
  /// Returns how many bytes could not be read.
  /// - Safety: `destination` has room for `count` bytes. The source needs no promise.
  @unsafe static func copyFromGuest(
    _ destination: UnsafeMutableRawPointer, _ source: VirtualAddress, _ count: Int
  ) -> Int

  /// Copies `count` bytes out of the hypervisor into the address space in force.
  /// Returns how many bytes could not be written.
  /// - Safety: `source` has `count` readable bytes. The destination needs no promise.
  @unsafe static func copyToGuest(
    _ destination: VirtualAddress, _ source: UnsafeRawPointer, _ count: Int
  ) -> Int

  /// Whether guests may name `count` bytes at `address`: none of them is the hypervisor's.
  static func isGuestRange(_ address: VirtualAddress, count: UInt64) -> Bool
}

extension Machine {
  /// By default asked anew each time.
  public static var shouldPauseWork: Bool { hasPendingInterrupt }
}
