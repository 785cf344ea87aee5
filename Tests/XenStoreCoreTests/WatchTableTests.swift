import Testing
import XenStoreWire

@testable import XenStoreCore

/// Many watches on few paths: each is found by its own connection, path and token.
@Suite struct WatchTableTests {
  @Test func eachOfManyWatchesOnAPathIsFound() {
    var harness = Harness()
    let ids = [harness.store.connectSocket(), harness.store.connectSocket()]
    var present: Set<String> = []
    func key(_ client: Int, _ path: String, _ token: Int) -> String { "\(client) \(path) \(token)" }
    for token in 0..<300 {
      for (client, id) in ids.enumerated() {
        for path in ["/w", "/w/x"] {
          #expect(harness.ask(id, .watch, path, "t\(token)") == "OK")
          present.insert(key(client, path, token))
        }
      }
    }
    for token in stride(from: 0, to: 300, by: 3) {
      #expect(harness.ask(ids[token % 2], .unwatch, "/w", "t\(token)") == "OK")
      present.remove(key(token % 2, "/w", token))
    }
    for token in 0..<300 {
      for (client, id) in ids.enumerated() {
        for path in ["/w", "/w/x"] {
          let isPresent = present.contains(key(client, path, token))
          #expect(harness.ask(id, .watch, path, "t\(token)") == (isPresent ? "EEXIST" : "OK"))
        }
      }
    }
    for token in 0..<300 {
      for id in ids {
        for path in ["/w", "/w/x"] {
          #expect(harness.ask(id, .unwatch, path, "t\(token)") == "OK")
          #expect(harness.ask(id, .unwatch, path, "t\(token)") == "ENOENT")
        }
      }
    }
    #expect(harness.store.watches.count == 0)
  }
}
