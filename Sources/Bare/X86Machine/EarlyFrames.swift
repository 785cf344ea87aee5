import Formats
import Machine
import Primitives
import Text

/// Frames for the floor's own tables, taken from free memory before there is an allocator and never
/// given back.
struct EarlyFrames {
  private var next: UInt64 = 0
  private var end: UInt64 = 0

  /// One zeroed frame. Running out is fatal.
  mutating func take() -> MFN {
    if next == end {
      let piece: UInt64 = 64 << 12
      next = X86.takeEarly(bytes: piece, alignment: 4096)
      end = next &+ piece
    }
    let mfn = MFN(next >> 12)
    next &+= 4096
    X86.directMapFrame(mfn).clear()
    return mfn
  }
}

extension X86 {
  /// Takes the highest free memory that is mapped and returns its address; its contents are undefined.
  static func takeEarly(bytes: UInt64, alignment: UInt64) -> UInt64 {
    let map = Self.boot
    guard
      let range = map.pointee.freeMap.highestRAM(
        bytes: bytes, alignment: alignment, below: state.pointee.space.earlyLimit)
    else { panic("no \(bytes >> 10) KiB of memory for the hypervisor itself") }
    reserveFree(range)
    return range.start
  }

  /// Takes `range` out of free memory.
  static func reserveFree(_ range: PhysicalRange) {
    do throws(MemoryMapError) {
      try boot.pointee.freeMap.change(range.touchedFrames, from: .ram, to: .reserved)
    } catch {
      panic("memory map too fragmented")
    }
  }

  /// The contents of a frame that the direct map shows, also before `memory` is known.
  static func directMapFrame(_ mfn: MFN) -> FrameBytes {
    guard
      let base = unsafe UnsafeMutableRawPointer(
        bitPattern: UInt(AddressLayout.directMapAddress(of: mfn.address).rawValue))
    else { panic("direct map at zero") }
    // Safety: callers hand in frames of RAM, which the direct map shows for ever.
    return unsafe FrameBytes(base)
  }

  /// Finds out what memory is free: RAM but for the first MiB, the image, and all the loader left.
  static func prepareFreeMemory() {
    let map = Self.boot
    map.pointee.firmwareMap.forEach { entry in
      // A frame that is only partly RAM is not memory.
      let range = entry.type == .ram ? entry.range.wholeFrames : entry.range
      do throws(MemoryMapError) {
        try map.pointee.freeMap.insert(range, entry.type)
      } catch {
        panic("memory map too fragmented")
      }
    }
    reserveFree(PhysicalRange(start: 0, end: 1 << 20))
    reserveFree(imageRange)
    map.pointee.information.forEachUsedRange { reserveFree($0) }
  }
}
