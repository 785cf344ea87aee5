import Foundation
import Glibc
import Testing
import XenStoreTestSupport
import XenStoreWire

/// How long a client that reads all the time waits at most while a server hands over. The figures are
/// printed; `XENSTORE_NODES` sets how many nodes there are. A debug build says little of the program
/// that is installed:
/// `swift test -c release -Xswiftc -enable-testing -Xswiftc -DXENSTORE_TRIALS --filter PauseTests`.
@Suite(.enabled(if: Stock.isWanted, Comment(rawValue: Stock.advice)), .serialized)
struct PauseTests {
  private static let nodes =
    ProcessInfo.processInfo.environment["XENSTORE_NODES"].flatMap(Int.init) ?? 5_000

  private func fill(_ client: Talker) throws {
    for start in stride(from: 0, to: Self.nodes, by: 100) {
      let numbers = start..<min(start + 100, Self.nodes)
      try client.put(
        numbers.flatMap { Talker.message(.write, "/bench/d\($0 / 100)/n\($0 % 100)|value\($0)") })
      for _ in numbers { #expect(try client.reply() == "OK|") }
    }
  }

  private static var milliseconds: Double {
    Double(DispatchTime.now().uptimeNanoseconds) / 1_000_000
  }

  @Test(arguments: ShimmedDaemon.Kind.allCases)
  func aReaderWaitsNotForLong(_ first: ShimmedDaemon.Kind) throws {
    let daemon = try ShimmedDaemon(first)
    let reader = try Talker(daemon.socket)
    let control = try Talker(daemon.socket)
    try fill(reader)
    let ours = ShimmedDaemon.Kind.ours.path
    #expect(try control.ask(.control, "live-update|-f|\(ours)|") == "OK|")
    try control.put(Talker.message(.control, "live-update|-s|-t|5|"))
    var longest = 0.0
    var end = Double.infinity
    var again = Double.infinity
    while Self.milliseconds < end {
      let start = Self.milliseconds
      #expect(try reader.ask(.read, "/bench/d3/n7|") == "value307")
      longest = max(longest, Self.milliseconds - start)
      if control.hasInput {
        let answer = try control.reply()
        if answer.hasPrefix("BUSY") {
          again = Self.milliseconds + 50
        } else {
          #expect(answer == "OK|")
          end = Self.milliseconds + 100
        }
      }
      if Self.milliseconds > again {
        again = .infinity
        try control.put(Talker.message(.control, "live-update|-s|-t|5|"))
      }
    }
    let text = String(format: "%.1f", longest)
    print("from \(first.rawValue), \(Self.nodes) nodes: a read took \(text) ms at most")
    #if !DEBUG
      if first == .ours { #expect(longest < 100) }
    #endif
  }
}
