// What a domain that floods its ring costs the others: the time of one request after the other of a
// local client, alone and beside each kind of flood, with the server's memory and lines in its log.
//
// The server has the last CPU, client and domain share the first, where the client comes first (it
// asks for a real-time priority; without one the figures are of the scheduler, and a line says so).
// A busy neighbour costs the client time of that CPU even when it has nothing to do with the server:
// so floods are compared to a domain that only computes, and to an idle one as well. What is kept for
// a restart stands in memory, as below /run. All of it has a session of its own that comes before the
// machine's other work.
//
//     xenstore-flood [SECONDS [RUNS [NODES]]]

import CXenStoreLoad
import Foundation
import Glibc
import XenStoreTestSupport
import XenStoreWire

/// A kind of flood: what the domain does again and again.
enum Flood: String, CaseIterable {
  case nothing, computing, writes, transactions, watches, unreadReplies, unreadEvents, badIndexes,
    halfMessages
}

/// A domain that floods its ring in a thread of its own.
final class Flooder: @unchecked Sendable {
  private let guest: SimulatedGuest
  private let flood: Flood
  private var next = 0
  /// Requests that it put into its ring.
  private(set) var count = 0
  private let lock = NSLock()
  private var isWanted = true
  private let done = DispatchSemaphore(value: 0)

  init(_ folder: String, _ flood: Flood) throws {
    guest = SimulatedGuest(try SimulatedMachine(folder), domain: 1)
    self.flood = flood
  }

  var introduction: [UInt8] { guest.introduction }

  /// Begins.
  func start() {
    Thread.detachNewThread { [self] in
      while lock.withLock({ isWanted }) { step() }
      done.signal()
    }
  }

  /// Ends, and waits until it has.
  func stop() {
    lock.withLock { isWanted = false }
    done.wait()
  }

  private func step() {
    next += 1
    switch flood {
    case .nothing: usleep(1000)
    case .computing: break
    case .writes: fill(.write, "/local/domain/1/a\0\(next)")
    case .transactions:
      fill(.transactionStart, "\0")
      fill(.write, "/local/domain/1/a\0\(next)", in: UInt32(next % 10 + 1))
    case .watches: fill(.watch, "/local/domain/1/a\0\(next)\0")
    case .unreadReplies: fill(.directory, "/local/domain/1\0", reads: false)
    case .unreadEvents:
      fill(.watch, "/local/domain/1/a\0\(next % 100)\0", reads: false)
      fill(.write, "/local/domain/1/a\0\(next)", reads: false)
    case .badIndexes:
      let machine = guest.machine
      machine.setWord(1, RingPage.requestProducer, guest.word(RingPage.requestConsumer) &+ 5000)
      guest.notify()
      _ = guest.reconnect(patience: 20)
    case .halfMessages:
      _ = guest.send([11, 0, 0, 0, 1, 0, 0, 0, 0, 0], patience: 0)
      _ = guest.reconnect(patience: 20)
    }
  }

  /// Puts a request into the ring when there is room.
  private func fill(
    _ type: MessageType, _ payload: String, in transaction: UInt32 = 0, reads: Bool = true
  ) {
    var bytes: [UInt8] = []
    RequestEncoding.append(
      type, transactionID: transaction, payload: Array(payload.utf8), to: &bytes)
    let used = guest.word(RingPage.requestProducer) &- guest.word(RingPage.requestConsumer)
    if reads { _ = guest.take() }
    if Int(used) + bytes.count > RingPage.ringSize {
      guest.notify()
      return
    }
    count += 1
    _ = guest.send(bytes, patience: 0)
  }
}

/// A local client that asks and waits.
final class Client {
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 65536)

  init(_ path: String) {
    var process: Int32 = 0
    descriptor = xsl_connect(path, &process)
  }

  deinit { close(descriptor) }

  /// Asks and waits for the answer.
  func ask(_ type: MessageType, _ payload: [UInt8]) {
    var bytes: [UInt8] = []
    RequestEncoding.append(type, payload: payload, to: &bytes)
    guard send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count,
      recv(descriptor, &buffer, buffer.count, 0) > 0
    else { fatalError("the server is gone") }
  }
}

/// A figure of a process, from `/proc`, in KiB.
func memory(of process: Int32) -> Int {
  let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
  return line.split(separator: " ").compactMap { Int($0) }.first ?? 0
}

/// Times of requests in microseconds, sorted.
func times(_ client: Client, seconds: Double) -> [Double] {
  var times: [Double] = []
  let end = Date(timeIntervalSinceNow: seconds)
  let payload = Array("/bench/a\0value".utf8)
  while Date() < end {
    let start = DispatchTime.now().uptimeNanoseconds
    client.ask(.write, payload)
    times.append(Double(DispatchTime.now().uptimeNanoseconds - start) / 1000)
    usleep(50)
  }
  return times.sorted()
}

func column(_ value: some CustomStringConvertible, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - "\(value)".count)) + "\(value)"
}

/// What was measured of one flood.
struct Finding {
  var p50 = 0.0
  var p99 = 0.0
  var longest = 0.0
  var memory = 0
  var lines = 0
  /// Thousands of requests that the domain put into its ring in a second.
  var rate = 0
}

/// Measures a client beside a flood, with a server of its own.
func measure(_ flood: Flood) throws -> Finding {
  var place = Array("/dev/shm/martlet-XXXXXX".utf8CString)
  guard let made = mkdtemp(&place) else { throw POSIXError(.EACCES) }
  let state = String(cString: made)
  defer { try? FileManager.default.removeItem(atPath: state) }
  // What it starts stays where we are then.
  _ = xsl_pin(Int32(lastCPU))
  let daemon = try ShimmedDaemon(.ours, ["--log-file", "/run/xenstored/log", "--state-dir", state])
  defer { daemon.stop() }
  _ = xsl_pin(0)
  let client = Client(daemon.socket)
  let flooder = try Flooder(daemon.folder, flood)
  client.ask(.introduce, flooder.introduction)
  client.ask(.makeDirectory, Array("/local/domain/1\0".utf8))
  client.ask(.setPermissions, Array("/local/domain/1\0n1\0".utf8))
  for number in 0..<nodes {
    client.ask(.write, Array("/bench/n\(number % 300)/\(number)\0value".utf8))
  }
  _ = times(client, seconds: 0.3)
  let before = memory(of: daemon.identifier)
  flooder.start()
  let found = times(client, seconds: seconds)
  let after = memory(of: daemon.identifier)
  flooder.stop()
  let lines = (try? String(contentsOfFile: daemon.folder + "/run/xenstored/log", encoding: .utf8))?
    .split(separator: "\n").filter { $0.contains("domain 1") || $0.contains("domain=1") }
  return Finding(
    p50: found[found.count / 2], p99: found[found.count * 99 / 100], longest: found.last ?? 0,
    memory: after - before, lines: lines?.count ?? 0,
    rate: Int(Double(flooder.count) / seconds / 1000)
  )
}

func median<Value: Comparable>(_ values: [Value]) -> Value { values.sorted()[values.count / 2] }

let arguments = CommandLine.arguments.dropFirst().compactMap(Double.init)
let seconds = arguments.first ?? 2
let runs = Int(arguments.dropFirst().first ?? 3)
let nodes = Int(arguments.dropFirst(2).first ?? 0)
let lastCPU = ProcessInfo.processInfo.processorCount - 1
var parameter = sched_param()
parameter.sched_priority = 5
_ = xsl_pin(0)
if setsid() >= 0 {
  try? "-20".write(toFile: "/proc/self/autogroup", atomically: false, encoding: .utf8)
}
if sched_setscheduler(0, SCHED_RR | 0x4000_0000, &parameter) != 0 {
  print("no real-time priority: the figures are of the scheduler, too")
}
print(
  "medians of \(runs) runs of \(seconds) s; computing: a busy domain that asks the server nothing")
var findings: [Flood: [Finding]] = [:]
for _ in 0..<runs {
  for flood in Flood.allCases { findings[flood, default: []].append(try measure(flood)) }
}
let alone = median((findings[.computing] ?? []).map(\.p99))
print(
  "flood                p50 us    p99 us  max us  to computing  memory KiB  lines logged  1000/s")
var isWorse = false
for flood in Flood.allCases {
  let found = findings[flood] ?? []
  let p99 = median(found.map(\.p99))
  if flood != .nothing, p99 > 2 * alone { isWorse = true }
  print(
    flood.rawValue.padding(toLength: 18, withPad: " ", startingAt: 0),
    column(String(format: "%.1f", median(found.map(\.p50))), 8),
    column(String(format: "%.1f", p99), 9),
    column(String(format: "%.0f", median(found.map(\.longest))), 7),
    column(String(format: "%.2f", p99 / alone), 13),
    column(median(found.map(\.memory)), 11), column(median(found.map(\.lines)), 13),
    column(median(found.map(\.rate)), 7))
}
exit(isWorse ? 1 : 0)
