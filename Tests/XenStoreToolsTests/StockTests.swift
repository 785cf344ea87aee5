import Foundation
import Testing
import XenStoreTestSupport

/// Debian's own clients with our daemon, and our clients with all three.
@Suite(.serialized, .enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)))
struct StockTests {
  /// Whose clients.
  private enum Tools { case stock, ours }

  /// What a person does, one thing after the other; each line is a program and its words.
  private static let session = [
    "write /t/a 1 /t/b two /t/d/x x /t/d/y/z deep", "read /t/a", "read /t/a /t/b",
    "read -p /t/a /t/b",
    "read /none", "read /t/a /none", "list /t", "list -p /t", "list /none", "ls /t", "ls -f /t",
    "ls -p /t", "ls -fp /t", "exists /t/a", "exists /none", "exists /t/a /none", "chmod /t/a r0",
    "ls -p /t", "chmod -r /t/d n0 r5", "ls -fp /t", "chmod -u /t/d/y n0 b6", "ls -fp /t",
    "chmod /t/a x0", "chmod /none r0", "write /t/c \\x41\\n\\101\\\\", "read /t/c", "read -R /t/c",
    "ls /t", "write /t/c %", "write /t/e ", "read /t/e", "ls -f /t", "rm /t/e",
    "rm /none",
    "rm /t/none/x", "rm -t /t/d/y/z", "ls -f /t", "write relative value", "read relative",
    "ls -f /local/domain/0", "rm relative", "write /t//x 1", "read t//x",
    "rm /t/d /t/b", "ls -fp /t", "list /t/a", "watch -n 1 /t/a", "watch -n 2 /t/a /t/c",
    "write /t/f \\xg\\x4\\x", "read -R /t/f", "exists //", "read --pre /t/f", "chmod /t/f r1x",
    "rm --ti /t/f",
  ]

  private func run(
    _ line: String, _ tools: Tools, _ daemon: ShimmedDaemon
  ) throws -> Program.Outcome {
    let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let name = "xenstore-\(words[0])"
    let rest = Array(words.dropFirst())
    switch tools {
    case .stock: return try Stock.run(name, rest, socket: daemon.socket)
    case .ours:
      return try Program.run(
        "xenstore", as: name, rest, environment: ["XENSTORED_PATH": daemon.socket])
    }
  }

  /// What a program says, without the folder that it was called in.
  private func said(_ outcome: Program.Outcome) -> String {
    let complaints = outcome.complaints.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        guard let end = line.firstRange(of: "xenstore-") else { return line }
        return line[end.lowerBound...]
      }
      .joined(separator: "\n")
    return "\(outcome.code)\n\(outcome.text)\n\(complaints)"
  }

  private func compare(
    _ one: (Tools, ShimmedDaemon.Kind), _ other: (Tools, ShimmedDaemon.Kind)
  ) throws {
    let first = try ShimmedDaemon(one.1)
    let second = try ShimmedDaemon(other.1)
    for line in Self.session {
      let expected = said(try run(line, one.0, first))
      let found = said(try run(line, other.0, second))
      #expect(found == expected, "xenstore-\(line): \(other) and \(one)")
    }
  }

  @Test func debiansClientsFindOurDaemonAsTheCDaemon() throws {
    try compare((.stock, .c), (.stock, .ours))
  }

  @Test(arguments: ShimmedDaemon.Kind.allCases)
  func ourClientsSayWhatDebiansSay(_ kind: ShimmedDaemon.Kind) throws {
    try compare((.stock, kind), (.ours, kind))
  }

  @Test(arguments: ShimmedDaemon.Kind.allCases)
  func debiansTestProgramPasses(_ kind: ShimmedDaemon.Kind) throws {
    let daemon = try ShimmedDaemon(kind)
    let outcome = try Stock.run("test-xenstore", ["-i", "20"], socket: daemon.socket)
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.complaints)")
    let lines = outcome.text.split(separator: "\n").filter { $0.contains(": avg: ") }
    #expect(lines.count == 12, "\(outcome.text)")
    #expect(!outcome.text.contains("FAIL") && !outcome.text.contains("failed"))
  }

  @Test func debiansTestProgramFindsNoFaultAtRandom() throws {
    let daemon = try ShimmedDaemon(.ours)
    let outcome = try Stock.run("test-xenstore", ["-r", "3"], socket: daemon.socket)
    #expect(outcome.code == 0, "\(outcome.text)\(outcome.complaints)")
  }

  @Test func debiansControlProgramSpeaksToOurDaemon() throws {
    let daemon = try ShimmedDaemon(.ours)
    func control(_ words: String...) throws -> Program.Outcome {
      try Stock.run("xenstore-control", words, socket: daemon.socket)
    }
    #expect(try control("check").text == "OK\n")
    #expect(try control("print", "hello").text == "OK\n")
    #expect(try control("help").text.contains("memreport"))
    #expect(try control("quota").text.contains("nodes"))
    #expect(try control("memreport").code == 0)
    #expect(try control("bogus").code != 0)
  }

  @Test func aDomainMeetsWhatTheClientsWrote() throws {
    let daemon = try ShimmedDaemon(.ours)
    let control = SimulatedGuest(daemon.machine, domain: 0)
    control.notify()
    #expect(try run("write /t/a 1", .ours, daemon).code == 0)
    let message: [UInt8] = [2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0] + Array("/t/a\0".utf8)
    #expect(control.send(message))
    var reply: [UInt8] = []
    while reply.count < 17, let more = control.receive() { reply += more }
    #expect(reply == [2, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, UInt8(ascii: "1")])
  }
}
