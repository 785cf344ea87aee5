// Runs inputs on the server: files that are named, or, in a build for libFuzzer, whatever that
// makes of a corpus.
//
//     xenstore-fuzz TARGET FILE...               runs these inputs
//     xenstore-fuzz TARGET CORPUS [-OPTION...]   fuzzes (make fuzz-xenstore)

import Foundation
import XenStoreTrials

// libFuzzer starts us again without the target: then the environment names it.
let variable = "XENSTORE_FUZZ_TARGET"
var words = Array(CommandLine.arguments.dropFirst())
if ProcessInfo.processInfo.environment[variable] == nil, !words.isEmpty {
  setenv(variable, words.removeFirst(), 1)
}
guard let target = FuzzTarget(named: variable) else {
  let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")
  print("usage: xenstore-fuzz \(names) FILE...")
  exit(2)
}
#if XENSTORE_FUZZER
  typealias Callback = @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
  typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

  @_silgen_name("LLVMFuzzerRunDriver")
  func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ callback: Callback
  ) -> CInt

  let callback: Callback = { bytes, count in
    let input = Array(UnsafeBufferPointer(start: bytes, count: count))
    FuzzTarget(named: "XENSTORE_FUZZ_TARGET")?.run(input)
    return 0
  }

  var arguments = ([CommandLine.arguments[0]] + words).map { strdup($0) } + [nil]
  var count = CInt(arguments.count - 1)
  let status = arguments.withUnsafeMutableBufferPointer { buffer in
    var base = buffer.baseAddress!
    return runDriver(&count, &base, callback)
  }
  exit(status)
#else
  for path in words {
    guard let data = FileManager.default.contents(atPath: path) else {
      print("\(path) cannot be read")
      exit(1)
    }
    target.run([UInt8](data))
  }
#endif

extension FuzzTarget {
  /// The target that a variable of the environment names.
  init?(named variable: String) {
    guard let name = getenv(variable) else { return nil }
    self.init(rawValue: String(cString: name))
  }
}
