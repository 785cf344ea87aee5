extension X86 {
  /// Copies up to 128 characters out of the console's ring.
  /// - Returns: the characters, how many there are, and the index to go on from.
  public static func consolePiece(
    from index: UInt32, incremental: Bool, count: Int
  ) -> (bytes: InlineArray<128, UInt8>, count: Int, next: UInt32) {
    var bytes = InlineArray<128, UInt8>(repeating: 0)
    let result = readConsoleRing(
      from: index, incremental: incremental, count: max(0, min(128, count))
    ) { position, byte in
      bytes[position & 127] = byte
    }
    return (bytes, result.count, result.next)
  }
}
