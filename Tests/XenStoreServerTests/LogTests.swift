import Foundation
import Testing

@testable import XenStoreServer
@testable import XenStoreTrials

@Suite struct LogTests {
  @Test func aLogThatWasMovedAwayIsOpenedAnew() throws {
    let folder = NSTemporaryDirectory() + "xenstored-log-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (path, old) = (folder + "/log", folder + "/log.1")
    var log = try Log(path: path)
    log.write("one")
    try FileManager.default.moveItem(atPath: path, toPath: old)
    log.write("two")
    log.reopen()
    log.write("three")
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "xenstored: one\nxenstored: two\n")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "xenstored: three\n")
    #expect(throws: SystemError.self) { _ = try Log(path: folder + "/none/log") }
  }
}
