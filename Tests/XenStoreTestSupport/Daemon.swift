import Dispatch
import Foundation
import Glibc

/// A child process of the package's own programs, found beside the test program.
public struct Program: Sendable {
  /// What a program said, and its exit code.
  public struct Outcome: Equatable, Sendable {
    public var code: Int32
    public var output: [UInt8]
    public var complaints: String

    /// The output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Where the package's products are.
  public static let folder = URL(fileURLWithPath: "/proc/self/exe")
    .resolvingSymlinksInPath().deletingLastPathComponent()

  /// Runs a product to its end.
  ///
  /// - Parameter name: what it is called by; nil for its own name.
  public static func run(
    _ product: String, as name: String? = nil, _ arguments: [String],
    environment: [String: String] = [:]
  ) throws -> Outcome {
    let path = folder.appendingPathComponent(product)
    guard let name else { return try run(path, arguments, environment: environment) }
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let link = place.appendingPathComponent(name)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: path)
    return try run(link, arguments, environment: environment)
  }

  /// Runs any program to its end.
  ///
  /// - Parameter patience: seconds after which it is ended.
  public static func run(
    _ path: URL, _ arguments: [String], environment: [String: String] = [:],
    patience: TimeInterval = Double(Patience.long) / 1000
  ) throws -> Outcome {
    let process = Process()
    process.executableURL = path
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let identifier = process.processIdentifier
    let deadline = DispatchWorkItem { kill(identifier, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + patience, execute: deadline)
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complained = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    deadline.cancel()
    return Outcome(
      code: process.terminationStatus, output: Array(said),
      complaints: String(decoding: complained, as: UTF8.self))
  }
}

/// Our xenstored as a child process, with a socket of its own. It ends with the last reference.
public final class Daemon: Sendable {
  /// Where it listens.
  public let socket: String
  private let process: Process

  /// Starts one and waits until it listens.
  ///
  /// - Parameters:
  ///   - limits: words for the shell's `ulimit`; none when nil.
  ///   - place: where it listens; nil for a new place.
  public init(
    _ options: [String] = [], limits: String? = nil, at place: String? = nil
  ) throws {
    socket =
      place
      ?? FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-\(UUID().uuidString).socket").path
    process = Process()
    process.executableURL = Program.folder.appendingPathComponent("xenstored")
    let isConfigured = options.contains("--config-file")
    var words =
      ["--no-fork", "--socket", socket] + (isConfigured ? [] : ["--config-file", "/dev/null"])
      + options
    if let limits, let program = process.executableURL?.path {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      words = ["-c", "ulimit \(limits); exec \"$0\" \"$@\"", program] + words
    }
    process.arguments = words
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let (started, place) = (process, socket)
    _ = Patience.wait { listens(at: place) || !started.isRunning }
  }

  /// Its process number.
  public var processNumber: Int32 { process.processIdentifier }

  /// Sends it a signal.
  public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Ends it; returns its exit code.
  @discardableResult
  public func stop() -> Int32 {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return process.terminationStatus
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(atPath: socket)
    try? FileManager.default.removeItem(atPath: socket + ".state")
  }
}
