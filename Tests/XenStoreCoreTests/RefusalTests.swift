import Testing
import XenStoreWire

@testable import XenStoreCore

/// Refusals that both stock daemons share.
@Suite struct RefusalTests {
  @Test(arguments: ["/a/", "/a//b", "//", "/a b", ""])
  func whatIsNoPathCannotHaveBeenWatched(path: String) {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.ask(mine, .watch, path, "token") == "EINVAL")
    #expect(harness.ask(mine, .unwatch, path, "token") == "ENOENT")
  }

  @Test func anUnknownSpecialWatchHasNoPermissions() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.ask(mine, .setPermissions, "@none", "n0") == "ENOENT")
    #expect(harness.ask(mine, .setPermissions, "@releaseDomain", "n0") == "OK")
    #expect(harness.write(mine, "@none", "x") == "EINVAL")
  }

  @Test func anUnknownTransactionIsRefusedWhereItHasNoPart() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.ask(mine, .getDomainPath, "3", transaction: 9) == "ENOENT")
    #expect(harness.ask(mine, .control, "check", transaction: 9) == "ENOENT")
    #expect(harness.ask(mine, .resetWatches, "", transaction: 9) == "ENOENT")
    #expect(harness.ask(mine, .transactionStart, "", transaction: 9) == "ENOENT")
    #expect(harness.ask(mine, .watch, "/a", "token", transaction: 9) == "OK")
    #expect(harness.ask(mine, .unwatch, "/a", "token", transaction: 9) == "OK")
    #expect(harness.ask(mine, .transactionStart, "") == "1")
    #expect(harness.ask(mine, .transactionStart, "", transaction: 1) == "EBUSY")
    #expect(harness.ask(mine, .getDomainPath, "3", transaction: 1) == "/local/domain/3")
  }

  @Test func aCommandNeedsItsNul() {
    var harness = Harness()
    let mine = harness.store.connectSocket()
    #expect(harness.ask(mine, .control, value: "check") == "EINVAL")
    #expect(harness.ask(mine, .control) == "EINVAL")
    #expect(harness.ask(mine, .control, "check") == "OK")
  }
}
