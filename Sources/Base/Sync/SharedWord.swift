import Synchronization

/// A 32-bit word that a guest, or another CPU, writes at the same time: each access is exactly one
/// load, one store, or one locked operation.
@safe public struct SharedWord32: @unchecked Sendable {
  // Safety of the `@safe` type rests on this address, vouched for by the initialiser's caller.
  private let word: UnsafePointer<Atomic<UInt32>>

  /// Refers to the word at `address`.
  /// - Safety: four mapped, aligned bytes that stay mapped while this value is in use.
  @unsafe public init(_ address: UnsafeRawPointer) {
    unsafe word = address.assumingMemoryBound(to: Atomic<UInt32>.self)
  }

  /// One acquiring load, or one releasing store.
  public var value: UInt32 {
    // Safety: see `init`.
    get { unsafe word.pointee.load(ordering: .acquiring) }
    nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
  }

  /// Replaces `expected` by `desired` and returns what was there before.
  public func compareExchange(expected: UInt32, desired: UInt32) -> (exchanged: Bool, old: UInt32) {
    // Safety: see `init`.
    let r = unsafe word.pointee.compareExchange(
      expected: expected, desired: desired, ordering: .sequentiallyConsistent)
    return (r.exchanged, r.original)
  }

  /// Sets bits and returns the word as it was.
  @discardableResult public func fetchOr(_ bits: UInt32) -> UInt32 {
    // Safety: see `init`.
    unsafe word.pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent).oldValue
  }

  /// Keeps only `bits` and returns the word as it was.
  @discardableResult public func fetchAnd(_ bits: UInt32) -> UInt32 {
    // Safety: see `init`.
    unsafe word.pointee.bitwiseAnd(bits, ordering: .sequentiallyConsistent).oldValue
  }
}

/// A 64-bit word that a guest, or another CPU, writes at the same time.
@safe public struct SharedWord64: @unchecked Sendable {
  // Safety of the `@safe` type rests on this address, vouched for by the initialiser's caller.
  private let word: UnsafePointer<Atomic<UInt64>>

  /// Refers to the word at `address`.
  /// - Safety: eight mapped, aligned bytes that stay mapped while this value is in use.
  @unsafe public init(_ address: UnsafeRawPointer) {
    unsafe word = address.assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  /// One acquiring load, or one releasing store.
  public var value: UInt64 {
    // Safety: see `init`.
    get { unsafe word.pointee.load(ordering: .acquiring) }
    nonmutating set { unsafe word.pointee.store(newValue, ordering: .releasing) }
  }

  /// Replaces `expected` by `desired` and returns what was there before.
  public func compareExchange(expected: UInt64, desired: UInt64) -> (exchanged: Bool, old: UInt64) {
    // Safety: see `init`.
    let r = unsafe word.pointee.compareExchange(
      expected: expected, desired: desired, ordering: .sequentiallyConsistent)
    return (r.exchanged, r.original)
  }

  /// Swaps in `desired` and returns what was there before.
  public func exchange(_ desired: UInt64) -> UInt64 {
    // Safety: see `init`.
    unsafe word.pointee.exchange(desired, ordering: .sequentiallyConsistent)
  }

  /// Sets bits and returns the word as it was.
  @discardableResult public func fetchOr(_ bits: UInt64) -> UInt64 {
    // Safety: see `init`.
    unsafe word.pointee.bitwiseOr(bits, ordering: .sequentiallyConsistent).oldValue
  }

  /// Keeps only `bits` and returns the word as it was.
  @discardableResult public func fetchAnd(_ bits: UInt64) -> UInt64 {
    // Safety: see `init`.
    unsafe word.pointee.bitwiseAnd(bits, ordering: .sequentiallyConsistent).oldValue
  }
}
