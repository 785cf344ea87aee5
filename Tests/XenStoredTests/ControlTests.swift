import Foundation
import Glibc
import Testing
import XenStoreClient
import XenStoreTestSupport
import XenStoreWire

@Suite struct ControlTests {
  private func connect(_ daemon: Daemon) throws -> XenStoreClient {
    try XenStoreClient(Endpoint(socket: daemon.socket))
  }

  @Test func quotasAreShownAsTheCDaemonShowsThem() async throws {
    let daemon = try Daemon(["-E", "77", "-q", "memory=5"])
    let client = try connect(daemon)
    let quotas = try await client.control(["quota"])
    #expect(quotas.hasPrefix("Quota settings:\nnodes            :       77 Nodes per domain\n"))
    #expect(quotas.contains("\nmemory           :  2621440 Total Xenstore memory per domain"))
    let soft = try await client.control(["quota-soft"])
    #expect(soft.hasPrefix("Quota settings:\nmemory           :        5 "))
    #expect(try await client.control(["quota", "set", "permissions", "9"]) == "OK")
    #expect(try await client.control(["quota", "set", "nodes", "78"]) == "OK")
    for name in ["outstanding", "path-max"] {
      #expect(try await client.control(["quota", "set", name, "9"]) == "OK")
    }
    #expect(try await client.control(["quota-soft", "set", "memory", "6"]) == "OK")
    let changed = try await client.control(["quota"])
    #expect(changed.contains("nodes            :       78 "))
    #expect(changed.contains("node-permissions :        9 "))
    #expect(try await client.control(["quota-soft"]).contains(":        6 "))
  }

  @Test func whatADomainHasIsShown() async throws {
    let daemon = try Daemon()
    let client = try connect(daemon)
    try await client.introduce(DomainID(rawValue: 5), frame: 1, port: 7)
    try await client.write("/a", "1")
    try await client.setPermissions(
      [Permission(DomainID(rawValue: 5), [])], of: "/a")
    let usage = try await client.control(["quota", "5"])
    #expect(usage.hasPrefix("Domain 5:\nnodes           :        1\nwatches         :        0\n"))
    #expect(usage.contains("\nmemory          : "))
    #expect(
      try await client.control(["quota", "0"]).hasPrefix("Domain 0:\nnodes           :        3\n"))
    #expect(try await client.control(["memreport"]).contains("domain 5: nodes 1, watches 0,"))
    #expect(try await client.control(["quota", "max"]).contains("nodes            :        0\n"))
  }

  @Test(
    arguments: [
      ["bogus"], ["check", "x"], ["log", "cats"], ["log", "+cats"], ["log", "on", "off"],
      ["logfile"], ["print"], ["print", "a", "b"], ["quota", "set"], ["quota", "set", "cats", "1"],
      ["quota", "set", "nodes", "x"], ["quota", "max", "-x"], ["quota", "70000"], ["quota", "-1"],
      ["quota-soft", "5"], ["quota-soft", "set", "nodes", "1"], ["help", "x"],
    ])
  func whatMakesNoSenseIsInvalid(words: [String]) async throws {
    let daemon = try Daemon()
    let client = try connect(daemon)
    let error = await #expect(throws: XenStoreClientError.self) { try await client.control(words) }
    #expect(error?.storeError == .invalid)
  }

  @Test func aCheckOfManyNodesHoldsNobodyUp() async throws {
    let daemon = try Daemon()
    let client = try connect(daemon)
    for index in 0..<20000 { try await client.write("/t/\(index % 100)/\(index)", "value") }
    let asking = try Talker(daemon.socket)
    let writing = try Talker(daemon.socket)
    try asking.ask(.watch, "/x|w|")
    #expect(try asking.takeEvents() == ["/x|w|"])
    // Both are there when the server looks; the event of the write overtakes the check's reply.
    daemon.signal(SIGSTOP)
    try asking.put(Talker.message(.control, "check|"))
    try writing.put(Talker.message(.write, "/x|y"))
    daemon.signal(SIGCONT)
    #expect(try asking.reply() == "OK|")
    #expect(asking.events == ["/x|w|"])
  }

  @Test func traceIsSwitchedAndMovedByCommands() async throws {
    let folder = try Folder()
    let daemon = try Daemon(["-T", folder.path + "/one", "--trace-control=-read"])
    let client = try connect(daemon)
    try await client.write("/first", "1")
    _ = try await client.read("/first")
    #expect(try await folder.wait(for: "IN socket of=0 connection=0 WRITE", in: "one"))
    #expect(try await client.control(["log"]).contains("io      : on\n"))
    #expect(try await client.control(["logfile", folder.path + "/two"]) == "OK")
    try await client.write("/second", "1")
    #expect(try await folder.wait(for: "(/second 1)", in: "two"))
    #expect(try await client.control(["log", "off"]) == "OK")
    try await client.write("/third", "1")
    #expect(try await client.control(["log", "on"]) == "OK")
    try await client.write("/fourth", "1")
    #expect(try await folder.wait(for: "(/fourth 1)", in: "two"))
    #expect(try !folder.text("two").contains("/third"))
    #expect(try !folder.text("one").contains("READ"))
  }
}
