import Glibc
import NativeThread
import Synchronization

/// Writes what was traced, on a thread of its own: a file that takes nothing stalls only this one.
///
/// The server hands over a batch when the writer has taken the last one, and never waits for it. The
/// writer looks for a batch every 50 ms while there is something to write, and sleeps until it is
/// woken when there was nothing for that long.
final class TraceWriter: Sendable {
  private struct Shared {
    var batch = TraceBatch()
    /// The file to go on with; -1 for the one that is open.
    var next: Int32 = -1
    /// The writer sleeps until it is woken.
    var sleeps = false
    var ends = false
  }

  private let shared = Mutex(Shared())
  private let bell: Bell
  private let done: Bell
  private static let nap: Int32 = 50

  /// Starts to write to a file, which it closes at its end.
  ///
  /// - Throws: what the kernel refused.
  init(_ file: Int32) throws(SystemError) {
    bell = try Bell()
    done = try Bell()
    guard NativeThread.start({ [self] in run(file) }) else { throw SystemError("pthread_create") }
  }

  /// Takes over a batch, if the last one is gone; then `batch` is empty. Never waits.
  func give(_ batch: inout TraceBatch) {
    let wakes = shared.withLockIfAvailable { shared in
      guard shared.batch.isEmpty else { return false }
      swap(&shared.batch, &batch)
      let wakes = shared.sleeps || shared.batch.bytes.count > TraceBatch.limit / 4
      shared.sleeps = false
      return wakes
    }
    if wakes == true { bell.ring() }
  }

  /// Goes on with another file.
  func move(to file: Int32) {
    let unused = shared.withLock { shared in
      defer { shared.next = file }
      return shared.next
    }
    if unused >= 0 { close(unused) }
    bell.ring()
  }

  /// Writes what is left and ends; a file that takes nothing for a second is left alone.
  func end() {
    shared.withLock { $0.ends = true }
    bell.ring()
    done.wait(1000)
  }

  // MARK: The thread

  private func run(_ file: Int32) {
    var file = file
    var batch = TraceBatch()
    var text: [UInt8] = []
    var lost = 0
    while true {
      batch.removeAll()
      let (next, ends) = take(&batch)
      if next >= 0 {
        close(file)
        file = next
      }
      if batch.isEmpty {
        if ends { break }
        bell.wait(Self.nap)
        if sleeps() { bell.wait(-1) }
        continue
      }
      lost &+= batch.lost
      write(batch, &text, &lost, to: file)
      bell.wait(ends ? 0 : Self.nap)
    }
    close(file)
    done.ring()
  }

  private func take(_ batch: inout TraceBatch) -> (next: Int32, ends: Bool) {
    shared.withLock { shared in
      swap(&shared.batch, &batch)
      defer { shared.next = -1 }
      return (shared.next, shared.ends)
    }
  }

  /// Whether there is nothing to do: then the server rings.
  private func sleeps() -> Bool {
    shared.withLock { shared in
      shared.sleeps = shared.batch.isEmpty && shared.next < 0 && !shared.ends
      return shared.sleeps
    }
  }

  private func write(
    _ batch: TraceBatch, _ text: inout [UInt8], _ lost: inout Int, to file: Int32
  ) {
    text.removeAll(keepingCapacity: true)
    if lost > 0 {
      ClockTime.now.append(to: &text)
      text.append(contentsOf: " LOST \(lost) messages: the log did not take them\n".utf8)
    }
    var position = 0
    var written = 0
    for (index, record) in batch.records.enumerated() {
      TraceText.append(record, batch.bytes.span, at: position, to: &text)
      position &+= record.length
      if text.count > 65536 || index == batch.records.count &- 1 {
        guard put(text, to: file) else {
          let rest = batch.bytes.span.extracting(written..<batch.bytes.count)
          lost &+= max(1, TraceBatch.count(rest))
          return
        }
        lost = 0
        written = position
        text.removeAll(keepingCapacity: true)
      }
    }
    if !text.isEmpty, put(text, to: file) { lost = 0 }
  }

  /// Writes all bytes; false when the file cannot, or there is another one to go on with.
  private func put(_ bytes: [UInt8], to file: Int32) -> Bool {
    var position = 0
    var patience = 10
    while position < bytes.count {
      switch SystemCalls.write(bytes.span.extracting(position..<bytes.count), to: file) {
      case .bytes(let count): position &+= count
      case .closed: return false
      case .wouldBlock:
        SystemCalls.waitToWrite(file, 100)
        let (moves, ends) = shared.withLock { ($0.next >= 0, $0.ends) }
        if ends { patience &-= 1 }
        if moves || patience <= 0 { return false }
      }
    }
    return true
  }
}

/// Wakes another thread.
struct Bell: Sendable {
  private let reader: Int32
  private let writer: Int32

  /// Makes one; it stays open as long as the program runs.
  ///
  /// - Throws: what the kernel refused.
  init() throws(SystemError) {
    (reader, writer) = try SystemCalls.makePipe()
  }

  /// Wakes who waits, or who waits next.
  func ring() { _ = SystemCalls.write([1].span, to: writer) }

  /// Waits for so many milliseconds at most; -1 for as long as it takes.
  func wait(_ milliseconds: Int32) {
    guard SystemCalls.waitToRead(reader, milliseconds) else { return }
    SystemCalls.drain(reader)
  }
}
