import CX86
import Console
import Hypercalls
import Primitives
import Synchronization
import Text

// Debug keys that concern the machine floor: the console itself, and the machine's end.
extension X86 {
  /// Acts on a debug key of the machine's.
  public static func machineKey(_ key: DebugKey) {
    switch key {
    case .raiseThreshold: adjustThreshold(by: 1)
    case .lowerThreshold: adjustThreshold(by: -1)
    case .toggleThreshold: toggleThreshold()
    case .dumpRing: showRing()
    case .reboot:
      log(.answer, "'R' pressed -> rebooting machine")
      reboot()
    case .trap:
      log(.answer, "'%' pressed -> trapping into debugger")
      x86_ud2()
    default: return
    }
  }

  private static func adjustThreshold(by step: Int) {
    let source = withConsole { $0.adjusted }
    var thresholds = MessageThresholds(
      rawValue: ConsoleLevels.thresholds.load(ordering: .relaxed))
    thresholds.adjust(source, by: step)
    ConsoleLevels.thresholds.store(thresholds.rawValue, ordering: .relaxed)
    let key: StaticString = step > 0 ? "+" : "-"
    let always = MessageThresholds.name(thresholds.always(source))
    let limited = MessageThresholds.name(thresholds.limited(source))
    log(
      .answer,
      "'\(key)' pressed -> \(name(source)) log level: \(always) (rate limited \(limited))")
  }

  private static func toggleThreshold() {
    let source = withConsole { console in
      console.adjusted = console.adjusted == .own ? .guest : .own
      return console.adjusted
    }
    log(.answer, "'G' pressed -> \(name(source)) log level adjustments enabled")
  }

  private static func name(_ source: MessageThresholds.Source) -> StaticString {
    source == .own ? "standard" : "guest"
  }

  // Shows what the ring holds now, a piece at a time: others may write in between. Of a ring larger
  // than usual the end is shown, so that this takes seconds and not hours on a slow line.
  private static func showRing() {
    log(.answer, "'w' pressed -> dumping console ring buffer (dmesg)")
    var (position, end) = withConsole { ($0.ring.consumed, $0.ring.produced) }
    if end &- position > 65536 { position = end &- 65536 }
    while position != end {
      let left = Int(end &- position)
      withConsole { console in
        var bytes = InlineArray<64, UInt8>(repeating: 0)
        let piece = console.ring.read(from: position, incremental: true, count: min(64, left)) {
          bytes[$0 & 63] = $1
        }
        for i in 0..<piece.count { console.show(bytes[i]) }
        // What was overwritten meanwhile is not waited for.
        position = Int32(bitPattern: end &- piece.next) < 0 ? end : piece.next
      }
      spinTurn()
    }
  }
}
