/// A request that is not answered yet.
struct Pending {
  var sent: Int64 = 0
  var number: UInt32 = 0
  /// What the scenario calls it.
  var tag: UInt8 = 0
}

/// One connection to the server.
final class Link {
  let index: Int
  let descriptor: Int32
  /// What came that is less than a message.
  var input: [UInt8] = []
  /// Requests that are not sent yet.
  var output: [UInt8] = []
  var isBlocked = false
  private var requests = [Pending](repeating: Pending(), count: 64)
  private var first = 0
  private(set) var waiting = 0
  private var number: UInt32 = 0

  // What scenarios keep for a connection.
  var transaction: UInt32 = 0
  var began: Int64 = 0
  var isRetry = false
  var step = 0
  var count = 0

  init(_ index: Int, _ descriptor: Int32) {
    self.index = index
    self.descriptor = descriptor
  }

  /// Adds a request to what is to be sent.
  @inline(__always)
  func ask(_ message: Message, tag: UInt8 = 0, in transaction: UInt32 = 0, at time: Int64) {
    let start = output.count
    output.append(contentsOf: message.bytes)
    number &+= 1
    for index in 0..<4 {
      output[start &+ 4 &+ index] = UInt8(truncatingIfNeeded: number &>> UInt32(index &* 8))
    }
    if transaction != 0 {
      for index in 0..<4 {
        output[start &+ 8 &+ index] = UInt8(truncatingIfNeeded: transaction &>> UInt32(index &* 8))
      }
    }
    if waiting == requests.count { grow() }
    requests[(first &+ waiting) & (requests.count &- 1)] =
      Pending(sent: time, number: number, tag: tag)
    waiting &+= 1
  }

  private func grow() {
    let old = (0..<waiting).map { requests[(first &+ $0) & (requests.count &- 1)] }
    requests = old + [Pending](repeating: Pending(), count: requests.count)
    first = 0
  }

  /// The request that was waiting longest.
  @inline(__always)
  func next() -> Pending? {
    guard waiting > 0 else { return nil }
    let pending = requests[first]
    first = (first &+ 1) & (requests.count &- 1)
    waiting &-= 1
    return pending
  }
}
