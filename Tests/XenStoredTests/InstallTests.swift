import Foundation
import Testing
import XenStoreTestSupport

@Suite struct InstallTests {
  private static let script = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Packaging/install")

  private func install(_ words: [String]) throws -> (code: Int32, complaints: String) {
    let process = Process()
    process.executableURL = Self.script
    process.arguments = words
    let complaints = Pipe()
    process.standardError = complaints
    try process.run()
    let text = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  private var programs: [String] {
    ["xenstored", "xenstore"].map { Program.folder.appendingPathComponent($0).path }
  }

  @Test func whatIsInstalledWorksFromItsPlace() throws {
    let folder = try Folder()
    let outcome = try install(["--destdir", folder.path, "--prefix", "/opt/xs"] + programs)
    #expect(outcome == (0, ""))
    let unit = try folder.text("opt/xs/lib/systemd/system/xenstored.service")
    #expect(unit.contains("ExecStart=/opt/xs/sbin/xenstored --no-fork"))
    #expect(
      try folder.text("opt/xs/share/martlet/default.xen").contains("\nXENSTORED=/opt/xs/sbin/"))
    for name in ["bash-completion/completions/xenstored", "zsh/site-functions/_xenstored"] {
      #expect(try folder.text("opt/xs/share/" + name).contains("quota-soft"))
    }
    for name in ["bash-completion/completions/xenstore", "fish/vendor_completions.d/xenstore.fish"]
    {
      #expect(try folder.text("opt/xs/share/" + name).contains("chmod"))
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/opt/xs/bin")
    #expect(files.count == 10)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["opt"])

    let daemon = try Daemon()
    let list = Process()
    list.executableURL = URL(fileURLWithPath: folder.path + "/opt/xs/bin/xenstore-list")
    list.arguments = ["/"]
    list.environment = ProcessInfo.processInfo.environment.merging(
      ["XENSTORED_PATH": daemon.socket]) { $1 }
    let output = Pipe()
    list.standardOutput = output
    try list.run()
    #expect(output.fileHandleForReading.readDataToEndOfFile() == Data("tool\n".utf8))
    list.waitUntilExit()
    #expect(list.terminationStatus == 0)
  }

  @Test func linesForTheDefaultFileAreShell() throws {
    let folder = try Folder()
    #expect(try install(["--destdir", folder.path] + programs).code == 0)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = [
      "-ec", ". \"$0\"; test -x \"$1$XENSTORED\"",
      folder.path + "/usr/local/share/martlet/default.xen", folder.path,
    ]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 0)
  }

  @Test(
    arguments: [
      [], ["--cats"], ["/proc/nonexistent/xenstored", "/proc/nonexistent/xenstore"],
      ["--prefix", "relative", "/bin/true", "/bin/true"],
    ])
  func whatCannotBeInstalledIsSaid(words: [String]) throws {
    let outcome = try install(words)
    #expect(outcome.code != 0)
    #expect(outcome.complaints.hasPrefix("install: "))
  }
}
