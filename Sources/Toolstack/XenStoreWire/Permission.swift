/// What a domain may do with a node.
public struct Access: OptionSet, Hashable, BitwiseCopyable, Sendable {
  /// The bits: 1 read, 2 write.
  public let rawValue: UInt8

  /// Makes a set of these bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Read the value, the children's names and the permissions.
  public static let read = Access(rawValue: 1)
  /// Write the value, make children, remove the node.
  public static let write = Access(rawValue: 2)

  /// The letter of the protocol: `n`, `r`, `w` or `b`.
  @inlinable public var letter: UInt8 {
    switch rawValue & 3 {
    case 1: UInt8(ascii: "r")
    case 2: UInt8(ascii: "w")
    case 3: UInt8(ascii: "b")
    default: UInt8(ascii: "n")
    }
  }

  /// The access that a letter stands for; nil for any other letter.
  @inlinable public init?(letter: UInt8) {
    switch letter {
    case UInt8(ascii: "n"): self = []
    case UInt8(ascii: "r"): self = .read
    case UInt8(ascii: "w"): self = .write
    case UInt8(ascii: "b"): self = [.read, .write]
    default: return nil
    }
  }
}

/// One entry of a node's permissions. The first of a node names its owner, and its access is what
/// those have whom no further entry names.
public struct Permission: Hashable, BitwiseCopyable, Sendable {
  /// Whom the entry is about.
  public var domain: DomainID
  /// What that domain may do.
  public var access: Access

  /// Makes an entry.
  @inlinable public init(_ domain: DomainID, _ access: Access) {
    self.domain = domain
    self.access = access
  }

  /// Reads an entry: a letter and a decimal number, nothing else.
  ///
  /// - Throws: `invalid` when it is anything else.
  public init(reading bytes: Span<UInt8>, _ range: Range<Int>) throws(StoreError) {
    guard range.count >= 2, let access = Access(letter: bytes[range.lowerBound]),
      let number = Decimal.parse(bytes, range.lowerBound + 1..<range.upperBound),
      let domain = UInt16(exactly: number)
    else { throw .invalid }
    self.init(DomainID(rawValue: domain), access)
  }

  /// Appends the entry as text with its closing nul.
  public func append(to bytes: inout [UInt8]) {
    bytes.append(access.letter)
    Decimal.append(UInt64(domain.rawValue), to: &bytes)
    bytes.append(0)
  }
}
