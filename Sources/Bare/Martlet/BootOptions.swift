import Formats
import Machine
import Primitives
import X86Machine

/// The words of the hypervisor's command line that are passed on; its options are the machine
/// floor's (`X86.boot.pointee.options`).
enum BootOptions {
  /// Our own words, as domains may read them (`XENVER_commandline`).
  static func line() -> InlineArray<1024, UInt8> {
    var line = InlineArray<1024, UInt8>(repeating: 0)
    withCommandLine { text, loader in
      let (ours, _) = CommandLine.split(text, loaderName: loader)
      _ = copy(text, ours, to: &line, at: 0)
    }
    return line
  }

  /// dom0's words on our own command line, after `--`, appended to `line` from `at` on.
  static func appendControlDomainWords(
    to line: inout InlineArray<1024, UInt8>, at start: Int
  ) -> Int {
    var at = start
    withCommandLine { text, loader in
      let (_, words) = CommandLine.split(text, loaderName: loader)
      if words.isEmpty { return }
      if at > 0, at < 1023 {
        line[at] = 32
        at += 1
      }
      at = copy(text, words, to: &line, at: at)
    }
    return at
  }

  /// Copies a range of a text into a line that stays ended by a zero.
  static func copy(
    _ text: RawSpan, _ range: TextRange, to line: inout InlineArray<1024, UInt8>, at start: Int
  ) -> Int {
    var at = start
    for i in range.start..<range.end {
      guard at < 1023, i < text.byteCount else { break }
      // Safety: below the span's count.
      line[at] = unsafe text.unsafeLoad(fromUncheckedByteOffset: i, as: UInt8.self)
      at += 1
    }
    return at
  }

  private static func withCommandLine(_ body: (RawSpan, RawSpan) -> Void) {
    let information = X86.boot.pointee.information
    let reader = DirectMapReader.all
    _ = reader.withBytes(
      at: information.commandLine.start,
      count: Int(truncatingIfNeeded: information.commandLine.length)
    ) { text in
      _ = reader.withBytes(
        at: information.loaderName.start,
        count: Int(truncatingIfNeeded: information.loaderName.length)
      ) { loader in
        body(text, loader)
      }
    }
  }
}
