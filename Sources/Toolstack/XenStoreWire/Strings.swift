/// Splits a payload into the strings that it is made of, each closed by a nul.
public struct Strings {
  // Where the next string begins.
  @usableFromInline var position: Int

  /// Starts at `position`.
  @inlinable public init(at position: Int = 0) { self.position = position }

  /// The range of the next string without its nul; nil when no nul follows.
  @inlinable public mutating func next(in payload: Span<UInt8>) -> Range<Int>? {
    var index = position
    while index < payload.count {
      if payload[index] == 0 {
        let range = position..<index
        position = index &+ 1
        return range
      }
      index &+= 1
    }
    return nil
  }

  /// The range of the next string without its nul.
  ///
  /// - Throws: `invalid` when there is none.
  @inlinable public mutating func require(in payload: Span<UInt8>) throws(StoreError) -> Range<Int>
  {
    guard let range = next(in: payload) else { throw .invalid }
    return range
  }

  /// Checks that nothing is left.
  ///
  /// - Throws: `invalid` when something is.
  @inlinable public func finish(in payload: Span<UInt8>) throws(StoreError) {
    guard position == payload.count else { throw .invalid }
  }
}
