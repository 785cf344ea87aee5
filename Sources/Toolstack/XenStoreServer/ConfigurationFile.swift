import XenStoreCore

/// The OCaml daemon's configuration file: lines of `key = value`, comments after `#`.
///
/// - Source: `oxenstored.conf`, `tools/ocaml/xenstored/xenstored.ml` (`parse_config`)
struct ConfigurationFile {
  /// Where it is looked for when nobody says.
  static let usual = "/etc/xen/oxenstored.conf"

  private let path: String
  private let entries: [(line: Int, key: String, value: String)]

  /// Reads the file; nil when there is none.
  ///
  /// - Throws: what the kernel refused, or the first line that is no entry.
  init?(path: String) throws(Options.Mistake) {
    let bytes: [UInt8]
    do throws(SystemError) {
      guard let found = try SystemCalls.read(path) else { return nil }
      bytes = found
    } catch {
      throw Options.Mistake(message: error.message)
    }
    try self.init(path: path, text: String(decoding: bytes, as: UTF8.self))
  }

  /// Reads its text.
  ///
  /// - Throws: the first line that is no entry.
  init(path: String, text: String) throws(Options.Mistake) {
    var entries: [(line: Int, key: String, value: String)] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let line = Self.trim(line.prefix { $0 != "#" })
      if line.isEmpty { continue }
      guard let equals = line.firstIndex(of: "=") else {
        throw Options.Mistake(message: "\(path), line \(index + 1): '\(line)' has no '='")
      }
      let key = Self.trim(line[..<equals])
      entries.append((index + 1, key, Self.trim(line[line.index(after: equals)...])))
    }
    self.path = path
    self.entries = entries
  }

  private static func trim(_ text: some StringProtocol) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(String(start.reversed().drop { $0.isWhitespace }).reversed())
  }

  /// Does what it says; names what has no effect here, and what nobody knows.
  ///
  /// - Throws: the first value that makes no sense, with its line.
  func apply(to options: inout Options) throws(Options.Mistake) {
    var unused: [String] = []
    var unknown: [String] = []
    var usesQuotas = true
    for (line, key, value) in entries {
      do throws(Refusal) {
        if let kind = Self.quotas[key] {
          options.quotas[kind] = try Self.number(value)
        } else if key == "quota-activate" {
          usesQuotas = try Self.truth(value)
        } else if try !Self.applyLogs(key, value, &options) {
          if Self.unused.contains(key) { unused.append(key) } else { unknown.append(key) }
        }
      } catch {
        throw Options.Mistake(
          message: "\(path), line \(line): \(key) needs \(error.wanted), not '\(value)'")
      }
    }
    if !usesQuotas { for kind in QuotaKind.allCases { options.quotas[kind] = 0 } }
    if !unused.isEmpty {
      options.remarks.append("\(path): no effect here: \(unused.joined(separator: ", "))")
    }
    if !unknown.isEmpty {
      options.remarks.append("\(path): unknown: \(unknown.joined(separator: ", "))")
    }
  }

  // MARK: Keys

  private static let quotas: [String: QuotaKind] = [
    "quota-maxentity": .nodes, "quota-maxsize": .nodeSize, "quota-maxwatch": .watches,
    "quota-transaction": .transactions, "quota-maxrequests": .transactionNodes,
  ]

  /// Keys of what we have not, or have always.
  private static let unused: Set<String> = [
    "test-eagain", "merge-activate", "conflict-burst-limit", "conflict-max-history-seconds",
    "conflict-rate-limit-is-aggregate", "perms-activate", "perms-watch-activate",
    "quota-path-max", "quota-maxoutstanding", "quota-maxwatchevents", "persistent",
    "xenstored-log-level", "xenstored-log-nb-files", "xenstored-log-nb-lines",
    "xenstored-log-nb-chars", "access-log-nb-files", "access-log-nb-lines", "access-log-nb-chars",
    "acesss-log-nb-chars", "access-log-transactions-ops", "access-log-special-ops", "allow-debug",
    "ring-scan-interval", "xenstored-kva", "xenstored-port",
  ]

  /// False when the key is another.
  private static func applyLogs(
    _ key: String, _ value: String, _ options: inout Options
  ) throws(Refusal) -> Bool {
    switch key {
    case "pid-file": options.pidFile = try text(value)
    case "xenstored-log-file":
      options.logFile = value.hasPrefix("syslog:") ? nil : try text(value)
    case "access-log-file": options.traceFile = try text(value)
    case "access-log-read-ops":
      if try truth(value) { options.traces.insert(.reads) } else { options.traces.remove(.reads) }
    default: return false
    }
    return true
  }

  // MARK: Values

  private struct Refusal: Error {
    let wanted: String
  }

  private static func number(_ text: String) throws(Refusal) -> UInt64 {
    guard let value = UInt64(text) else { throw Refusal(wanted: "a number") }
    return value
  }

  private static func truth(_ text: String) throws(Refusal) -> Bool {
    switch text {
    case "true": true
    case "false": false
    default: throw Refusal(wanted: "true or false")
    }
  }

  private static func text(_ text: String) throws(Refusal) -> String {
    guard !text.isEmpty else { throw Refusal(wanted: "a path") }
    return text
  }
}
