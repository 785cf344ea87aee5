import Foundation
import Testing
import XenStoreTestSupport

@testable import XenStoreTools

/// What the stock programs of xenstore-utils 4.17 print and answer, and ours must.
@Suite struct ToolTests {
  private let daemon: Daemon

  init() throws {
    daemon = try Daemon()
    try expect("xenstore-write", ["/a", "1", "/a/b", "2", "/a/b/c", "with space", "/a/e", ""], "")
  }

  private func run(_ name: String, _ words: [String]) throws -> Program.Outcome {
    try Program.run(
      "xenstore", as: name, words, environment: ["XENSTORED_PATH": daemon.socket])
  }

  private func expect(
    _ name: String, _ words: [String], _ output: String, code: Int32 = 0, complaint: String = "",
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let outcome = try run(name, words)
    #expect(outcome.text == output, sourceLocation: location)
    #expect(outcome.code == code, sourceLocation: location)
    #expect(
      outcome.complaints == (complaint.isEmpty ? "" : complaint + "\n"), sourceLocation: location)
  }

  @Test func readPrintsValues() throws {
    try expect("xenstore-read", ["/a"], "1\n")
    try expect("xenstore-read", ["-p", "/a", "/a/b"], "/a: 1\n/a/b: 2\n")
    try expect("xenstore-read", ["/a", "/a/b/c", "-pR"], "/a: 1/a/b/c: with space")
    try expect("xenstore", ["read", "-s", "/a"], "1\n")
  }

  @Test func readComplainsOfWhatIsMissing() throws {
    try expect(
      "xenstore-read", ["/none"], "", code: 1, complaint: "xenstore-read: couldn't read path /none")
    try expect(
      "xenstore-read", ["/a", "/none"], "1\n", code: 1,
      complaint: "xenstore-read: couldn't read path /none")
    #expect(try run("xenstore-read", []).code == 1)
  }

  @Test func valuesAreEscapedBothWays() throws {
    let written = #"a\nb\tc\rd\\e\x41\101\0z\q"# + "\u{7f}\u{1}"
    try expect("xenstore-write", ["/x", written], "")
    try expect("xenstore-read", ["/x"], #"a\nb\tc\rd\\eAA\000zq\x7f\001"# + "\n")
    try expect("xenstore-read", ["-R", "/x"], "a\nb\tc\rd\\eAA\0zq\u{7f}\u{1}")
    try expect("xenstore-write", ["-R", "/x", #"a\n"#], "")
    try expect("xenstore-read", ["-R", "/x"], #"a\n"#)
    try expect("xenstore-write", ["/x", #"\x\xg\x4\8"#], "")
    try expect("xenstore-read", ["-R", "/x"], "xxg\u{4}8")
  }

  @Test func writeTakesPairs() throws {
    #expect(try run("xenstore-write", ["/x"]).code == 1)
    try expect("xenstore-write", ["--", "/x", "-5"], "")
    try expect("xenstore-read", ["/x"], "-5\n")
    try expect(
      "xenstore-write", ["/y", "1", "bad//path", "2"], "", code: 1,
      complaint: "xenstore-write: could not write path bad//path")
    try expect("xenstore-exists", ["/y"], "", code: 1)
  }

  @Test func listPrintsNames() throws {
    try expect("xenstore-list", ["/a"], "b\ne\n")
    try expect("xenstore-list", ["-p", "/", "/a"], "//tool\n//a\n/a/b\n/a/e\n")
    try expect(
      "xenstore-list", ["/none"], "", code: 1, complaint: "xenstore-list: could not list path /none"
    )
  }

  @Test func existsAnswersByItsCode() throws {
    try expect("xenstore-exists", ["/a", "/a/b"], "")
    try expect("xenstore-exists", ["/a", "/none"], "", code: 1)
    try expect("xenstore-exists", ["/a//b"], "", code: 1)
    try expect("xenstore-exists", ["@releaseDomain"], "", code: 1)
  }

  @Test func lsPrintsATree() throws {
    try expect(
      "xenstore-ls", ["/a"],
      """
      b = "2"
       c = "with space"
      e = ""

      """)
    try expect(
      "xenstore-ls", ["-fp", "/a"],
      """
      /a/b = "2"   (n0)
      /a/b/c = "with space"   (n0)
      /a/e = ""   (n0)

      """)
    let dots = String(repeating: " .", count: 26)
    try expect(
      "xenstore-ls", ["-p", "/a"],
      "b = \"2\" \(dots)  (n0)\n c = \"with space\" \(dots.dropFirst(10))  (n0)\n"
        + "e = \"\"\(dots) .  (n0)\n")
    try expect(
      "xenstore-ls", ["/none"], "", code: 1,
      complaint: "xenstore-ls: xs_directory (/none): No such file or directory")
  }

  @Test func lsListsMoreThanAMessageHolds() throws {
    let words = (0..<600).flatMap { ["/many/child-number-\($0)", "\($0)"] }
    for start in stride(from: 0, to: words.count, by: 200) {
      try expect("xenstore-write", Array(words[start..<start + 200]), "")
    }
    let expected = (0..<600).map { "/many/child-number-\($0) = \"\($0)\"\n" }.joined()
    try expect("xenstore-ls", ["-f", "/many"], expected)
  }

  @Test func rmRemovesAndTidiesUp() throws {
    try expect("xenstore-rm", ["/none"], "")
    try expect(
      "xenstore-rm", ["/a/b", "/none/x"], "", code: 1,
      complaint: "xenstore-rm: could not remove path /none/x")
    try expect("xenstore-exists", ["/a/b"], "")
    try expect("xenstore-write", ["/t/u/v/w", "1"], "")
    try expect("xenstore-rm", ["-t", "/t/u/v/w"], "")
    try expect("xenstore-exists", ["/t"], "", code: 1)
    try expect("xenstore-rm", ["--tidy", "/a/b/c"], "")
    try expect("xenstore-list", ["/a"], "b\ne\n")
  }

  @Test func chmodSetsPermissions() throws {
    try expect("xenstore-chmod", ["/a/b", "n0", "r1x", "b2"], "")
    try expect("xenstore-chmod", ["-r", "/a/b/c", "w0"], "")
    try expect(
      "xenstore-ls", ["-fp", "/a"],
      """
      /a/b = "2"   (n0,r1,b2)
      /a/b/c = "with space"   (w0)
      /a/e = ""   (n0)

      """)
    try expect("xenstore-chmod", ["-u", "-r", "/a/b", "n0", "r6"], "")
    try expect(
      "xenstore-ls", ["-fp", "/"],
      """
      /tool = ""   (n0)
      /tool/xenstored = ""   (n0)
      /a = "1"   (n0,r6)
      /a/b = "2"   (n0,r6)
      /a/b/c = "with space"   (n0,r6)
      /a/e = ""   (n0)

      """)
    try expect(
      "xenstore-chmod", ["/a", "x0"], "", code: 1,
      complaint: "xenstore-chmod: Invalid permission specification: 'x'")
    for mode in ["r65536", "r-1", "r99999999999999999999"] {
      #expect(try run("xenstore-chmod", ["/a", mode]).code == 1)
    }
    try expect(
      "xenstore-chmod", ["/none", "n0"], "", code: 1,
      complaint:
        "xenstore-chmod: Error occurred setting permissions on '/none': No such file or directory")
    try expect(
      "xenstore-chmod", ["/a"], "", code: 1,
      complaint: "xenstore-chmod: Error occurred setting permissions on '/a': Invalid argument")
  }

  @Test func watchPrintsPaths() throws {
    try expect("xenstore-watch", ["-n", "2", "/a", "/z"], "/a\n/z\n")
    try expect("xenstore-watch", ["-n1", "@releaseDomain"], "@releaseDomain\n")
    try expect("xenstore-watch", ["-n", "0", "/a"], "")
    try expect(
      "xenstore-watch", ["/a", "/a"], "", code: 1,
      complaint: "xenstore-watch: Unable to add watch on /a\n")
  }

  @Test func controlPassesWordsOn() throws {
    try expect("xenstore-control", ["check"], "OK\n")
    try expect(
      "xenstore-control", [], "", code: 2,
      complaint: "Usage:\nxenstore-control <command> [<arg>...]")
    let outcome = try run("xenstore-control", ["bogus", "--word"])
    #expect(outcome.code == 3)
    #expect(outcome.output.isEmpty)
    #expect(outcome.complaints.hasPrefix("Command not supported. Valid commands are:\ncheck"))
  }

  @Test func helpAndCompletionsGoToStandardOutput() throws {
    for command in ["read", "write", "ls", "list", "rm", "chmod", "exists", "watch", "control"] {
      let outcome = try run("xenstore-\(command)", ["--help"])
      #expect(outcome.code == 0)
      #expect(outcome.text.contains("USAGE: xenstore-\(command) "), "\(command)")
    }
    for shell in ["bash", "zsh", "fish"] {
      let outcome = try run("xenstore", ["--generate-completion-script", shell])
      #expect(outcome.code == 0)
      #expect(outcome.text.contains("chmod"))
    }
    #expect(try run("xenstore", []).code == 1)
    #expect(try run("xenstore", ["none"]).code == 1)
    #expect(try run("xenstore-read", ["-z", "/a"]).code == 1)
  }

  @Test func aMissingServerIsNamed() throws {
    let outcome = try Program.run(
      "xenstore", ["read", "/a"], environment: ["XENSTORED_PATH": "/proc/nonexistent/socket"])
    #expect(outcome.code == 1)
    #expect(
      outcome.complaints
        == "xenstore-read: xenstored is not running: no socket at /proc/nonexistent/socket\n")
  }

  // Lines of `xenstore-ls -p` in terminals of several widths, as the stock program prints them.
  @Test(
    arguments: [
      (nil, 3, 69, "kkk = \"\(y(69))\"   (n0)"),
      (nil, 3, 70, "kkk = \"\(y(69))\\...\"  (n0)"),
      (nil, 73, 0, "\(k(72)) = \"\"   (n0)"),
      (nil, 73, 1, "\(k(72)) = \"\\...\"  (n0)"),
      (nil, 3, 48, "kkk = \"\(y(48))\" . .  (n0)"),
      (40, 12, 30, "\(k(12)) = \"\(y(18))\\...\"  (n0)"),
      (40, 40, 0, "\(k(30)) = \"\"  .  (n0)"),
      (100, 90, 0, "\(k(90)) = \"\"   (n0)"),
      (100, 90, 5, "\(k(90)) = \"\\...\"  (n0)"),
      (12, 2, 20, "kk = \"\\...\"  (n0)"),
    ] as [(Int?, Int, Int, String)])
  func longLinesAreCut(columns: Int?, name: Int, value: Int, expected: String) {
    let line = ListingLine(columns: columns, full: false)
    let bytes = line.line(
      k(name), "/" + k(name), Array(y(value).utf8), depth: 0, permissions: "n0")
    #expect(String(decoding: bytes, as: UTF8.self) == expected + "\n")
  }

  // The same without permissions, `full` being `-f`.
  @Test(
    arguments: [
      (0, false, 0, 90, "kkk = \"\(y(90))\""), (1, true, 0, 90, "/kkk = \"\(y(90))\""),
      (2, false, 0, 3, "kkk = \"yyy\\...\""), (8, false, 0, 0, "kkk = \"\\...\""),
      (2, true, 0, 3, "/kkk = \"yyy\\...\""), (20, true, 0, 12, "/kkk = \"\(y(10))\\...\""),
      (20, true, 0, 10, "/kkk = \"\(y(10))\""), (nil, true, 0, 90, "/kkk = \"\(y(90))\""),
      (nil, false, 90, 0, String(repeating: " ", count: 90) + "kkk = \"\\...\""),
      (nil, false, 90, 2, String(repeating: " ", count: 90) + "kkk = \"yy\\...\""),
    ] as [(Int?, Bool, Int, Int, String)])
  func whereThereIsNoRoomNamesAndValuesAreWhole(
    columns: Int?, full: Bool, depth: Int, value: Int, expected: String
  ) {
    let bytes = ListingLine(columns: columns, full: full).line(
      "kkk", "/kkk", Array(y(value).utf8), depth: depth, permissions: nil)
    #expect(String(decoding: bytes, as: UTF8.self) == expected + "\n")
  }

  @Test func aValueFitsByItsOwnLength() {
    func line(_ count: Int) -> String {
      let bytes = ListingLine(columns: 22, full: false).line(
        "k", "/k", [UInt8](repeating: 9, count: count), depth: 0, permissions: nil)
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(line(11) == "k = \"\(String(repeating: #"\t"#, count: 11))\"\n")
    #expect(line(12) == "k = \"\(String(repeating: #"\t"#, count: 5))\\\\...\"\n")
  }

  @Test func bytesThatAreNoTextStayWhatTheyAre() throws {
    func bash(_ script: String) throws -> Program.Outcome {
      try Program.run(
        URL(fileURLWithPath: "/bin/bash"),
        ["-c", script, Program.folder.appendingPathComponent("xenstore").path],
        environment: ["XENSTORED_PATH": daemon.socket])
    }
    #expect(
      try bash(#""$0" write /x $'\xff\xe9A\xc3\xa9'; "$0" read -R /x"#).output == [
        0xff, 0xe9, 0x41, 0xc3, 0xa9,
      ])
    #expect(try bash(#""$0" read $'/\xff' 2>&1"#).output.contains(0xff))
    #expect(try bash(#""$0" control print $'\xff'"#).text == "OK\n")
    for bytes: [UInt8] in [[], [0x41], [0xff], [0xc3, 0xa9], [0xc3], Array("\u{10ffff}ä".utf8)] {
      #expect(Words.bytes(of: Words.text(of: bytes)) == bytes)
    }
  }

  @Test func longOptionsMayBeAbbreviated() throws {
    try expect("xenstore-read", ["--pre", "/a"], "/a: 1\n")
    try expect("xenstore-rm", ["--ti", "--sock", "/a/b"], "")
    #expect(Words.spelledOut(["write", "/a", "--", "--r"]) == ["write", "/a", "--", "--r"])
  }

  @Test func anUnknownModeIsNamed() throws {
    try expect("xenstore", ["bogus"], "", code: 1, complaint: "xenstore: unknown mode bogus\n")
    try expect("xenstore-x", [], "", code: 1, complaint: "xenstore-x: unknown mode x\n")
  }
}

private func k(_ count: Int) -> String { String(repeating: "k", count: count) }
private func y(_ count: Int) -> String { String(repeating: "y", count: count) }
