/// A run of objects of one type at consecutive addresses, indexed with a bounds check: the
/// page-backed array of a hypervisor without a heap.
@safe public struct Table<Element: ~Copyable>: Copyable, @unchecked Sendable {
  // Safety of the `@safe` type rests on these two fields, set by the `@unsafe` initialiser.
  @usableFromInline let base: UnsafeMutablePointer<Element>
  /// The number of elements.
  public let count: Int

  /// Refers to `count` initialised elements at `base`.
  /// - Safety: they are initialised and stay of this type while the table is in use.
  @unsafe @inlinable public init(base: UnsafeMutablePointer<Element>, count: Int) {
    unsafe self.base = base
    self.count = count
  }

  /// The element at `index`, or nil past the end.
  @inlinable public func at(_ index: Int) -> Ref<Element>? {
    guard index >= 0, index < count else { return nil }
    // Safety: within the run that the initialiser's caller vouched for.
    return unsafe Ref(base + index)
  }

  /// The element at `index`, which the caller knows to be in range (a broken promise traps).
  @inlinable public subscript(index: Int) -> Ref<Element> {
    precondition(index >= 0 && index < count)
    // Safety: checked on the line above.
    return unsafe Ref(base + index)
  }
}
