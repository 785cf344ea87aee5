import Foundation

/// Debian's own daemons and tools of XenStore, unpacked by `Tools/images stock`.
public enum Stock {
  /// Where they are.
  public static let folder = root.appendingPathComponent("build/cache/xenstore-stock").path

  /// Whether a test that needs them is to run: always when `MARTLET_TEST_ALL` is set, as `make test`
  /// does, so that their absence is a failure there.
  public static let isWanted =
    ProcessInfo.processInfo.environment["MARTLET_TEST_ALL"] != nil
    || FileManager.default.isExecutableFile(atPath: program("xenstored"))

  /// What to do when they are missing.
  public static let advice = "needs Debian's xenstored: run Tools/images stock"

  /// The path of one of the programs.
  public static func program(_ name: String) -> String { "\(folder)/bin/\(name)" }

  /// What they need in their environment.
  public static let environment = ["LD_LIBRARY_PATH": "\(folder)/lib"]

  /// The package's folder.
  public static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs one of the tools against the daemon that listens at a socket.
  public static func run(
    _ name: String, _ arguments: [String], socket: String,
    patience: TimeInterval = Double(Patience.long) / 1000
  ) throws -> Program.Outcome {
    try Program.run(
      URL(fileURLWithPath: program(name)), arguments,
      environment: environment.merging(["XENSTORED_PATH": socket]) { $1 }, patience: patience)
  }
}
