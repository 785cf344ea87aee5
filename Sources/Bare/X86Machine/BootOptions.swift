import Console
import Formats
import Machine
import Primitives
import Synchronization
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
        // What is kept of that which is said about the words is among the words.
        var levels = Options()
        CommandLine.parse(text, parts.hypervisor, into: &levels) { _, _ in }
        setLogLevels(levels)
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
    openConsole(options)
    if let limit = options.memoryLimit { boot.pointee.firmwareMap.clipRAM(at: limit) }
    if let bytes = options.availableMemory { boot.pointee.firmwareMap.limitRAM(toBytes: bytes) }
  }

  /// Applies `loglvl` and `guest_loglvl`.
  private static func setLogLevels(_ options: Options) {
    let thresholds = MessageThresholds(
      always: options.log.always, limited: options.log.limited,
      guestAlways: options.guestLog.always, guestLimited: options.guestLog.limited)
    ConsoleLevels.thresholds.store(thresholds.rawValue, ordering: .relaxed)
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
