import Foundation
import XenStoreTestSupport

/// A folder that goes away with the test.
final class Folder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// Waits until a file has a text.
  func wait(for text: String, in name: String) async throws -> Bool {
    for _ in 0..<Patience.long / 10 {
      if let found = try? self.text(name), found.contains(text) { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
