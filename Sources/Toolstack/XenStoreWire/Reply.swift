/// What a server's message says, its payload checked. Ranges are offsets into the payload.
public enum Reply: Equatable, Sendable {
  /// Done; what follows `OK` in old servers is not looked at.
  case done
  /// A value or a text: `READ`, `TRANSACTION_START`, `GET_DOMAIN_PATH` and such.
  case value(Range<Int>)
  /// Strings each closed by a nul: `DIRECTORY`, `GET_PERMS`.
  case list(Range<Int>)
  /// Refused.
  case failure(StoreError)
  /// Something that is watched changed.
  case event(path: Range<Int>, token: Range<Int>)

  /// Reads the payload of a message of this type.
  ///
  /// - Throws: `invalid` when the payload is not what the type promises.
  public init(_ type: MessageType, _ payload: Span<UInt8>) throws(StoreError) {
    switch type {
    case .error: self = .failure(StoreError(reading: payload))
    case .watchEvent:
      var strings = Strings()
      let path = try strings.require(in: payload)
      self = .event(path: path, token: try strings.require(in: payload))
    case .directory, .getPermissions:
      guard payload.isEmpty || payload[payload.count - 1] == 0 else { throw .invalid }
      self = .list(0..<payload.count)
    case .read, .control, .directoryPart: self = .value(0..<payload.count)
    case .transactionStart, .getDomainPath, .isDomainIntroduced, .getFeature, .getQuota:
      guard !payload.isEmpty, payload[payload.count - 1] == 0 else { throw .invalid }
      self = .value(0..<payload.count - 1)
    default:
      guard payload.count >= 2, payload[0] == UInt8(ascii: "O"), payload[1] == UInt8(ascii: "K")
      else { throw .invalid }
      self = .done
    }
  }
}
