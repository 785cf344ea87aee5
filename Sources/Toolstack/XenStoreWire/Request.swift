/// A request whose payload has been checked. Ranges are offsets into that payload, so that nothing
/// is copied; a string's range leaves out its nul.
public enum Request: Equatable, Sendable {
  case control(arguments: Range<Int>)
  case directory(path: Range<Int>)
  case read(path: Range<Int>)
  case getPermissions(path: Range<Int>)
  case watch(path: Range<Int>, token: Range<Int>, depth: Int?)
  case unwatch(path: Range<Int>, token: Range<Int>)
  case transactionStart
  case transactionEnd(commits: Bool)
  case introduce(domain: DomainID, frame: UInt64, port: UInt32)
  case release(domain: DomainID)
  case getDomainPath(domain: DomainID)
  case write(path: Range<Int>, value: Range<Int>)
  case makeDirectory(path: Range<Int>)
  case remove(path: Range<Int>)
  case setPermissions(path: Range<Int>, permissions: Range<Int>)
  case isDomainIntroduced(domain: DomainID)
  case resume(domain: DomainID)
  case setTarget(domain: DomainID, target: DomainID)
  case resetWatches
  case directoryPart(path: Range<Int>, offset: Int)
  case getFeature(domain: DomainID?)
  case setFeature(domain: DomainID, features: ServerFeatures)
  case getQuota(domain: DomainID?, name: Range<Int>?)
  case setQuota(domain: DomainID?, name: Range<Int>, value: UInt64)

  /// Reads the payload of a message of this type.
  ///
  /// - Throws: `invalid` when the payload is not what the type asks for, `notImplemented` for a
  ///   type that no client may send.
  /// - Source: `docs/misc/xenstore.txt`
  public init(_ type: MessageType, _ payload: Span<UInt8>) throws(StoreError) {
    var strings = Strings()
    switch type {
    case .read: self = .read(path: try Self.onlyString(payload))
    case .write:
      let path = try strings.require(in: payload)
      self = .write(path: path, value: path.upperBound + 1..<payload.count)
    case .directory: self = .directory(path: try Self.onlyString(payload))
    case .getPermissions: self = .getPermissions(path: try Self.onlyString(payload))
    case .makeDirectory: self = .makeDirectory(path: try Self.onlyString(payload))
    case .remove: self = .remove(path: try Self.onlyString(payload))
    case .watch:
      let path = try strings.require(in: payload)
      let token = try strings.require(in: payload)
      guard let depth = strings.next(in: payload), !depth.isEmpty else {
        self = .watch(path: path, token: token, depth: nil)
        return
      }
      guard let value = Decimal.parse(payload, depth), let levels = Int(exactly: value) else {
        throw .invalid
      }
      try strings.finish(in: payload)
      self = .watch(path: path, token: token, depth: levels)
    case .unwatch:
      let path = try strings.require(in: payload)
      self = .unwatch(path: path, token: try strings.require(in: payload))
    case .transactionStart: self = .transactionStart
    case .transactionEnd:
      let answer = try Self.onlyString(payload)
      guard answer.count == 1 else { throw .invalid }
      switch payload[answer.lowerBound] {
      case UInt8(ascii: "T"): self = .transactionEnd(commits: true)
      case UInt8(ascii: "F"): self = .transactionEnd(commits: false)
      default: throw .invalid
      }
    case .introduce:
      let domain = try Self.domain(payload, strings.require(in: payload))
      let frame = try Self.frame(payload, strings.require(in: payload))
      let port = try Self.number(payload, strings.require(in: payload))
      guard let port = UInt32(exactly: port) else { throw .invalid }
      self = .introduce(domain: domain, frame: frame, port: port)
    case .setPermissions:
      let path = try strings.require(in: payload)
      guard path.upperBound + 1 < payload.count, payload[payload.count - 1] == 0 else {
        throw .invalid
      }
      self = .setPermissions(path: path, permissions: path.upperBound + 1..<payload.count)
    case .release: self = .release(domain: try Self.onlyDomain(payload))
    case .getDomainPath: self = .getDomainPath(domain: try Self.onlyDomain(payload))
    case .isDomainIntroduced: self = .isDomainIntroduced(domain: try Self.onlyDomain(payload))
    case .resume: self = .resume(domain: try Self.onlyDomain(payload))
    case .setTarget:
      let domain = try Self.domain(payload, strings.require(in: payload))
      self = .setTarget(
        domain: domain, target: try Self.domain(payload, strings.require(in: payload)))
    case .resetWatches: self = .resetWatches
    case .directoryPart:
      let path = try strings.require(in: payload)
      let offset = try Self.number(payload, strings.require(in: payload))
      try strings.finish(in: payload)
      guard let offset = Int(exactly: offset) else { throw .invalid }
      self = .directoryPart(path: path, offset: offset)
    case .control:
      guard !payload.isEmpty, payload[payload.count - 1] == 0 else { throw .invalid }
      self = .control(arguments: 0..<payload.count)
    case .getFeature, .setFeature, .getQuota, .setQuota: try self.init(limits: type, payload)
    case .watchEvent, .error: throw .notImplemented
    }
  }

  private init(limits type: MessageType, _ payload: Span<UInt8>) throws(StoreError) {
    var strings = Strings()
    var parts: [Range<Int>] = []
    while parts.count < 4, let part = strings.next(in: payload) { parts.append(part) }
    try strings.finish(in: payload)
    if parts.count == 1, parts[0].isEmpty { parts = [] }
    switch (type, parts.count) {
    case (.getFeature, 0): self = .getFeature(domain: nil)
    case (.getFeature, 1): self = .getFeature(domain: try Self.domain(payload, parts[0]))
    case (.setFeature, 2):
      guard let bits = UInt32(exactly: try Self.number(payload, parts[1])) else { throw .invalid }
      self = .setFeature(
        domain: try Self.domain(payload, parts[0]), features: ServerFeatures(rawValue: bits))
    case (.getQuota, 0): self = .getQuota(domain: nil, name: nil)
    case (.getQuota, 1): self = .getQuota(domain: nil, name: parts[0])
    case (.getQuota, 2):
      self = .getQuota(domain: try Self.domain(payload, parts[0]), name: parts[1])
    case (.setQuota, 2):
      self = .setQuota(domain: nil, name: parts[0], value: try Self.number(payload, parts[1]))
    case (.setQuota, 3):
      self = .setQuota(
        domain: try Self.domain(payload, parts[0]), name: parts[1],
        value: try Self.number(payload, parts[2]))
    default: throw .invalid
    }
  }

  private static func onlyString(_ payload: Span<UInt8>) throws(StoreError) -> Range<Int> {
    var strings = Strings()
    let string = try strings.require(in: payload)
    try strings.finish(in: payload)
    return string
  }

  private static func number(
    _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) -> UInt64 {
    guard let value = Decimal.parse(payload, range) else { throw .invalid }
    return value
  }

  /// A frame is "signed decimal" in the protocol: old tools print a high one as negative.
  private static func frame(
    _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) -> UInt64 {
    guard !range.isEmpty, payload[range.lowerBound] == UInt8(ascii: "-") else {
      return try number(payload, range)
    }
    return 0 &- (try number(payload, range.lowerBound + 1..<range.upperBound))
  }

  private static func domain(
    _ payload: Span<UInt8>, _ range: Range<Int>
  ) throws(StoreError) -> DomainID {
    guard let domain = UInt16(exactly: try number(payload, range)) else { throw .invalid }
    return DomainID(rawValue: domain)
  }

  private static func onlyDomain(_ payload: Span<UInt8>) throws(StoreError) -> DomainID {
    var strings = Strings()
    return try domain(payload, strings.require(in: payload))
  }
}
