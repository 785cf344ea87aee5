import Foundation
import Testing
import XenStoreTestSupport

/// The same requests to all three daemons, on a simulated machine. The expected differences stand
/// beside the cases.
@Suite(.serialized) struct ConformanceTests {
  @Test func thereAreManyCasesAndEachHasAName() {
    #expect(Conformance.cases.count >= 300)
    #expect(Conformance.rings.count >= 60)
    let all = Conformance.cases + Conformance.rings
    #expect(Set(all.map(\.name)).count == all.count)
  }

  @Test func oursAnswersAsWeSay() throws { try check(.ours, .ours) }

  @Test(.enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)))
  func theCDaemonAnswersAsWeSay() throws { try check(.c, .c) }

  @Test(.enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)))
  func theOCamlDaemonAnswersAsWeSay() throws { try check(.ocaml, .ocaml) }

  private func check(_ kind: ShimmedDaemon.Kind, _ subject: Subject) throws {
    let daemon = try ShimmedDaemon(kind)
    let runner = Runner(daemon: daemon, subject: subject)
    for (what, cases) in [("", Conformance.cases), ("of domains ", Conformance.rings)] {
      var failed = 0
      for test in cases {
        let complaints = runner.run(test)
        if !complaints.isEmpty { failed += 1 }
        for complaint in complaints {
          Issue.record("\(subject.rawValue): \(test.name): \(complaint)")
        }
      }
      let different = cases.count { test in
        test.steps.contains { $0.expected[subject] != $0.expected[.ours] }
      }
      print(
        "\(subject.rawValue): \(cases.count) cases \(what)\(failed) unexpected,",
        "\(different) differ from ours as listed")
      #expect(daemon.isRunning, "\(daemon.said)")
    }
  }
}
