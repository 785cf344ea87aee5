import X86Devices

/// The bytes of an instruction at an address; reading past them faults there.
struct Bytes: InstructionSource {
  var bytes: [UInt8]
  var start: UInt64 = 0x1000

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func byte(_ offset: Int) throws(InstructionFault) -> UInt8 {
    guard offset < bytes.count else { throw .unreadable(address: start + UInt64(offset)) }
    return bytes[offset]
  }
}

/// Decodes bytes given as in a listing: "0f 22 c0".
func decode(_ listing: String, mode: CodeMode = .long) throws(InstructionFault)
  -> DecodedInstruction
{
  let bytes = listing.split(separator: " ").map { UInt8($0, radix: 16) ?? 0 }
  return try DecodedInstruction.decode(Bytes(bytes), mode: mode)
}

/// The fault that decoding ends with, or nil.
func fault(_ listing: String, mode: CodeMode = .long) -> InstructionFault? {
  do throws(InstructionFault) {
    _ = try decode(listing, mode: mode)
    return nil
  } catch {
    return error
  }
}
