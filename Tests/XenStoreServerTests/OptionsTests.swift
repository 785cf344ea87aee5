import Testing
import XenStoreCore
import XenStoreServer

@Suite struct OptionsTests {
  @Test func optionsGoByTheNamesOfTheCDaemon() throws {
    let options = try Options([
      "--no-fork", "-F", "/run/x.pid", "--entry-nb=5", "-W", "7", "-Q", "memory=9", "-T", "log",
      "--socket=/tmp/s",
    ])
    #expect(options.staysInForeground)
    #expect(options.pidFile == "/run/x.pid")
    #expect(options.socket == "/tmp/s")
    #expect(options.logFile == "log")
    #expect(options.quotas[.nodes] == 5)
    #expect(options.quotas[.watches] == 7)
    #expect(options.quotas[.memory] == 9)
    #expect(options.quotas[.transactions] == 10)
  }

  @Test(arguments: [["--nonsense"], ["-E"], ["-E", "x"], ["-Q", "nodes"], ["-Q", "cats=3"]])
  func whatMakesNoSenseIsNamed(arguments: [String]) {
    let mistake = #expect(throws: Options.Mistake.self) { _ = try Options(arguments) }
    #expect(mistake?.message.contains(arguments[0]) == true)
  }

  @Test func theUsageNamesEveryLimit() {
    for kind in QuotaKind.allCases { #expect(Options.usage.contains(kind.name)) }
  }
}
