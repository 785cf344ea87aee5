import Foundation
import Testing

@testable import XenStoreServer
@testable import XenStoreTrials

/// A folder that goes away with the test.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "xenstored-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct LogTests {
  @Test func aLineSaysWhenHowMuchItMattersAndWhomItIsAbout() throws {
    let folder = try Folder()
    var log = try Log(path: folder.path + "/log")
    log.write("one")
    log.write("two", .warning, domain: 7)
    let lines = try folder.text("log").split(separator: "\n")
    let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/#
    #expect(lines.first?.prefixMatch(of: time) != nil)
    #expect(
      lines.map { $0.dropFirst(28) } == ["info xenstored: one", "warning xenstored: domain 7: two"])
  }

  @Test func aLogThatWasMovedAwayIsOpenedAnew() throws {
    let folder = try Folder()
    var log = try Log(path: folder.path + "/log")
    log.write("one")
    try FileManager.default.moveItem(atPath: folder.path + "/log", toPath: folder.path + "/log.1")
    log.write("two")
    log.reopen()
    log.write("three")
    #expect(try folder.text("log.1").split(separator: "\n").count == 2)
    #expect(try folder.text("log").hasSuffix("info xenstored: three\n"))
    #expect(throws: SystemError.self) { _ = try Log(path: folder.path + "/none/log") }
  }

  @Test func aPipeThatNobodyEmptiesDoesNotHoldTheLogUp() throws {
    signal(SIGPIPE, SIG_IGN)
    let folder = try Folder()
    let path = folder.path + "/log"
    try #require(mkfifo(path, 0o600) == 0)
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    defer { close(reader) }
    var log = try Log(path: path)
    // Nobody reads: this ends only when it waits for nobody.
    for _ in 0..<5000 { log.write("a line that somebody should read") }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while read(reader, &buffer, buffer.count) > 0 {}
    log.write("last")
    let count = read(reader, &buffer, buffer.count)
    let text = String(decoding: buffer[0..<max(count, 0)], as: UTF8.self)
    #expect(text.contains("lines could not be written"))
    #expect(text.hasSuffix("last\n"))
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z"), (951_782_400, "2000-02-29T00:00:00.000000Z"),
      (1_709_251_199, "2024-02-29T23:59:59.000000Z"),
      (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
      (1_795_380_077, "2026-11-22T20:41:17.000000Z"), (-1, "1969-12-31T23:59:59.000000Z"),
    ])
  func momentsHaveDates(seconds: Int64, text: String) {
    #expect(ClockTime(seconds: seconds, nanoseconds: 0).text == text)
  }
}
