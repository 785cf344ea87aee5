import Foundation
import Testing
import XenStoreTrials

/// Runs what fuzzing found worth keeping through the same entry as a fuzzer does; a trap ends the
/// test run, and so it shows.
@Suite struct CorpusTests {
  @Test(arguments: FuzzTarget.allCases)
  func theServerWithstandsEveryInputThatIsKept(target: FuzzTarget) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Corpus/xenstore/\(target.rawValue).txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(!lines.isEmpty)
    for line in lines {
      let input = try #require(Data(base64Encoded: String(line)))
      target.run([UInt8](input))
    }
  }
}
