import Machine
import Primitives

/// A behaving machine for tests on a host: every requirement of `Machine` is answered by the
/// `FakeHost` that `FakeMachine.run` put in force for the running task, so that tests which run at
/// the same time do not see each other.
public enum FakeMachine: Machine {
  @TaskLocal private static var bound: FakeHost?

  // For code that runs outside of `run`.
  private static let shared = FakeHost()

  /// The machine in force.
  public static var host: FakeHost { bound ?? shared }

  /// Runs `body` on a machine of its own.
  /// - Parameter frames: the machine's memory, in frames.
  public static func run<R>(frames: Int = 4096, _ body: (FakeHost) throws -> R) rethrows -> R {
    let host = FakeHost(frames: frames)
    return try $bound.withValue(host) { try body(host) }
  }

  /// Runs `body` on a machine that another thread works on.
  public static func rebind<R>(_ host: FakeHost, _ body: () throws -> R) rethrows -> R {
    try $bound.withValue(host, operation: body)
  }

  public static var currentCPU: CPUIndex { host.update { $0.currentCPU } }

  public static var memory: PhysicalMemory { host.memory }

  public static var now: SystemTime { host.update { $0.now } }

  public static var wallClockAtStart: (seconds: UInt64, nanoseconds: UInt32) {
    (1_700_000_000, 0)
  }

  public static func setTimerInterrupt(at deadline: SystemTime) {
    host.update { $0.timerDeadline = deadline }
  }

  public static func kick(_ cpu: CPUIndex) { host.update { $0.kicks.append(cpu) } }

  public static func flushTLB(on cpus: CPUSet) { host.update { $0.flushes.append(cpus) } }

  public static var hasPendingInterrupt: Bool {
    host.update { state in
      guard let turns = state.turnsUntilInterrupt else { return false }
      state.turnsUntilInterrupt = max(0, turns - 1)
      return turns == 0
    }
  }

  @unsafe public static func copyFromGuest(
    _ destination: UnsafeMutableRawPointer, _ source: VirtualAddress, _ count: Int
  ) -> Int {
    guard isGuestRange(source, count: UInt64(max(count, 0))) else { return max(count, 0) }
    // Safety: the caller's promise for the destination; `walk` names bytes of mapped frames.
    let left = unsafe host.walk(source, count, writing: false) { done, host, bytes in
      unsafe (destination + done).copyMemory(from: host, byteCount: bytes)
    }
    host.update { $0.onGuestRead }?(source)
    return left
  }

  @unsafe public static func copyToGuest(
    _ destination: VirtualAddress, _ source: UnsafeRawPointer, _ count: Int
  ) -> Int {
    guard isGuestRange(destination, count: UInt64(max(count, 0))) else { return max(count, 0) }
    // Safety: the caller's promise for the source; `walk` names bytes of mapped frames.
    return unsafe host.walk(destination, count, writing: true) { done, host, bytes in
      unsafe host.copyMemory(from: source + done, byteCount: bytes)
    }
  }

  /// As on x86-64 with PV guests: 0xffff800000000000 to 0xffff87ffffffffff is the hypervisor's, and
  /// what is not canonical is nobody's.
  public static func isGuestRange(_ address: VirtualAddress, count: UInt64) -> Bool {
    let (last, overflow) = address.rawValue.addingReportingOverflow(max(1, count) - 1)
    return !overflow
      && (last < 0x0000_8000_0000_0000 || address.rawValue >= 0xffff_8800_0000_0000)
  }
}
