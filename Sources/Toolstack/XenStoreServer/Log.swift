import CXenStore
import Glibc
import SocketAddress

/// How much a line matters, by the names and numbers of syslog.
enum LogLevel: Int32, Sendable {
  case error = 3
  case warning = 4
  case notice = 5
  case info = 6

  /// How it stands in a line.
  var name: String {
    switch self {
    case .error: "error"
    case .warning: "warning"
    case .notice: "notice"
    case .info: "info"
    }
  }
}

/// Where lines for an administrator go: a file that may be moved away under us, the system's log, or
/// standard error.
///
/// A line is `time level [domain N:] text`; the system's log writes the first two itself. Writing
/// never waits: what the other side does not take at once is lost, and the next line says how many.
struct Log {
  /// Where lines go that no file gets.
  enum Fallback: Sendable {
    case standardError
    case systemLog
  }

  private(set) var path: String?
  private let fallback: Fallback
  private var descriptor: Int32?
  private var lost = 0

  /// Opens the file, when one is named; lines are added to what it holds.
  ///
  /// - Throws: what the kernel refused.
  init(path: String?, fallback: Fallback = .standardError) throws(SystemError) {
    self.path = path
    self.fallback = fallback
    if let path { descriptor = try SystemCalls.openToAppend(path) }
  }

  /// The log that the options name. A file that cannot be opened keeps nobody from being served: its
  /// lines go elsewhere, the first one says why, and SIGHUP tries again.
  static func opened(for options: Options) -> Log {
    let fallback = options.staysInForeground ? Fallback.standardError : .systemLog
    let path = options.logFile ?? options.traceFile
    do throws(SystemError) {
      return try Log(path: path, fallback: fallback)
    } catch {
      var log = Log(missing: path, fallback)
      log.write("\(error.message): what would be logged there stands here", .error)
      return log
    }
  }

  private init(missing path: String?, _ fallback: Fallback) {
    self.path = path
    self.fallback = fallback
  }

  /// Opens the file anew; goes on with the old one when that fails.
  mutating func reopen() {
    guard let path else { return }
    do throws(SystemError) {
      try move(to: path)
    } catch {
      write(error.message, .error)
    }
  }

  /// Goes on with another file.
  ///
  /// - Throws: what the kernel refused; then the old one stays.
  mutating func move(to path: String) throws(SystemError) {
    let fresh = try SystemCalls.openToAppend(path)
    if let descriptor { close(descriptor) }
    descriptor = fresh
    self.path = path
  }

  /// Writes one line.
  ///
  /// - Parameter domain: whom it is about.
  mutating func write(_ text: String, _ level: LogLevel = .info, domain: UInt16? = nil) {
    if lost > 0, put("\(lost) lines could not be written", .warning) { lost = 0 }
    let subject = domain.map { "domain \($0): " } ?? ""
    if !put(subject + text, level) { lost += 1 }
  }

  private func put(_ text: String, _ level: LogLevel) -> Bool {
    if descriptor == nil, case .systemLog = fallback {
      return SystemCalls.writeSystemLog(text, level.rawValue)
    }
    let line = "\(ClockTime.now.text) \(level.name) xenstored: \(text)\n"
    return SystemCalls.write(line: line, to: descriptor ?? 2)
  }
}
