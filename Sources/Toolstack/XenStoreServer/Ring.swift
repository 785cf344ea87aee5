import XenStoreCore
import XenStoreWire

/// A domain's ring, as a host mapped and bound it.
struct RingLink {
  /// The page that the domain and we share.
  var page: SharedPage
  /// Our end of its event channel.
  var port: UInt32
  /// The domain's end, and the frame of the page, as INTRODUCE named them; 0 when nobody did.
  var remotePort: UInt32
  var frame: UInt64

  /// Makes a link.
  init(page: SharedPage, port: UInt32, remotePort: UInt32 = 0, frame: UInt64 = 0) {
    self.page = page
    self.port = port
    self.remotePort = remotePort
    self.frame = frame
  }
}

/// The two streams of bytes in a domain's page.
///
///     healthy --- the domain asks for a fresh start -----------------> healthy, as new
///     healthy --- indexes that cannot be, a message too long --------> failed: nothing is served
///     failed  --- the domain asks for a fresh start, INTRODUCE ------> healthy, as new
///
/// Indexes are read from the page each time, each once: firmware in a domain may wipe the page
/// before its kernel uses it. That requests were taken is published when what they did is recorded:
/// until then a successor of ours finds them in the ring. What one side publishes the other may miss
/// unless it looks again after a full fence: the domain sends no event when it sees that we still had
/// work.
struct Ring {
  var domain: DomainID
  var link: RingLink
  /// What the page says that we offer.
  let features: ServerFeatures
  /// Whether the domain is to hear that the ring changed.
  var needsNotice = false
  /// Up to where requests were taken, while the page does not say so yet.
  private(set) var taken: UInt32?
  /// Up to where requests were taken when the journal last said so; nil when notes begin anew.
  var noted: UInt32?
  /// Whether it is served no more.
  private(set) var isFailed = false
  /// Why it failed first, since it was introduced.
  private(set) var firstError: RingError?

  /// Begins to serve a ring: says what we offer, and that nothing is wrong.
  init(_ domain: DomainID, _ link: RingLink, _ features: ServerFeatures) {
    self.domain = domain
    self.link = link
    self.features = features
    link.page[word: RingPage.features] = features.rawValue
    if features.contains(.error) { link.page[word: RingPage.error] = 0 }
    if wantsFreshStart { startAfresh() }
  }

  /// Goes on with a ring that a server before us served.
  init(_ domain: DomainID, _ link: RingLink, _ features: ServerFeatures, noted: NotedRing) {
    self.domain = domain
    self.link = link
    self.features = features
    isFailed = noted.base.isFailed
    if isFailed { firstError = .communication }
    needsNotice = true
    link.page[word: RingPage.features] = features.rawValue
    // What was taken is in the journal, whether the page says so yet or not.
    let index = link.page[word: RingPage.requestConsumer]
    if noted.consumer &- index <= UInt32(RingPage.ringSize) {
      link.page[word: RingPage.requestConsumer] = noted.consumer
    }
  }

  /// Up to where requests were taken.
  var consumer: UInt32 { taken ?? link.page[word: RingPage.requestConsumer] }

  /// Whether the domain asks for its connection to be made anew.
  var wantsFreshStart: Bool {
    features.contains(.reconnection) && link.page[word: RingPage.connection] == 1
  }

  /// Empties both streams and says that the ring is connected.
  ///
  /// - Source: `docs/misc/xenstore-ring.txt`
  mutating func startAfresh() {
    for index in [
      RingPage.requestConsumer, RingPage.requestProducer, RingPage.replyConsumer,
      RingPage.replyProducer,
    ] { link.page[word: index] = 0 }
    link.page[word: RingPage.features] = features.rawValue
    if features.contains(.error) { link.page[word: RingPage.error] = 0 }
    if features.contains(.reconnection) { link.page[word: RingPage.connection] = 0 }
    isFailed = false
    taken = nil
    noted = nil
    needsNotice = true
  }

  /// Serves no more, and says why.
  mutating func fail(_ error: RingError) {
    isFailed = true
    taken = nil
    noted = nil
    firstError = firstError ?? error
    if features.contains(.error) { link.page[word: RingPage.error] = error.rawValue }
    needsNotice = true
  }

  /// Copies out what the domain put in, to the end of `bytes`; returns how much that was. The domain
  /// has room for more after `publish`.
  ///
  /// - Throws: `indexes` for indexes that cannot be.
  mutating func receive(into bytes: inout [UInt8]) throws(RingError) -> Int {
    let indexes = RingIndexes(
      consumer: consumer, producer: link.page[word: RingPage.requestProducer])
    let count = try indexes.used()
    guard count > 0 else { return 0 }
    let (first, second) = indexes.toRead(count)
    link.page.append(first.shifted(by: RingPage.requests), to: &bytes)
    link.page.append(second.shifted(by: RingPage.requests), to: &bytes)
    taken = indexes.consumer &+ UInt32(count)
    needsNotice = true
    return count
  }

  /// Says up to where requests were taken; true when there are more already.
  mutating func publish() -> Bool {
    guard let index = taken else { return false }
    link.page[word: RingPage.requestConsumer] = index
    SharedPage.fence()
    taken = nil
    return link.page[word: RingPage.requestProducer] != index
  }

  /// Puts in as much as fits; returns how much that was.
  ///
  /// - Throws: `indexes` for indexes that cannot be.
  mutating func transmit(_ bytes: Span<UInt8>) throws(RingError) -> Int {
    var sent = 0
    while sent < bytes.count {
      let indexes = RingIndexes(
        consumer: link.page[word: RingPage.replyConsumer],
        producer: link.page[word: RingPage.replyProducer])
      let count = min(try indexes.space(), bytes.count &- sent)
      guard count > 0 else { break }
      let (first, second) = indexes.toWrite(count)
      link.page.write(bytes, from: sent, to: first.shifted(by: RingPage.replies))
      link.page.write(bytes, from: sent &+ first.count, to: second.shifted(by: RingPage.replies))
      link.page[word: RingPage.replyProducer] = indexes.producer &+ UInt32(count)
      SharedPage.fence()
      needsNotice = true
      sent &+= count
    }
    return sent
  }
}

extension Range<Int> {
  /// The same run, further on.
  fileprivate func shifted(by distance: Int) -> Self {
    lowerBound &+ distance..<upperBound &+ distance
  }
}
