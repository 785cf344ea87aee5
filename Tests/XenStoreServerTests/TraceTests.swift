import Foundation
import Testing
import XenStoreCore
import XenStoreWire

@testable import XenStoreServer

@Suite struct TraceTests {
  private func message(_ type: MessageType, _ payload: String) -> [UInt8] {
    let payload = Array(payload.utf8)
    var bytes: [UInt8] = []
    MessageHeader(
      type: type.rawValue, requestID: 5, transactionID: 6, length: UInt32(payload.count)
    ).append(to: &bytes)
    return bytes + payload
  }

  private func record(
    _ event: TraceRecord.Event, _ length: Int, _ switches: TraceSwitches = .standard
  ) -> TraceRecord {
    TraceRecord(
      event: event, isRing: true, domain: 3, connection: 9, switches: switches,
      time: ClockTime(seconds: 0, nanoseconds: 1000), length: length)
  }

  private func text(_ record: TraceRecord, _ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    TraceText.append(record, bytes.span, at: 0, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func everyMessageIsALine() {
    let bytes = message(.read, "name\0") + message(.write, "a\0b\n\u{7F}\\")
    let head = "1970-01-01T00:00:00.000001Z IN domain=3 connection=9 "
    let rest = " request=5 transaction=6 "
    #expect(
      text(record(.received, bytes.count), bytes)
        == "\(head)READ\(rest)(name )\n\(head)WRITE\(rest)(a b\\x0a\\x7f\\x5c)\n")
  }

  @Test func whatOnlyReadsCanBeLeftOut() {
    let bytes = message(.read, "name\0") + message(.error, "EINVAL\0")
    let text = text(record(.sent, bytes.count, [.messages]), bytes)
    #expect(!text.contains("READ"))
    #expect(text.contains("OUT"))
    #expect(text.contains("(EINVAL )"))
  }

  @Test func aLongPayloadIsCut() {
    let bytes = message(.write, String(repeating: "x", count: 4000))
    let text = text(record(.received, bytes.count), bytes)
    #expect(text.hasSuffix("xxx...)\n"))
    #expect(text.utf8.count < 700)
  }

  @Test func bytesThatAreNoMessagesDoNotTrap() {
    var generator = SystemRandomNumberGenerator()
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      _ = text(record(.received, count), bytes)
      _ = text(record(.received, count &+ 10), bytes)
      _ = TraceBatch.count(bytes.span)
    }
  }

  @Test func aBatchIsBoundedAndCountsWhatDoesNotFit() {
    var batch = TraceBatch()
    let bytes = message(.write, String(repeating: "x", count: 4000)) + message(.read, "a\0")
    for _ in 0..<1000 { batch.append(record(.received, bytes.count), bytes.span) }
    #expect(batch.bytes.count <= TraceBatch.limit)
    #expect(batch.records.count + batch.lost / 2 == 1000)
    batch.removeAll()
    #expect(batch.isEmpty)
  }

  private func batch(_ text: String) -> TraceBatch {
    var batch = TraceBatch()
    let bytes = message(.write, text)
    batch.append(record(.received, bytes.count), bytes.span)
    return batch
  }

  @Test func whatIsHandedOverIsWritten() throws {
    let folder = try Folder()
    let writer = try TraceWriter(SystemCalls.openToAppend(folder.path + "/trace"))
    for number in 0..<20 {
      var batch = batch("number \(number)")
      while !batch.isEmpty { writer.give(&batch) }
    }
    writer.end()
    let text = try folder.text("trace")
    #expect(text.split(separator: "\n").count == 20)
    for number in 0..<20 { #expect(text.contains("(number \(number))")) }
  }

  @Test func aFullPipeLosesMessagesAndSaysSo() throws {
    signal(SIGPIPE, SIG_IGN)
    let folder = try Folder()
    let path = folder.path + "/trace"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let writer = try TraceWriter(SystemCalls.openToAppend(path))
    let bytes = message(.write, String(repeating: "x", count: 400))
    var batch = TraceBatch()
    // Nobody reads: this ends only when it waits for nobody.
    var lost = 0
    for _ in 0..<20000 {
      batch.append(record(.received, bytes.count), bytes.span)
      writer.give(&batch)
      lost = max(lost, batch.lost)
    }
    #expect(lost > 0)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var text = ""
    let deadline = ContinuousClock.now + .seconds(120)
    while !text.contains(" LOST "), ContinuousClock.now < deadline {
      writer.give(&batch)
      let count = read(reader, &buffer, buffer.count)
      if count > 0 {
        text = String(text.suffix(100)) + String(decoding: buffer[0..<count], as: UTF8.self)
      }
      if count <= 0 { usleep(1000) }
    }
    #expect(text.contains("messages: the log did not take them"))
  }

  @Test func aStuckFileIsLeftForAnother() throws {
    signal(SIGPIPE, SIG_IGN)
    let folder = try Folder()
    let pipe = folder.path + "/pipe"
    try #require(mkfifo(pipe, 0o600) == 0)
    let reader = open(pipe, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    let writer = try TraceWriter(SystemCalls.openToAppend(pipe))
    var large = TraceBatch()
    let bytes = message(.write, String(repeating: "x", count: 400))
    for _ in 0..<1000 { large.append(record(.received, bytes.count), bytes.span) }
    while !large.isEmpty { writer.give(&large) }
    usleep(100_000)
    writer.move(to: try SystemCalls.openToAppend(folder.path + "/trace"))
    var last = batch("the last")
    let deadline = ContinuousClock.now + .seconds(120)
    while !last.isEmpty, ContinuousClock.now < deadline { writer.give(&last) }
    writer.end()
    #expect(try folder.text("trace").contains("(the last)"))
  }
}
