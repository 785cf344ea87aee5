import Foundation
import Testing
import XenStoreClient
import XenStoreTestSupport

@Suite struct DaemonTests {
  @Test(.timeLimit(.minutes(5))) func aFullPipeAsTraceDoesNotStallService() async throws {
    let folder = try Folder()
    let pipe = folder.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let daemon = try Daemon(["-T", pipe])
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    let value = String(repeating: "x", count: 2000)
    for index in 0..<3000 { try await client.write("/a\(index % 10)", value) }
    #expect(daemon.stop() == 0)
  }

  @Test func serviceGoesOnWhenThereIsNoRoomForTheJournal() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["--log-file", folder.path + "/log"], limits: "-f 800")
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    let value = String(repeating: "x", count: 2000)
    for index in 0..<400 { try await client.write("/a\(index % 10)", value) }
    #expect(try await folder.wait(for: "nothing is kept", in: "log"))
    #expect(try await client.read("/a9") == Array(value.utf8))
    let state = try FileManager.default.contentsOfDirectory(atPath: daemon.socket + ".state")
    #expect(state == ["lock"])
    #expect(daemon.stop() == 0)
  }

  @Test func serviceNeedsNoFolderForTheJournal() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["--log-file", folder.path + "/log", "--state-dir", "/proc/none"])
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    try await client.write("/a", "1")
    #expect(try folder.text("log").contains("/proc/none"))
    #expect(daemon.stop() == 0)
  }

  @Test func theFolderOfTheSocketIsMade() async throws {
    let folder = try Folder()
    let daemon = try Daemon(at: folder.path + "/run/socket")
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    try await client.write("/a", "1")
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/run")[
      .posixPermissions]
    #expect(mode as? Int == 0o755)
    #expect(daemon.stop() == 0)
  }

  @Test func logFilesAreOpenedAnewOnAHangUp() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-T", folder.path + "/log"])
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    _ = try await client.control(["print", "first"])
    #expect(try await folder.wait(for: "control: first", in: "log"))
    try FileManager.default.moveItem(atPath: folder.path + "/log", toPath: folder.path + "/old")
    daemon.signal(SIGHUP)
    for _ in 0..<Patience.long / 10
    where !FileManager.default.fileExists(atPath: folder.path + "/log") {
      try await Task.sleep(for: .milliseconds(10))
    }
    _ = try await client.control(["print", "second"])
    #expect(try await folder.wait(for: "notice xenstored: control: second", in: "log"))
    #expect(try await folder.wait(for: "CONTROL", in: "log"))
    #expect(try !folder.text("old").contains("second"))
  }

  @Test func aLogThatCannotBeOpenedKeepsNobodyFromBeingServed() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-T", folder.path + "/later/trace"])
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    try await client.write("/a", "1")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/later", withIntermediateDirectories: false)
    #expect(try await client.control(["log", "on"]) == "OK")
    try await client.write("/b", "1")
    #expect(try await folder.wait(for: "(/b 1)", in: "later/trace"))
    let other = try Daemon(["--log-file", folder.path + "/none/log"])
    #expect(try await XenStoreClient(Endpoint(socket: other.socket)).list("/") == ["tool"])
  }

  @Test func aProcessFileIsWrittenAndTheExitCodeIsZero() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-F", folder.path + "/pid"])
    // It is there once somebody was answered.
    _ = try await XenStoreClient(Endpoint(socket: daemon.socket)).list("/")
    #expect(try folder.text("pid") == "\(daemon.processNumber)\n")
    #expect(daemon.stop() == 0)
  }

  @Test(arguments: [["--nonsense"], ["-N", "--socket", "/proc/nonexistent/socket"], ["word"]])
  func whatCannotBeIsSaidAndTheExitCodeIsOne(words: [String]) throws {
    let outcome = try Program.run("xenstored", words)
    #expect(outcome.code == 1)
    #expect(outcome.complaints.hasPrefix("xenstored: "))
    #expect(outcome.text == "")
  }

  @Test func helpIsPrinted() throws {
    let outcome = try Program.run("xenstored", ["--help"])
    #expect(outcome.code == 0)
    #expect(outcome.text.contains("--quota-soft"))
  }

  @Test func optionsWithoutEffectAreNamedInTheLog() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-K", "--log-file", folder.path + "/log"])
    #expect(try await folder.wait(for: "no effect: --keep-orphans", in: "log"))
    #expect(daemon.stop() == 0)
  }

  @Test func aServerThatRunsIsNotReplaced() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-F", folder.path + "/pid"])
    let options = ["-N", "--config-file", "/dev/null", "--socket"]
    let second = try Program.run("xenstored", options + [daemon.socket])
    #expect(second.code == 1)
    #expect(second.complaints.contains("another server has it"))
    let third = try Program.run(
      "xenstored", options + [folder.path + "/socket", "-F", folder.path + "/pid"])
    #expect(third.code == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/socket"))
    #expect(try folder.text("pid") == "\(daemon.processNumber)\n")
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    #expect(try await client.list("/") == ["tool"])
  }

  @Test func theConfigurationFileCounts() async throws {
    let folder = try Folder()
    try
      "quota-maxentity = 33\ncats = 1\npid-file = /proc/nonexistent/pid\nxenstored-log-file = \(folder.path)/log\n"
      .write(
        toFile: folder.path + "/conf", atomically: true, encoding: .utf8)
    let daemon = try Daemon(["--config-file", folder.path + "/conf"])
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    #expect(try await client.control(["quota"]).contains(":       33 Nodes per domain"))
    #expect(try await folder.wait(for: "unknown: cats", in: "log"))
    #expect(try await folder.wait(for: "/proc/nonexistent/pid: No such file", in: "log"))
    try "quota-maxentity = x\n".write(
      toFile: folder.path + "/conf", atomically: true, encoding: .utf8)
    let outcome = try Program.run("xenstored", ["-N", "--config-file", folder.path + "/conf"])
    #expect(outcome.code == 1)
    #expect(outcome.complaints.contains("conf, line 1: quota-maxentity"))
  }

  @Test func threadsLeaveSignalsToTheServer() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-T", folder.path + "/trace"])
    let tasks = "/proc/\(daemon.processNumber)/task"
    let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
    #expect(threads.count == 2)
    for thread in threads {
      let status = try String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
      let mask = line.flatMap { UInt64($0.dropFirst(7).drop { $0.isWhitespace }, radix: 16) } ?? 0
      for signal in [SIGHUP, SIGINT, SIGTERM] { #expect(mask >> UInt64(signal - 1) & 1 == 1) }
    }
    let client = try XenStoreClient(Endpoint(socket: daemon.socket))
    try await client.write("/last", "word")
    #expect(daemon.stop() == 0)
    #expect(try folder.text("trace").contains("(/last word)"))
  }
}
