import Formats
import Machine
import Primitives
import Text

extension X86 {
  /// Reads the command line into `boot.options` and applies what concerns the floor.
  static func readOptions() {
    let boot = Self.boot
    let reader = DirectMapReader.all
    let line = boot.pointee.information.commandLine
    let loader = boot.pointee.information.loaderName
    _ = reader.withBytes(at: line.start, count: Int(truncatingIfNeeded: line.length)) { text in
      _ = reader.withBytes(at: loader.start, count: Int(truncatingIfNeeded: loader.length)) {
        name in
        let parts = CommandLine.split(text, loaderName: name)
        boot.pointee.dom0Words = PhysicalRange(
          start: line.start &+ UInt64(parts.dom0.start), end: line.start &+ UInt64(parts.dom0.end))
        var options = Options()
        CommandLine.parse(text, parts.hypervisor, into: &options) { complaint, word in
          switch complaint {
          case .ignored: break
          default: log(.warning, describe(text, word, "Command line: not understood: "))
          }
        }
        boot.pointee.options = options
        log(.info, describe(text, parts.hypervisor, "Command line: "))
      }
    }
    let options = boot.pointee.options
    boot.pointee.staysAfterPanic = options.isRebootForbidden
    // Thresholds count levels from 0, ours name the last level kept.
    let hypervisor = LogLevel(rawValue: max(options.log.limited, 1) &- 1) ?? .debug
    setLogLevels(
      hypervisor: hypervisor.rawValue < LogLevel.info.rawValue ? .info : hypervisor,
      guest: options.guestLog.always)
    if let limit = options.memoryLimit { boot.pointee.firmwareMap.clipRAM(at: limit) }
    if let bytes = options.availableMemory { boot.pointee.firmwareMap.limitRAM(toBytes: bytes) }
  }

  private static func describe(_ text: RawSpan, _ range: TextRange, _ start: StaticString) -> Line {
    var line = Line()
    line.buffer.append(start)
    var i = range.start
    while i < range.end, i < text.byteCount {
      // Safety: below the span's count.
      line.buffer.append(byte: unsafe text.unsafeLoad(fromUncheckedByteOffset: i, as: UInt8.self))
      i &+= 1
    }
    return line
  }
}
