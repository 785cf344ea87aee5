import Glibc
import XenStoreCore
import XenStoreWire

/// What clients ask and are answered, on its way to the trace file; off until somebody asks for it.
///
/// The server notes runs of whole messages as they are and hands them over once per round;
/// `TraceWriter` makes lines of them. Nothing here waits for the file.
struct Trace: ~Copyable {
  /// What is traced, once there is a file.
  var switches: TraceSwitches
  /// The file.
  private(set) var path: String?
  private var writer: TraceWriter?
  private var batch = TraceBatch()
  /// Whether anything is traced now.
  private(set) var isOn = false

  /// Begins to trace to a file, when one is named and something is to be traced.
  ///
  /// - Throws: what the kernel refused.
  init(path: String?, switches: TraceSwitches) throws(SystemError) {
    self.path = path
    self.switches = switches
    if !switches.isEmpty { try start() }
  }

  /// The trace that the options name; the log hears why when it cannot begin. `xenstore-control log on`
  /// tries again.
  static func begun(for options: Options, _ log: inout Log) -> Trace {
    do throws(SystemError) {
      return try Trace(path: options.traceFile, switches: options.traces)
    } catch {
      log.write("\(error.message): nothing is traced", .error)
      return Trace(missing: options.traceFile, options.traces)
    }
  }

  private init(missing path: String?, _ switches: TraceSwitches) {
    self.path = path
    self.switches = switches
  }

  /// Begins to trace, when there is a file; goes on with that file opened anew if it does already.
  ///
  /// - Throws: what the kernel refused.
  mutating func start() throws(SystemError) {
    guard let path else { return }
    let file = try SystemCalls.openToAppend(path)
    if let writer {
      writer.move(to: file)
    } else {
      writer = try TraceWriter(file)
    }
    isOn = true
  }

  /// Traces no more.
  mutating func stop() {
    isOn = false
    handOver()
  }

  /// Goes on with another file, and begins to trace.
  ///
  /// - Throws: what the kernel refused; then nothing changes.
  mutating func move(to path: String) throws(SystemError) {
    let old = self.path
    self.path = path
    do throws(SystemError) {
      try start()
    } catch {
      self.path = old
      throw error
    }
  }

  /// Opens the file anew, when it is open.
  ///
  /// - Throws: what the kernel refused.
  mutating func reopen() throws(SystemError) {
    if writer != nil, isOn { try start() }
  }

  /// Writes what is left.
  mutating func end() {
    handOver()
    writer?.end()
    writer = nil
    isOn = false
  }

  /// Notes whole messages that a client sent or is sent.
  mutating func note(_ event: TraceRecord.Event, _ client: Client, _ messages: Span<UInt8>) {
    guard switches.contains(.messages), !messages.isEmpty else { return }
    batch.append(record(event, client, messages.count), messages)
  }

  /// Notes that a client came or went.
  mutating func note(_ event: TraceRecord.Event, _ client: Client) {
    guard isOn, switches.contains(.objects) else { return }
    batch.append(record(event, client, 0), Span())
  }

  private func record(
    _ event: TraceRecord.Event, _ client: Client, _ length: Int
  ) -> TraceRecord {
    TraceRecord(
      event: event, isRing: client.ring != nil, domain: client.ring?.domain.rawValue ?? 0,
      connection: UInt32(truncatingIfNeeded: client.id.index), switches: switches,
      time: .now, length: length)
  }

  /// Whether something waits to be handed over: the writer has not taken the last batch.
  var isHolding: Bool { writer != nil && !batch.isEmpty }

  /// Gives what was noted to the writer, unless it is busy.
  mutating func handOver() {
    guard !batch.isEmpty else { return }
    writer?.give(&batch)
  }
}
