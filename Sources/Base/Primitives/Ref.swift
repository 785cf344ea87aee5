/// A reference to an object that a table owns and never moves: the heap-free stand-in for a class
/// reference.
///
/// The object lives in memory that stays of this one type for as long as any `Ref` to it exists
/// (frame table, domain and vCPU slots, per-CPU areas: none of them is given back to another use).
/// A `Ref` says nothing about exclusion: mutable fields are guarded by the lock that the object's
/// type names.
@safe public struct Ref<Value: ~Copyable>: Copyable, @unchecked Sendable {
  // Safety of the `@safe` type rests on this field: set once, by an `@unsafe` initialiser whose
  // caller vouches for the object's address and lifetime.
  @usableFromInline let pointer: UnsafeMutablePointer<Value>

  /// Refers to the object at `pointer`.
  /// - Safety: the object is initialised, properly aligned, and its memory stays of type `Value`
  ///   while this reference or a copy of it is in use.
  @unsafe @inlinable public init(_ pointer: UnsafeMutablePointer<Value>) {
    unsafe self.pointer = pointer
  }

  /// The object, in place.
  @inlinable public var pointee: Value {
    // Safety: see `init`.
    unsafeAddress { unsafe UnsafePointer(pointer) }
    nonmutating unsafeMutableAddress { unsafe pointer }
  }

  /// Ends the object's life; its memory is the caller's again.
  /// - Safety: nobody uses this reference or a copy of it any more.
  @unsafe @inlinable public func deinitialize() {
    // Safety: the caller's promise.
    unsafe pointer.deinitialize(count: 1)
  }

  /// The object's address, for comparisons and for the machine's own tables.
  @inlinable public var address: UInt { unsafe UInt(bitPattern: pointer) }
}

extension Ref: Equatable where Value: ~Copyable {
  /// Whether both refer to the same object.
  @inlinable public static func == (a: Ref, b: Ref) -> Bool { a.address == b.address }
}
