import Foundation
import Testing

@testable import XenStoreServer

@Suite struct JournalFileTests {
  private static func makePath() -> String {
    FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID())").path
  }

  /// Sizes of what is appended: small, a page more or less, more than a window.
  @Test(arguments: [[1], [60, 61, 3], [4095, 4097], [16384], [131_072], [700_000, 5]])
  func whatIsAppendedIsReadWhereverWindowsEnd(sizes: [Int]) throws {
    let path = Self.makePath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    for prepares in [true, false] {
      let journal = try JournalFile(path: path)
      var expected: [UInt8] = []
      var number = 0
      while expected.count < 1 << 20 {
        let size = sizes[number % sizes.count] * (sizes == [1] ? 509 : 1)
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: ($0 &+ number) &* 31) }
        try journal.append(bytes.span)
        expected += bytes
        number += 1
        if prepares { try journal.prepare() }
      }
      journal.commit()
      #expect(journal.count == expected.count)
      #expect(try JournalFile.read(path) == expected)
    }
  }

  @Test func thereIsRoomAheadOfWhatARoundAppends() throws {
    let path = Self.makePath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try JournalFile(path: path)
    let round = [UInt8](repeating: 7, count: 3000)
    for _ in 0..<1000 {
      try journal.prepare()
      let allocated = journal.allocated
      try journal.append(round.span)
      // The kernel is not asked for room while somebody waits for an answer.
      #expect(journal.allocated == allocated)
    }
  }

  @Test func whatWasNotCommittedDoesNotCount() throws {
    let path = Self.makePath()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try JournalFile(path: path)
    try journal.append([1, 2, 3].span)
    journal.commit()
    try journal.append([UInt8](repeating: 4, count: 300_000).span)
    #expect(try JournalFile.read(path) == [1, 2, 3])
  }

  @Test func aFileGoesAPartAtATime() throws {
    let path = Self.makePath()
    try Data(count: 1000).write(to: URL(filePath: path))
    var steps = 1
    while !SystemCalls.shorten(path, by: 300) {
      steps += 1
      #expect(FileManager.default.fileExists(atPath: path))
    }
    #expect(steps == 4)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(SystemCalls.shorten(path, by: 300))
  }
}
