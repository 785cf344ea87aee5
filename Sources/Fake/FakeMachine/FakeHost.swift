import GrantTables
import Machine
import Primitives
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One fake machine: memory, a clock that a test sets, a guest's address space, and a record of
/// what the core asked the hardware to do.
@safe public final class FakeHost: Sendable {
  /// What a test reads and changes.
  public struct State: Sendable {
    /// The CPU that runs the code under test.
    public var currentCPU = CPUIndex(0)
    /// The present moment; only a test moves it.
    public var now = SystemTime(nanoseconds: 0)
    /// The last deadline that was set.
    public var timerDeadline = SystemTime.never
    /// The CPUs kicked, in order.
    public var kicks: [CPUIndex] = []
    /// The TLB flushes, in order.
    public var flushes: [CPUSet] = []
    /// How often `hasPendingInterrupt` is asked in vain before an interrupt waits; nil for never.
    public var turnsUntilInterrupt: Int?
    /// The guest's address space: page to frame.
    public var guestPages: [UInt64: GuestMapping] = [:]
    /// Why dom0 ended, once it has.
    public var controlDomainEnd: UInt32?
    /// What dom0 wrote to the console.
    public var consoleOutput: [UInt8] = []
    /// What an operator typed.
    public var consoleInput: [UInt8] = []
    /// The machine-to-physical table, where it was written.
    public var machineToPhysical: [UInt64: UInt64] = [:]
    /// The page-table entries made for grants, by address.
    public var grantEntries: [UInt64: GrantPlacement] = [:]
    /// Called after each read of guest memory: another vCPU that writes meanwhile.
    public var onGuestRead: (@Sendable (VirtualAddress) -> Void)?
    /// Called when the right to write to a frame is given back.
    public var onReleaseWritable: (@Sendable (MFN) -> Void)?
    // The next frame to hand out.
    var nextFrame: UInt64 = 1
  }

  /// Where a page of the fake guest's address space leads.
  public struct GuestMapping: Sendable {
    /// The frame.
    public var mfn: MFN
    /// Whether `copyToGuest` may write it.
    public var isWritable: Bool
  }

  private let state = Mutex(State())
  /// The machine's memory, all zero at first.
  public let memory: PhysicalMemory
  // Safety of the `@safe` type: the mapping behind `memory`, which is never undone.
  private nonisolated(unsafe) let base: UnsafeMutableRawPointer

  /// A machine with `frames` frames of memory. It is given back only when the process ends, so that
  /// a `PhysicalMemory` stays good however it is kept; untouched frames cost nothing.
  public init(frames: Int = 4096) {
    let bytes = frames * 4096
    let mapped = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
      fatalError("no memory for a fake machine")
    }
    unsafe base = mapped
    // Safety: mapped above, for ever.
    memory = unsafe PhysicalMemory(base: mapped, frameCount: UInt64(frames))
  }

  /// Reads or changes the state, under its lock.
  @discardableResult public func update<R: Sendable>(_ body: (inout State) -> R) -> R {
    state.withLock { body(&$0) }
  }

  /// Hands out a frame that nobody uses yet; never frame 0. Traps when memory is used up.
  public func takeFrame() -> MFN { takeFrames(1) }

  /// Hands out consecutive frames and returns the first.
  public func takeFrames(_ count: Int) -> MFN {
    state.withLock { state in
      let mfn = MFN(state.nextFrame)
      state.nextFrame += UInt64(count)
      precondition(state.nextFrame <= memory.frameCount, "fake memory is used up")
      return mfn
    }
  }

  /// Makes a table of objects in frames of its own.
  public func makeTable<T: ~Copyable>(count: Int, _ make: (Int) -> T) -> Table<T> {
    let bytes = max(1, count) * MemoryLayout<T>.stride
    let first = takeFrames((bytes + 4095) / 4096)
    let start = unsafe (base + Int(first.rawValue) * 4096).bindMemory(to: T.self, capacity: count)
    for i in 0..<count { unsafe (start + i).initialize(to: make(i)) }
    // Safety: `count` elements initialised above, in frames nobody else gets.
    return unsafe Table(base: start, count: count)
  }

  /// Puts an object into frames that were taken for it.
  public func place<T: ~Copyable>(_ value: consuming T, at mfn: MFN) -> Ref<T> {
    let start = unsafe (base + Int(mfn.rawValue) * 4096).bindMemory(to: T.self, capacity: 1)
    unsafe start.initialize(to: value)
    // Safety: initialised above, in frames nobody else gets.
    return unsafe Ref(start)
  }

  /// Maps a page of the fake guest's address space.
  public func mapGuestPage(_ address: VirtualAddress, to mfn: MFN, isWritable: Bool = true) {
    state.withLock {
      $0.guestPages[address.rawValue >> 12] = GuestMapping(mfn: mfn, isWritable: isWritable)
    }
  }

  /// Removes a page of the fake guest's address space.
  public func unmapGuestPage(_ address: VirtualAddress) {
    state.withLock { $0.guestPages[address.rawValue >> 12] = nil }
  }

  // Visits the mapped pieces of a guest range in order, up to the first fault, and returns how many
  // bytes are left.
  func walk(
    _ address: VirtualAddress, _ count: Int, writing: Bool,
    _ visit: (_ done: Int, _ host: UnsafeMutableRawPointer, _ bytes: Int) -> Void
  ) -> Int {
    var done = 0
    while done < count {
      let at = address.advanced(by: UInt64(done))
      let mapping = state.withLock { $0.guestPages[at.rawValue >> 12] }
      guard let mapping, mapping.isWritable || !writing,
        mapping.mfn.rawValue < memory.frameCount
      else { return count - done }
      let bytes = min(count - done, 4096 - at.pageOffset)
      // Safety: within the frame, which is below `frameCount`.
      unsafe visit(done, base + Int(mapping.mfn.rawValue) * 4096 + at.pageOffset, bytes)
      done += bytes
    }
    return 0
  }
}
