import Formats
import Machine

/// What dom0 is built from: ranges of machine memory that the boot loader filled.
public struct ControlDomainImage: Sendable {
  /// The kernel as loaded: a bzImage or an ELF file.
  public var kernel: PhysicalRange
  /// The ramdisk, empty if there is none.
  public var ramdisk: PhysicalRange
  /// The kernel's command line, ended by zeros.
  public var commandLine = InlineArray<1024, UInt8>(repeating: 0)
  /// Frames to give it.
  public var frames: UInt64
  /// The most frames it may come to have.
  public var maximumFrames: UInt64
  /// How many vCPUs it gets.
  public var vcpuCount: Int
  /// Whether each vCPU is to stay on the CPU where it begins.
  public var isPinned = false

  /// An image without a command line.
  public init(
    kernel: PhysicalRange, ramdisk: PhysicalRange, frames: UInt64, maximumFrames: UInt64,
    vcpuCount: Int
  ) {
    self.kernel = kernel
    self.ramdisk = ramdisk
    self.frames = frames
    self.maximumFrames = maximumFrames
    self.vcpuCount = vcpuCount
  }
}
