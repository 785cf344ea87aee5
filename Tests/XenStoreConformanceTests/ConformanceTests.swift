import Foundation
import Testing
import XenStoreTestSupport

/// The same requests to ours and, where `XENSTORE_STOCK_C` and `XENSTORE_STOCK_OCAML` name their
/// sockets, to the stock daemons. The expected differences stand beside the cases.
@Suite(.serialized) struct ConformanceTests {
  @Test func thereAreManyCasesAndEachHasAName() {
    #expect(Conformance.cases.count >= 300)
    #expect(Set(Conformance.cases.map(\.name)).count == Conformance.cases.count)
  }

  @Test func oursAnswersAsWeSay() throws {
    let daemon = try Daemon()
    check(Runner(socket: daemon.socket, subject: .ours))
  }

  @Test(.enabled(if: stock("C") != nil)) func theCDaemonAnswersAsWeSay() {
    if let socket = stock("C") { check(Runner(socket: socket, subject: .c)) }
  }

  @Test(.enabled(if: stock("OCAML") != nil)) func theOCamlDaemonAnswersAsWeSay() {
    if let socket = stock("OCAML") { check(Runner(socket: socket, subject: .ocaml)) }
  }

  private func check(_ runner: Runner) {
    var failed = 0
    for test in Conformance.cases {
      let complaints = runner.run(test)
      if !complaints.isEmpty { failed += 1 }
      for complaint in complaints {
        Issue.record("\(runner.subject.rawValue): \(test.name): \(complaint)")
      }
    }
    let different = Conformance.cases.count { test in
      test.steps.contains { $0.expected[runner.subject] != $0.expected[.ours] }
    }
    print(
      "\(runner.subject.rawValue): \(Conformance.cases.count) cases, \(failed) unexpected,",
      "\(different) differ from ours as listed")
  }
}

private func stock(_ name: String) -> String? {
  ProcessInfo.processInfo.environment["XENSTORE_STOCK_\(name)"]
}
