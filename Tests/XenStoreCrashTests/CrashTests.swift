import Foundation
import Glibc
import Testing
import XenStoreTestSupport
import XenStoreWire

/// Kills the server in the middle of load, again and again. What it acknowledged must be there when
/// the next one has started; domains must notice nothing: each of their requests is answered once, in
/// order, and their watches are still set.
@Suite(.serialized) struct CrashTests {
  private static let crashes =
    ProcessInfo.processInfo.environment["XENSTORE_CRASHES"].flatMap { Int($0) } ?? 100

  @Test func whatWasAcknowledgedSurvivesAHundredKills() throws {
    let daemon = try ShimmedDaemon(.ours)
    let sockets = (0..<3).map {
      LoadClient(home: "/s\($0)", line: SocketLine(daemon.socket))
    }
    let guests = (1...3).map { SimulatedGuest(daemon.machine, domain: UInt16($0)) }
    let rings = guests.map {
      LoadClient(home: "/local/domain/\($0.domain)", line: RingLine($0))
    }
    let control = Control(daemon.socket)
    for guest in guests {
      let home = "/local/domain/\(guest.domain)"
      #expect(control.ask(.introduce, guest.introduction) == "OK")
      #expect(control.ask(.makeDirectory, Array("\(home)\0".utf8)) == "OK")
      #expect(control.ask(.setPermissions, Array("\(home)\0n\(guest.domain)\0".utf8)) == "OK")
    }
    for client in sockets {
      #expect(control.ask(.makeDirectory, Array("\(client.home)\0".utf8)) == "OK")
    }
    rings.forEach { $0.watch() }

    for crash in 1...Self.crashes {
      if crash % 10 == 0 {
        #expect(try Self.update(daemon) == "OK", "update before crash \(crash)")
      }
      // Every other one ends where it has just told somebody something.
      if crash % 2 == 1 { daemon.machine.endDaemon(after: .random(in: 1...300)) }
      let end = Date(timeIntervalSinceNow: .random(in: 0.005...0.06))
      while Date() < end { (sockets + rings).forEach { $0.step() } }
      daemon.signal(SIGKILL)
      // Some is sent to nobody, and stays in the rings.
      rings.forEach { $0.step() }
      daemon.stop()
      daemon.machine.endDaemon(after: 0)
      try daemon.start()

      let control = Control(daemon.socket)
      for ring in rings {
        let isDone = settle(ring)
        #expect(isDone, "crash \(crash): \(ring.home) is not answered")
        try #require(ring.complaint == nil, "crash \(crash): \(ring.home): \(ring.complaint ?? "")")
        let found = control.nodes(below: ring.home)
        try #require(found == ring.nodes, "crash \(crash): \(ring.home)")
        _ = ring.takeEvents()
        #expect(control.ask(.write, Array("\(ring.home)/poke\0\(crash)".utf8)) == "OK")
        #expect(hears(ring, "\(ring.home)/poke"), "crash \(crash): the watch of \(ring.home)")
        #expect(control.ask(.remove, Array("\(ring.home)/poke\0".utf8)) == "OK")
      }
      for client in sockets {
        client.read()
        try #require(client.complaint == nil, "crash \(crash): \(client.complaint ?? "")")
        let found = control.nodes(below: client.home)
        let isPossible = client.resume(on: SocketLine(daemon.socket), found: found)
        try #require(isPossible, "crash \(crash): \(client.home)")
      }
      #expect(control.ask(.control, Array("check\0".utf8)) == "OK")
    }
    let served = (sockets + rings).reduce(0) { $0 + $1.requests }
    print("\(Self.crashes) kills, \(served) requests")
    #expect(served > 10 * Self.crashes)
  }

  /// Has the server hand over to another process of itself; its answer.
  private static func update(_ daemon: ShimmedDaemon) throws -> String {
    let program = try FileManager.default.destinationOfSymbolicLink(
      atPath: "/proc/\(daemon.identifier)/exe")
    let control = Control(daemon.socket)
    let answer = control.ask(.control, Array("live-update\0-f\0\(program)\0".utf8))
    guard answer == "OK" else { return answer }
    return control.ask(.control, Array("live-update\0-s\0-t\0\(5)\0".utf8))
  }

  /// Waits until everything is answered.
  private func settle(_ client: LoadClient) -> Bool {
    Patience.wait {
      client.read()
      return client.isIdle
    }
  }

  private func hears(_ client: LoadClient, _ path: String) -> Bool {
    Patience.wait {
      client.read()
      return client.events.contains(path)
    }
  }
}

/// A socket that asks and waits for the answer.
private final class Control {
  private let line: SocketLine

  init(_ socket: String) { line = SocketLine(socket) }

  /// The reply's bytes.
  private func reply(_ type: MessageType, _ payload: [UInt8]) -> [UInt8] {
    var request: [UInt8] = []
    RequestEncoding.append(type, payload: payload, to: &request)
    line.send(request)
    var bytes: [UInt8] = []
    let isAnswered = Patience.wait {
      bytes += line.receive()
      guard let header = MessageHeader(reading: bytes.span) else { return false }
      return bytes.count >= MessageHeader.byteCount + Int(header.length)
    }
    return isAnswered ? Array(bytes.dropFirst(MessageHeader.byteCount)) : Array("no answer".utf8)
  }

  func ask(_ type: MessageType, _ payload: [UInt8]) -> String {
    String(decoding: reply(type, payload).prefix { $0 != 0 }, as: UTF8.self)
  }

  /// The children of a node with their values.
  func nodes(below home: String) -> [String: String] {
    let names = reply(.directory, Array("\(home)\0".utf8))
    guard names != Array("ENOENT\0".utf8) else { return [:] }
    var nodes: [String: String] = [:]
    for name in names.split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
      let value = reply(.read, Array("\(home)/\(name)\0".utf8))
      nodes[name] = String(decoding: value, as: UTF8.self)
    }
    return nodes
  }
}
