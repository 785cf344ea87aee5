import Foundation
import Glibc

/// One of the three daemons with a simulated machine under it (`Tests/CXenShim`), in a folder of
/// its own; no privilege is needed. It ends with the last reference.
public final class ShimmedDaemon {
  /// Which daemon.
  public enum Kind: String, CaseIterable, Sendable {
    case ours
    /// The C daemon of Xen 4.17.
    case c
    /// The OCaml daemon of Xen 4.17.
    case ocaml

    /// The program.
    public var path: String {
      switch self {
      case .ours: Program.folder.appendingPathComponent("xenstored").path
      case .c: Stock.program("xenstored")
      case .ocaml: Stock.program("oxenstored")
      }
    }
  }

  /// Why none runs.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Which it is.
  public let kind: Kind
  /// Where everything of it is.
  public let folder: String
  /// Where it listens.
  public let socket: String
  /// The machine that it sees.
  public let machine: SimulatedMachine
  private var process: Process

  /// The library that makes the machine.
  public static let library = Program.folder.appendingPathComponent("libXenShim.so").path

  /// Starts one and waits until it answers.
  ///
  /// - Parameters:
  ///   - options: more words for its command line.
  ///   - configuration: lines for `oxenstored.conf`, behind Debian's.
  public init(_ kind: Kind, _ options: [String] = [], configuration: String = "") throws {
    var template = Array("/tmp/martlet-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw POSIXError(.EACCES) }
    self.kind = kind
    folder = String(cString: made)
    socket = folder + "/run/xenstored/socket"
    machine = try SimulatedMachine(folder)
    process = Process()
    if kind == .ocaml {
      let stock = try String(contentsOfFile: Stock.folder + "/etc/oxenstored.conf", encoding: .utf8)
      // Its access log is always on, and turns over by renaming: never give it a device's name.
      try "\(stock)\naccess-log-file = \(folder)/access.log\n\(configuration)\n"
        .write(toFile: folder + "/oxenstored.conf", atomically: true, encoding: .utf8)
    }
    try start(options)
  }

  /// Starts it again after it has ended, in the same folder.
  public func start(_ options: [String] = []) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: kind.path)
    process.arguments =
      ["--no-fork"]
      + (kind == .ocaml ? ["--config-file", folder + "/oxenstored.conf"] : []) + options
    var environment = ProcessInfo.processInfo.environment
    environment["XEN_SHIM"] = folder
    environment["LD_PRELOAD"] = Self.library
    if kind != .ours { environment.merge(Stock.environment) { $1 } }
    process.environment = environment
    _ = FileManager.default.createFile(atPath: folder + "/output", contents: nil)
    let output = FileHandle(forWritingAtPath: folder + "/output")
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw Failure(description: "\(kind.path) cannot be started: \(error)")
    }
    let hasCome = Patience.wait { listens(at: socket) || !process.isRunning }
    guard hasCome, process.isRunning else {
      throw Failure(description: "\(kind.path) does not answer; it says: \(said)")
    }
  }

  /// What it wrote to its output.
  public var said: String {
    (try? String(contentsOfFile: folder + "/output", encoding: .utf8)) ?? ""
  }

  /// Its process number.
  public var identifier: Int32 { process.processIdentifier }

  /// Whether its process is there.
  public var isRunning: Bool { process.isRunning }

  /// Sends it a signal.
  public func signal(_ number: Int32) { kill(identifier, number) }

  /// Ends it, politely or not, and waits until it has.
  public func stop(_ number: Int32 = SIGTERM) {
    guard process.isRunning else { return }
    signal(number)
    for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    if process.isRunning { signal(SIGKILL) }
    process.waitUntilExit()
  }

  deinit {
    stop(SIGKILL)
    try? FileManager.default.removeItem(atPath: folder)
  }
}
