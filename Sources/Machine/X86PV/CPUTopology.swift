import X86Devices
import X86Format

/// How a processor's APIC ids say which thread, core and socket a CPU is.
/// - Source: Intel SDM vol. 3A §9.9.3.
public struct CPUTopology: Equatable, Sendable {
  /// Bits of an APIC id that tell threads of one core apart.
  public let threadBits: UInt32
  /// Bits of an APIC id that tell CPUs of one socket apart.
  public let socketBits: UInt32

  /// Reads the widths.
  /// - Parameter cpuid: the instruction, of a leaf and subleaf.
  public init(_ cpuid: (UInt32, UInt32) -> CPULeaf) {
    let maximum = cpuid(0, 0).eax
    if maximum >= 0xb, cpuid(0xb, 0).ebx != 0 {
      threadBits = cpuid(0xb, 0).eax & 31
      socketBits = max(cpuid(0xb, 1).eax & 31, threadBits)
      return
    }
    let identity = cpuid(1, 0)
    let isShared = identity.edx >> 28 & 1 != 0
    let logical = isShared ? identity.ebx >> 16 & 0xff : 1
    let cores = maximum >= 4 ? cpuid(4, 0).eax >> 26 + 1 : logical
    socketBits = Self.bits(for: logical)
    threadBits = socketBits - min(socketBits, Self.bits(for: cores))
  }

  // How many bits it takes to number `count` things.
  private static func bits(for count: UInt32) -> UInt32 {
    count <= 1 ? 0 : UInt32(32 - (count - 1).leadingZeroBitCount)
  }

  /// The core within its socket, and the socket, of a CPU.
  public func place(ofAPIC id: UInt32) -> (core: UInt32, socket: UInt32) {
    let inSocket = id & (1 << socketBits - 1)
    return (inSocket >> threadBits, id >> socketBits)
  }
}
