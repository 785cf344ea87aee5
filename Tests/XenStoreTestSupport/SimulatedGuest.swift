import CXenGuest
import XenStoreWire

/// A domain that speaks to a daemon through its ring.
public final class SimulatedGuest {
  /// Its number.
  public let domain: UInt16
  /// Its end of the event channel, which INTRODUCE must name.
  public let port: UInt32
  /// The machine it is in.
  public let machine: SimulatedMachine

  /// Makes a domain that runs and whose page is empty.
  public init(_ machine: SimulatedMachine, domain: UInt16, port: UInt32? = nil) {
    self.machine = machine
    self.domain = domain
    self.port = port ?? (domain == 0 ? UInt32(XEN_CONTROL_PORT) : 1000 + UInt32(domain))
    wipe()
    machine.set(domain, .runs)
  }

  /// Makes all of its page zero.
  public func wipe() {
    for offset in stride(from: 0, to: Int(XEN_PAGE_SIZE), by: 4) {
      machine.setWord(domain, offset, 0)
    }
  }

  /// The payload of the INTRODUCE that lets the daemon know it.
  public var introduction: [UInt8] { Array("\(domain)\0\(1)\0\(port)\0".utf8) }

  /// Sends an event.
  public func notify() { machine.send(from: domain, port: port) }

  /// Puts bytes into the ring, as there is room.
  ///
  /// - Parameter patience: how long to wait for room, in milliseconds.
  /// - Returns: false when there was none in time, or the ring is broken.
  public func send(_ bytes: [UInt8], patience: Int = Patience.long) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      var producer = word(RingPage.requestProducer)
      let used = producer &- word(RingPage.requestConsumer)
      guard used <= RingPage.ringSize else { return false }
      let part = rest.prefix(RingPage.ringSize - Int(used))
      for byte in part {
        machine[domain, RingPage.requests + Int(producer) % RingPage.ringSize] = byte
        producer &+= 1
      }
      rest = rest.dropFirst(part.count)
      if !part.isEmpty {
        machine.setWord(domain, RingPage.requestProducer, producer)
        notify()
      }
      if !rest.isEmpty, word(RingPage.requestProducer) &- word(RingPage.requestConsumer) >= 1024 {
        guard machine.waitForEvent(domain, patience: patience) else { return false }
      }
    }
    return true
  }

  /// Takes what is in the ring, and tells the daemon that there is room.
  public func take() -> [UInt8] {
    var consumer = word(RingPage.replyConsumer)
    let count = word(RingPage.replyProducer) &- consumer
    guard count > 0, count <= RingPage.ringSize else { return [] }
    var bytes: [UInt8] = []
    for _ in 0..<count {
      bytes.append(machine[domain, RingPage.replies + Int(consumer) % RingPage.ringSize])
      consumer &+= 1
    }
    machine.setWord(domain, RingPage.replyConsumer, consumer)
    notify()
    return bytes
  }

  /// Waits for bytes from the daemon.
  ///
  /// - Parameter patience: milliseconds.
  /// - Returns: nil when no event told of any in time.
  public func receive(patience: Int = Patience.long) -> [UInt8]? {
    while true {
      let bytes = take()
      if !bytes.isEmpty { return bytes }
      guard machine.waitForEvent(domain, patience: patience) else { return nil }
    }
  }

  /// Asks for the connection to be made anew, and waits until it is.
  public func reconnect(patience: Int = Patience.long) -> Bool {
    machine.setWord(domain, RingPage.connection, 1)
    notify()
    while word(RingPage.connection) != 0 {
      guard machine.waitForEvent(domain, patience: patience) else {
        return word(RingPage.connection) == 0
      }
    }
    return true
  }

  /// A word of its page.
  public func word(_ offset: Int) -> UInt32 { machine.word(domain, offset) }
}
