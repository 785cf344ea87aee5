/// Why an instruction could not be decoded.
public enum InstructionFault: Error, Equatable {
  /// The byte at this address could not be fetched.
  case unreadable(address: UInt64)
  /// It is longer than 15 bytes, which the processor refuses (#GP).
  case tooLong
  /// It is none that is decoded here.
  case unknown
}

/// Where an instruction's bytes come from.
public protocol InstructionSource {
  /// The byte `offset` bytes into the instruction.
  /// - Parameter offset: 0...14; asked for in ascending order.
  /// - Throws: `unreadable` with the byte's address.
  mutating func byte(_ offset: Int) throws(InstructionFault) -> UInt8
}

/// Reads an instruction from its start, at most 15 bytes.
struct InstructionReader<Source: InstructionSource> {
  var source: Source
  var length = 0

  init(_ source: Source) { self.source = source }

  mutating func byte() throws(InstructionFault) -> UInt8 {
    guard length < DecodedInstruction.maximumLength else { throw .tooLong }
    let byte = try source.byte(length)
    length += 1
    return byte
  }

  /// A little-endian integer of 1, 2, 4 or 8 bytes, its sign extended.
  mutating func signed(_ bytes: Int) throws(InstructionFault) -> Int64 {
    var value: UInt64 = 0
    for i in 0..<bytes { value |= UInt64(try byte()) << UInt64(8 * i) }
    let shift = UInt64(64 - 8 * bytes)
    return Int64(bitPattern: value << shift) >> Int64(shift)
  }
}
