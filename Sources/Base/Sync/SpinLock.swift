import Builtin
import Synchronization

/// Storage for one value at a fixed address inside its owner.
@_rawLayout(like: Value, movesAsLike) @safe
struct Cell<Value: ~Copyable>: ~Copyable {
  var address: UnsafeMutablePointer<Value> {
    // Safety: the cell's storage is laid out like a `Value`, initialised by `init`.
    unsafe UnsafeMutablePointer<Value>(Builtin.unprotectedAddressOfBorrow(self))
  }

  init(_ value: consuming Value) {
    // Safety: fresh storage, initialised once.
    unsafe address.initialize(to: value)
  }

  deinit {
    // Safety: initialised by `init`, destroyed once.
    _ = unsafe address.deinitialize(count: 1)
  }
}

/// A spin lock that guards nothing by itself; its owner's type says what it stands for.
///
/// Whoever comes takes it if it is free; who has waited long gets a ticket, and tickets are served in
/// their order, before all others. So nobody starves, and yet a waiter that does not run, because a
/// hypervisor below us took its CPU away, keeps nobody else from the lock: it has no ticket as a rule.
public struct TicketLock: ~Copyable, Sendable {
  private let next = Atomic<UInt32>(0)
  private let serving = Atomic<UInt32>(0)

  /// A free lock.
  public init() {}

  // Turns of waiting before a ticket is drawn: a millisecond or so, much longer than any lock is held.
  private static var patience: Int { 10_000 }

  /// Waits for the lock and takes it. Pair with `release`; prefer `withLock`.
  @inline(__always)
  public borrowing func acquire() {
    if !tryAcquire() { acquireLater() }
  }

  @inline(never)
  private borrowing func acquireLater() {
    for _ in 0..<Self.patience {
      spinTurn()
      if !isHeld(), tryAcquire() { return }
    }
    // The acquiring load below pairs with the releasing add in `release`.
    let ticket = next.wrappingAdd(1, ordering: .relaxed).oldValue
    while serving.load(ordering: .acquiring) != ticket { spinTurn() }
  }

  /// Takes the lock if it is free, and says whether it did.
  public borrowing func tryAcquire() -> Bool {
    let ticket = serving.load(ordering: .acquiring)
    return next.compareExchange(expected: ticket, desired: ticket &+ 1, ordering: .acquiring)
      .exchanged
  }

  /// Gives the lock back.
  public borrowing func release() {
    // Pairs with the acquiring load of the next owner.
    serving.wrappingAdd(1, ordering: .releasing)
  }

  /// Whether somebody holds the lock at this moment.
  public borrowing func isHeld() -> Bool {
    next.load(ordering: .relaxed) != serving.load(ordering: .relaxed)
  }

  /// Runs `body` with the lock held.
  @inline(__always)
  public borrowing func withLock<R: ~Copyable, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    acquire()
    defer { release() }
    return try body()
  }
}

/// A lock that owns what it guards: `withLock` is the only way in.
@safe public struct SpinLock<Value: ~Copyable>: ~Copyable, @unchecked Sendable {
  // Safety of the `@safe` type: `cell` is reached only between `acquire` and `release`.
  private let lock = TicketLock()
  private let cell: Cell<Value>

  /// A free lock around `value`.
  public init(_ value: consuming Value) { cell = Cell(value) }

  /// Runs `body` on the guarded value with the lock held.
  @inline(__always)
  public borrowing func withLock<R: ~Copyable, E: Error>(
    _ body: (inout Value) throws(E) -> R
  ) throws(E) -> R {
    lock.acquire()
    defer { lock.release() }
    // Safety: the lock is held, so nobody else has access.
    return try unsafe body(&cell.address.pointee)
  }

  /// Runs `body` on the guarded value if the lock is free, else returns nil.
  @inline(__always)
  public borrowing func tryLock<R, E: Error>(_ body: (inout Value) throws(E) -> R) throws(E) -> R? {
    guard lock.tryAcquire() else { return nil }
    defer { lock.release() }
    // Safety: the lock is held, so nobody else has access.
    return try unsafe body(&cell.address.pointee)
  }
}
