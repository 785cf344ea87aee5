import Foundation
import Testing
import XenStoreCore

@testable import XenStoreServer

@Suite struct ConfigurationTests {
  private func options(_ text: String) throws -> Options {
    var options = Options()
    try ConfigurationFile(path: "conf", text: text).apply(to: &options)
    return options
  }

  @Test func theFileOfTheOCamlDaemonIsUnderstood() throws {
    let options = try options(
      """
      # default xenstored config

      pid-file = /run/x.pid
      quota-activate = true
      quota-maxentity = 900   # nodes
      quota-maxsize=2000
        quota-maxwatch =  100
      quota-transaction = 9
      quota-maxrequests = 500
      xenstored-log-file = /var/log/x.log
      access-log-file = /var/log/access.log
      access-log-read-ops = false
      merge-activate = true
      quota-path-max = 1024
      """)
    #expect(options.pidFile == "/run/x.pid")
    #expect(options.quotas[.nodes] == 900)
    #expect(options.quotas[.nodeSize] == 2000)
    #expect(options.quotas[.watches] == 100)
    #expect(options.quotas[.transactions] == 9)
    #expect(options.quotas[.transactionNodes] == 500)
    #expect(options.logFile == "/var/log/x.log")
    #expect(options.traceFile == "/var/log/access.log")
    #expect(options.traces == [.objects, .messages])
    #expect(options.remarks == ["conf: no effect here: merge-activate, quota-path-max"])
  }

  @Test func quotasCanBeTurnedOff() throws {
    let options = try options("quota-activate = false\nquota-maxentity = 5")
    for kind in QuotaKind.allCases { #expect(options.quotas[kind] == 0) }
  }

  @Test func unknownKeysAreNamed() throws {
    let options = try options("cats = 5\ndogs = 6\nxenstored-log-file = syslog:daemon\n")
    #expect(options.remarks == ["conf: unknown: cats, dogs"])
    #expect(options.logFile == nil)
  }

  @Test(
    arguments: [
      ("# one\nquota-maxentity = many", "conf, line 2: quota-maxentity needs a number, not 'many'"),
      ("quota-activate = yes", "conf, line 1: quota-activate needs true or false, not 'yes'"),
      ("\n\npid-file =", "conf, line 3: pid-file needs a path, not ''"),
      ("quota-maxwatch = -1", "conf, line 1: quota-maxwatch needs a number, not '-1'"),
      ("a line", "conf, line 1: 'a line' has no '='"),
    ])
  func whatMakesNoSenseIsNamedWithItsLine(text: String, message: String) {
    let mistake = #expect(throws: Options.Mistake.self) { try options(text) }
    #expect(mistake?.message == message)
  }

  @Test func theCommandLineWins() throws {
    let folder = try Folder()
    let path = folder.path + "/conf"
    try "quota-maxentity = 5\nquota-maxwatch = 6\npid-file = /a\naccess-log-file = /log\n".write(
      toFile: path, atomically: true, encoding: .utf8)
    let words = ["--config-file", path, "-E", "7", "-F", "/b", "--no-access-log"]
    guard case .serves(let options) = Invocation(words) else {
      Issue.record("refused")
      return
    }
    #expect(options.quotas[.nodes] == 7)
    #expect(options.quotas[.watches] == 6)
    #expect(options.pidFile == "/b")
    #expect(options.traces == [])
  }

  @Test func aFileCanBeTried() throws {
    let folder = try Folder()
    let path = folder.path + "/conf"
    try "quota-maxentity = 5\n".write(toFile: path, atomically: true, encoding: .utf8)
    guard case .says(let text) = Invocation(["--config-test", "--config-file", path]) else {
      Issue.record("nothing is said")
      return
    }
    #expect(text == "Configuration valid at \(path)")
    try "quota-maxentity = x\n".write(toFile: path, atomically: true, encoding: .utf8)
    guard case .fails(let message) = Invocation(["--config-test", "--config-file", path]) else {
      Issue.record("accepted")
      return
    }
    #expect(message.contains("line 1"))
  }

  @Test func aFileThatIsNamedMustBeThere() {
    guard case .fails(let message) = Invocation(["--config-file", "/proc/nonexistent/conf"]) else {
      Issue.record("accepted")
      return
    }
    #expect(message.contains("/proc/nonexistent/conf"))
  }
}
