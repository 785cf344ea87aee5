import Testing
import XenStoreCore

@testable import XenStoreServer
@testable import XenStoreTrials

@Suite struct OptionsTests {
  /// The options of a command line that can be served.
  private func options(_ words: String...) throws -> Options {
    guard case .serves(let options) = Invocation(words) else {
      throw Options.Mistake(message: "\(words) is refused")
    }
    return options
  }

  @Test func optionsGoByTheNamesOfTheCDaemon() throws {
    let options = try options(
      "--no-fork", "-F", "/run/x.pid", "--entry-nb=5", "-W", "7", "-Q", "memory=9", "-T", "log",
      "--socket=/tmp/s", "-PD", "-S100", "--quota-soft", "memory=77", "--quota", "transactions=3",
      "-A", "4")
    #expect(options.staysInForeground)
    #expect(options.printsProcess)
    #expect(options.skipsControlDomain)
    #expect(options.pidFile == "/run/x.pid")
    #expect(options.socket == "/tmp/s")
    #expect(options.traceFile == "log")
    #expect(options.quotas[.nodes] == 5)
    #expect(options.quotas[.watches] == 7)
    #expect(options.quotas[.memory] == 9)
    #expect(options.quotas[.nodeSize] == 100)
    #expect(options.quotas[.permissions] == 4)
    #expect(options.quotas[.transactions] == 3)
    #expect(options.quotas[.transactionNodes] == 1024)
    #expect(options.softQuotas.memory == 77)
    #expect(options.remarks == [])
  }

  @Test func aCommandLineWithoutWordsIsServed() throws {
    var usual = Options()
    usual.words = ["--config-file", "/dev/null"]
    usual.stateFolder = usual.socket + ".state"
    #expect(try options("--config-file", "/dev/null") == usual)
    #expect(try options("-R").keepsState == false)
    #expect(try options("--disable-socket").stateFolder == "/run/xenstored/state")
    #expect(try options("--state-dir=/s", "--socket", "/x").stateFolder == "/s")
    #expect(try options("-T", "x").traces == [.objects, .messages, .reads])
  }

  @Test func tracesAreSwitchedByTheNamesOfTheCDaemon() throws {
    #expect(try options("--trace-control=-io").traces == [.objects, .reads])
    #expect(try options("--trace-control=-io", "--trace-control=-obj").traces == .reads)
    #expect(try options("--no-access-log", "--trace-control=+io").traces == [.messages])
    #expect(try options("--trace-control", "+wrl").traces == .standard)
  }

  @Test(
    arguments: [
      ["-K"], ["-I"], ["-I", "off"], ["--internal-db=on"], ["-M", "100"],
      ["-w", "watch-event=20"], ["-Q", "outstanding=5"], ["-m", "1"], ["--event=3"], ["-p", "2"],
      ["--reraise-top-level"], ["-L"],
    ])
  func whatMeansNothingHereIsAcceptedAndNamed(words: [String]) {
    guard case .serves(let options) = Invocation(words) else {
      Issue.record("\(words) is refused")
      return
    }
    #expect(options.remarks.count == 1)
    #expect(options.remarks.first?.hasPrefix("no effect: --") == true)
  }

  @Test(
    arguments: [
      ["--nonsense"], ["-E"], ["-E", "x"], ["-Q", "nodes"], ["-Q", "cats=3"], ["-E", "-5"],
      ["-q", "nodes=1"], ["-w", "cats=1"], ["--trace-control", "io"], ["--trace-control=+cats"],
    ])
  func whatMakesNoSenseIsNamed(words: [String]) {
    guard case .fails(let message) = Invocation(words) else {
      Issue.record("\(words) is accepted")
      return
    }
    let name = words[0].split(separator: "=").first.map(String.init) ?? words[0]
    #expect(message.contains(name))
  }

  @Test func longOptionsMayBeAbbreviated() throws {
    #expect(try options("--pid", "/p", "--no-f", "--entry-n=5").pidFile == "/p")
    #expect(try options("--entry-n=5").quotas[.nodes] == 5)
    #expect(try options("--quota", "memory=9").quotas[.memory] == 9)
    #expect(try options("-Ioff").remarks.count == 1)
    // Which one is meant?
    guard case .fails(let message) = Invocation(["--entry", "5"]) else {
      Issue.record("accepted")
      return
    }
    #expect(message.contains("--entry"))
  }

  @Test func longNamesAreThoseOfOptions() {
    for name in ServerArguments.longNames {
      guard case .fails(let message) = Invocation([name, "--nonsense"]) else { continue }
      #expect(!message.contains("Unknown option '\(name)'"), "\(name)")
    }
  }

  @Test func wordsThatAreNoOptionsAreRefused() {
    guard case .fails(let message) = Invocation(["surprise"]) else {
      Issue.record("accepted")
      return
    }
    #expect(message.contains("surprise"))
  }

  @Test(arguments: ["-H", "-h", "--help"])
  func helpNamesEveryLimit(word: String) {
    guard case .says(let text) = Invocation([word]) else {
      Issue.record("no help")
      return
    }
    for kind in QuotaKind.allCases { #expect(text.contains(kind.name)) }
  }

  @Test func shellsCanCompleteTheOptions() {
    guard case .says(let text) = Invocation(["--generate-completion-script", "bash"]) else {
      Issue.record("no script")
      return
    }
    #expect(text.contains("--quota-soft"))
    #expect(text.contains("xenstored"))
  }
}
