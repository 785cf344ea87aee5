import Foundation
import Testing

@testable import XenStoreServer

@Suite struct MappedFileTests {
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("martlet-\(UUID().uuidString)").path

  @Test(arguments: [0, 1, 4096, 1_000_001])
  func aFileIsMappedToItsLastByte(_ count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path)
    try FileManager.default.removeItem(atPath: path)
    let mapped = file.bytes
    #expect(mapped.count == count)
    for index in bytes.indices where mapped[index] != bytes[index] {
      Issue.record("byte \(index)")
      break
    }
  }

  @Test func aFileThatIsMissingIsAnError() {
    do {
      _ = try MappedFile(path)
      Issue.record("it was mapped")
    } catch {
      #expect(error.code == ENOENT)
    }
  }
}
