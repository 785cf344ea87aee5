/// Where things stand in the page that a domain and the server share.
///
///     0          1024       2048                2064      2068        2072   2076
///     | requests | replies  | four indexes      | features | connection | error | port
///
/// - Source: `xen/include/public/io/xs_wire.h` (`struct xenstore_domain_interface`),
///   `docs/misc/xenstore-ring.txt`
public enum RingPage {
  /// Bytes of each of the two rings.
  public static let ringSize = 1024
  /// Offsets of the rings.
  public static let requests = 0, replies = 1024
  /// Offsets of the indexes: requests consumed and produced, replies consumed and produced.
  public static let requestConsumer = 2048, requestProducer = 2052
  public static let replyConsumer = 2056, replyProducer = 2060
  /// Offset of what the server offers (`ServerFeatures`).
  public static let features = 2064
  /// Offset of the state of the connection: 0, or 1 while the guest wants it made anew.
  public static let connection = 2068
  /// Offset of why the server stopped (`RingError`).
  public static let error = 2072
  /// Offset of the event channel's port, where the hypervisor's builder left it.
  public static let port = 2076
}

/// Why a server stopped serving a ring, as the page says it.
///
/// - Source: `xen/include/public/io/xs_wire.h` (`XENSTORE_ERROR_*`)
public enum RingError: UInt32, Error, Sendable {
  /// `XENSTORE_ERROR_COMM`: the event channel or the page failed.
  case communication = 1
  /// `XENSTORE_ERROR_RINGIDX`: indexes that cannot be.
  case indexes = 2
  /// `XENSTORE_ERROR_PROTO`: a message longer than allowed.
  case tooLong = 3
}

/// The two indexes of one ring as they were read, each once. They run freely; what counts is their
/// difference.
public struct RingIndexes: Equatable, BitwiseCopyable, Sendable {
  /// How much was taken out.
  public var consumer: UInt32
  /// How much was put in.
  public var producer: UInt32

  /// Makes a pair.
  @inlinable public init(consumer: UInt32, producer: UInt32) {
    self.consumer = consumer
    self.producer = producer
  }

  /// Bytes that can be taken out.
  ///
  /// - Throws: `indexes` when there are more than a ring holds.
  @inlinable public func used() throws(RingError) -> Int {
    let count = producer &- consumer
    guard count <= UInt32(RingPage.ringSize) else { throw .indexes }
    return Int(count)
  }

  /// Bytes that can be put in.
  ///
  /// - Throws: as `used`.
  @inlinable public func space() throws(RingError) -> Int { RingPage.ringSize &- (try used()) }

  /// Where `count` bytes from the consumer on stand in the ring: the second run begins at 0.
  ///
  /// - Precondition: `count` is at most what `used` said.
  @inlinable public func toRead(_ count: Int) -> (Range<Int>, Range<Int>) {
    Self.runs(from: consumer, count)
  }

  /// Where `count` bytes from the producer on go in the ring: the second run begins at 0.
  ///
  /// - Precondition: `count` is at most what `space` said.
  @inlinable public func toWrite(_ count: Int) -> (Range<Int>, Range<Int>) {
    Self.runs(from: producer, count)
  }

  @usableFromInline static func runs(from index: UInt32, _ count: Int) -> (Range<Int>, Range<Int>) {
    let start = Int(index) & (RingPage.ringSize &- 1)
    let total = min(max(count, 0), RingPage.ringSize)
    let first = min(total, RingPage.ringSize &- start)
    return (start..<start &+ first, 0..<total &- first)
  }
}
