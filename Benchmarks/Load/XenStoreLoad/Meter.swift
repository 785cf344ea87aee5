/// What the server uses, read from `/proc`.
struct ServerUsage {
  let process: Int32

  /// The time in nanoseconds that its threads ran.
  var time: Double {
    let folder = "/proc/\(process)/task"
    return System.names(folder).reduce(0) { sum, thread in
      let first = System.text("\(folder)/\(thread)/schedstat").split(separator: " ").first
      return sum + (first.flatMap { Double($0) } ?? 0)
    }
  }

  /// A line of its status in kB.
  func memory(_ name: String) -> Int {
    for line in System.text("/proc/\(process)/status").split(separator: "\n")
    where line.hasPrefix("\(name):") {
      return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
        .flatMap { Int($0) } ?? 0
    }
    return 0
  }
}

/// Measures one phase of a scenario and prints it as a line of JSON.
struct Meter {
  private let usage: ServerUsage
  private let used: Double
  private let began: Int64
  var times = Histogram()
  var operations = 0
  var retries = 0
  var errors = 0

  init(_ process: Int32) {
    usage = ServerUsage(process: process)
    used = usage.time
    began = System.now()
  }

  /// Seconds since the phase began.
  var seconds: Double { Double(System.now() - began) / 1e9 }

  /// Prints what was measured.
  ///
  /// - Parameter more: further figures.
  func report(_ phase: String, _ more: [(String, Double)] = []) {
    let seconds = seconds
    let count = Double(max(1, operations))
    var fields: [(String, Double)] = [
      ("operations", Double(operations)), ("seconds", seconds),
      ("rate", Double(operations) / seconds), ("cpu", (usage.time - used) / 1000 / count),
      ("p50", times.quantile(0.5)), ("p99", times.quantile(0.99)),
      ("longest", Double(times.largest) / 1000), ("memory", Double(usage.memory("VmRSS"))),
      ("retries", Double(retries) / count), ("errors", Double(errors)),
    ]
    fields += more
    let text = fields.map { "\"\($0)\": \(rounded($1))" }.joined(separator: ", ")
    print("{\"phase\": \"\(phase)\", \(text)}")
  }

  private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
