import Foundation
import Testing
import XenStoreWire

@testable import XenStoreServer
@testable import XenStoreTrials

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

  /// Inputs hold commands, too: what a trial serves must not reach the machine's files.
  @Test(arguments: [
    "memreport /tmp/x", "logfile /tmp/x", "log on", "live-update -f /bin/true",
  ])
  func aTrialWritesNoFileAndRunsNoProgram(command: String) throws {
    let host = FakeHost()
    let control = host.makeDomain(0)
    var server = try Server.trial(host, seed: 1)
    let payload = Array(command.split(separator: " ").joined(separator: "\0").utf8) + [0]
    var message: [UInt8] = []
    RequestEncoding.append(.control, payload: payload, to: &message)
    _ = control.put(message[...])
    control.notify()
    for _ in 0..<4 { server.round(patience: 0) }
    #expect(control.take().dropFirst(MessageHeader.byteCount) == Array("EACCES\0".utf8)[...])
    server.closeDescriptors()
  }
}
