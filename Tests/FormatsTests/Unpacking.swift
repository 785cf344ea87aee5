import Formats
import Testing

/// Runs the front decoder over `bytes` and returns what it made.
func unpack(
  _ bytes: [UInt8], capacity: Int = 8192, scratch: Int = KernelPayload.scratchByteCount
) throws(FormatError) -> [UInt8] {
  // Dirty buffers: a decoder that relies on zeroed memory fails here.
  var output = [UInt8](repeating: 0xA5, count: capacity)
  var work = [UInt8](repeating: 0x5A, count: scratch)
  var made = 0
  do {
    var outputSpan = output.mutableSpan
    var outputBytes = outputSpan.mutableBytes
    var workSpan = work.mutableSpan
    var workBytes = workSpan.mutableBytes
    made = try KernelPayload.decompress(
      bytes.span.bytes, into: &outputBytes, scratch: &workBytes)
  }
  return Array(output.prefix(made))
}

/// The size that `bytes` claims to unpack to.
func claimedSize(_ bytes: [UInt8]) throws(FormatError) -> Int {
  try KernelPayload.uncompressedSize(bytes.span.bytes)
}

/// Expects that `stream` yields `plain`, that nothing shorter does, and that damage never traps.
func expectRobust(
  _ stream: [UInt8], _ plain: [UInt8], flips: Int = 150,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(throws: Never.self, sourceLocation: sourceLocation) {
    try #require(try unpack(stream) == plain, sourceLocation: sourceLocation)
    // An exact fit is enough room, and one byte less is not.
    try #require(
      try unpack(stream, capacity: plain.count) == plain, sourceLocation: sourceLocation)
  }
  if !plain.isEmpty {
    #expect(throws: FormatError.outputTooSmall, sourceLocation: sourceLocation) {
      try unpack(stream, capacity: plain.count - 1)
    }
  }
  // Every length of a small stream, and a fair sample of a large one's.
  for count in stride(from: 0, to: stream.count, by: stream.count < 600 ? 1 : 7) {
    #expect(throws: FormatError.self, "cut to \(count)", sourceLocation: sourceLocation) {
      try unpack(Array(stream.prefix(count)))
    }
  }
  var state: UInt64 = 2026
  for _ in 0..<flips {
    var damaged = stream
    state = Sample.step(state)
    for _ in 0...(state >> 62) {
      state = Sample.step(state)
      damaged[Int(state >> 33) % stream.count] ^= 1 << UInt8(state >> 24 & 7)
    }
    // Only a trap would fail: some damage (a time stamp, say) is nobody's business.
    _ = try? unpack(damaged)
  }
}
