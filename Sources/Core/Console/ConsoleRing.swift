import Primitives

/// The last characters that went to the console, for `xl dmesg` and whoever else asks later.
///
/// Characters are numbered from 0 in the order in which they came; numbers wrap at 2^32. The ring
/// keeps those from `consumed` up to `produced`, which are never more than its capacity.
///
/// ```
///      consumed          produced
///         v                 v
///  ...----[=================]....
///         oldest kept       the next one's number
/// ```
/// - Source: `XEN_SYSCTL_readconsole` in `xen/include/public/sysctl.h`.
public struct ConsoleRing: ~Copyable {
  private var storage: Table<UInt8>
  // The part of the storage that is used: a power of two, so that numbers may wrap.
  private var mask: UInt32
  /// The number of the oldest character kept.
  public private(set) var consumed: UInt32
  /// The number of the next character to come.
  public private(set) var produced: UInt32

  /// An empty ring in `storage`, of which the largest power of two is used (1 byte at least).
  /// - Parameter first: the number of the first character to come.
  public init(_ storage: Table<UInt8>, first: UInt32 = 0) {
    self.storage = storage
    mask = Self.mask(storage.count)
    consumed = first
    produced = first
  }

  private static func mask(_ count: Int) -> UInt32 {
    let usable = UInt32(clamping: max(count, 1))
    return (1 << UInt32(31 - usable.leadingZeroBitCount)) - 1
  }

  /// How many characters are kept at most.
  public var capacity: Int { Int(mask) + 1 }

  /// Appends one character; the oldest one goes if there is no room.
  @inline(__always)
  public mutating func append(_ byte: UInt8) {
    storage[Int(produced & mask)].pointee = byte
    produced &+= 1
    if produced &- consumed > mask &+ 1 { consumed = produced &- mask &- 1 }
  }

  /// Hands out characters in their order: from number `index` on if `incremental` and the ring has
  /// it, else from the oldest one.
  ///
  /// - Parameter sink: takes the position among those handed out, and the character.
  /// - Returns: how many were handed out, at most `count`, and the number of the next one.
  public func read(
    from index: UInt32, incremental: Bool, count: Int, sink: (Int, UInt8) -> Void
  ) -> (count: Int, next: UInt32) {
    var position = consumed
    if incremental, index &- consumed <= produced &- consumed { position = index }
    var done = 0
    while position != produced, done < count {
      sink(done, storage[Int(position & mask)].pointee)
      position &+= 1
      done += 1
    }
    return (done, position)
  }

  /// Forgets the characters before number `index`, those that were read; one that the ring does not
  /// have changes nothing.
  public mutating func discard(before index: UInt32) {
    if index &- consumed <= produced &- consumed { consumed = index }
  }

  /// Moves to other storage, with as many of the last characters as it has room for.
  public mutating func move(to storage: Table<UInt8>) {
    let newMask = Self.mask(storage.count)
    if produced &- consumed > newMask &+ 1 { consumed = produced &- newMask &- 1 }
    var position = consumed
    while position != produced {
      storage[Int(position & newMask)].pointee = self.storage[Int(position & mask)].pointee
      position &+= 1
    }
    self.storage = storage
    mask = newMask
  }
}
