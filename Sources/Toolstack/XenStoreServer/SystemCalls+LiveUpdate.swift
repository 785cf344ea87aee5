// The calls to the kernel that one program needs to take the place of another.

import CXenStore
import Glibc

/// A program that is tried out: whether it starts at all, before it takes our place.
struct Trial {
  fileprivate let process: Int32
  fileprivate let output: Int32
  /// When it has taken too long, in milliseconds of the clock.
  let deadline: Int64

  /// How a trial stands.
  enum State: Equatable {
    case running
    /// It ended with this code, and said this.
    case ended(code: Int32, output: String)
  }
}

extension SystemCalls {
  private static func joined(_ words: [String]) -> [CChar] {
    words.flatMap { Array($0.utf8.filter { $0 != 0 }) + [0] }.map { CChar(bitPattern: $0) }
  }

  /// Starts a program to see whether it can be started.
  ///
  /// - Parameter words: the program's path and its arguments.
  /// - Throws: why it cannot be.
  static func tryOut(_ words: [String], deadline: Int64) throws(SystemError) -> Trial {
    let line = joined(words)
    var output: Int32 = -1
    let process = unsafe line.withUnsafeBufferPointer { line in
      // Safety: the words are read in their own length, and one number is written.
      unsafe cxs_try(line.baseAddress, line.count, &output)
    }
    guard process > 0 else { throw SystemError(words.first ?? "program") }
    return Trial(process: process, output: output, deadline: deadline)
  }

  /// How a trial stands; one that ended must not be asked about again.
  static func state(of trial: Trial) -> Trial.State {
    let code = cxs_tried(trial.process)
    guard code >= 0 else { return .running }
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = unsafe bytes.withUnsafeMutableBytes { bytes in
      // Safety: the kernel writes at most the buffer's own length.
      unsafe Glibc.read(trial.output, bytes.baseAddress, bytes.count)
    }
    close(trial.output)
    return .ended(code: code, output: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
  }

  /// Ends a trial that is not of interest any more.
  static func giveUp(_ trial: Trial) {
    cxs_give_up(trial.process)
    close(trial.output)
  }

  /// Has a program take our place; returns only when it cannot.
  static func become(_ words: [String], directory: String) -> SystemError {
    let line = joined(words)
    unsafe line.withUnsafeBufferPointer { line in
      // Safety: the words are read in their own length, the directory with its nul.
      _ = unsafe cxs_become(line.baseAddress, line.count, directory)
    }
    return SystemError(words.first ?? "program")
  }

  /// Whether a file can be executed: nil, or why not.
  static func obstacle(to path: String) -> String? {
    var status = stat()
    // Safety: one structure is written; the path is passed with its nul.
    guard unsafe stat(path, &status) == 0 else {
      return "\(SystemError(path).message) (as the daemon sees it: give an absolute path)"
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return "\(path) is not a file" }
    guard unsafe access(path, X_OK) == 0 else { return "\(path) is not executable: chmod +x it" }
    return nil
  }

  /// When a file was written last, in nanoseconds; nil when there is none.
  static func age(_ path: String) -> Int64? {
    var status = stat()
    // Safety: one structure is written; the path is passed with its nul.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }

  /// Whether a descriptor waits for what is not there yet.
  static func setWaits(_ descriptor: Int32, _ waits: Bool) {
    let flags = fcntl(descriptor, F_GETFL)
    guard flags >= 0 else { return }
    _ = fcntl(descriptor, F_SETFL, waits ? flags & ~O_NONBLOCK : flags | O_NONBLOCK)
  }

  /// Opens the hypervisor's devices with an event channel device that a former server had open.
  ///
  /// - Parameter port: what VIRQ_DOM_EXC is bound to; nil when it is not.
  /// - Returns: what failed.
  static func adoptHypervisor(_ descriptor: Int32, port: UInt32?) -> SystemError? {
    openHypervisor(descriptor, port.map(Int64.init) ?? -1)
  }
}
