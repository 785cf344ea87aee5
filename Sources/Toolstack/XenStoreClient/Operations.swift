public import XenStoreWire

/// What can be asked of the store itself, in or out of a transaction.
public protocol StoreOperations: Sendable {
  /// Sends a request and waits for its answer.
  ///
  /// - Parameters:
  ///   - payload: what follows the header; at most 4096 bytes.
  ///   - subject: what an error message shall name.
  /// - Returns: the answer's payload, whose form is checked.
  /// - Throws: `refused` when the server does, `cancelled` when the task is, and what ended the
  ///   connection.
  func request(
    _ type: MessageType, _ payload: [UInt8], subject: String
  ) async throws(XenStoreClientError) -> [UInt8]
}

// Paths are absolute, or relative to the caller's own domain.
extension StoreOperations {
  /// A node's value.
  ///
  /// - Throws: as `request`.
  public func read(_ path: String) async throws(XenStoreClientError) -> [UInt8] {
    try await ask(.read, path)
  }

  /// A node's value as text.
  ///
  /// - Throws: as `request`.
  public func readText(_ path: String) async throws(XenStoreClientError) -> String {
    String(decoding: try await read(path), as: UTF8.self)
  }

  /// Sets a node's value; makes the node and its parents where they are missing.
  ///
  /// - Throws: as `request`.
  public func write(_ path: String, _ value: [UInt8]) async throws(XenStoreClientError) {
    _ = try await ask(.write, path, value)
  }

  /// Sets a node's value to a text.
  ///
  /// - Throws: as `request`.
  public func write(_ path: String, _ text: String) async throws(XenStoreClientError) {
    try await write(path, Array(text.utf8))
  }

  /// Makes a node and its parents where they are missing.
  ///
  /// - Throws: as `request`.
  public func makeDirectory(_ path: String) async throws(XenStoreClientError) {
    _ = try await ask(.makeDirectory, path)
  }

  /// Removes a node and everything below it; one that is missing is no error when its parent is
  /// there.
  ///
  /// - Throws: as `request`.
  public func remove(_ path: String) async throws(XenStoreClientError) {
    _ = try await ask(.remove, path)
  }

  /// Whether a node exists.
  ///
  /// - Throws: as `request`, but for `notFound`.
  public func exists(_ path: String) async throws(XenStoreClientError) -> Bool {
    do throws(XenStoreClientError) {
      _ = try await read(path)
      return true
    } catch {
      if error.storeError == .notFound { return false }
      throw error
    }
  }

  /// A node's permissions, the owner's entry first.
  ///
  /// - Throws: as `request`.
  public func permissions(of path: String) async throws(XenStoreClientError) -> [Permission] {
    let payload = try await ask(.getPermissions, path)
    var result: [Permission] = []
    var strings = Strings()
    while let range = strings.next(in: payload.span) {
      guard let entry = try? Permission(reading: payload.span, range) else {
        throw .malformedReply(.getPermissions)
      }
      result.append(entry)
    }
    return result
  }

  /// Replaces a node's permissions.
  ///
  /// - Throws: as `request`.
  public func setPermissions(
    _ permissions: [Permission], of path: String
  ) async throws(XenStoreClientError) {
    var list: [UInt8] = []
    for entry in permissions { entry.append(to: &list) }
    _ = try await ask(.setPermissions, path, list)
  }

  /// The names of a node's children, however many they are.
  ///
  /// - Throws: as `request`; `refused` with `again` when a list that is too long for one message
  ///   changed every time that it was read.
  public func list(_ path: String) async throws(XenStoreClientError) -> [String] {
    do throws(XenStoreClientError) {
      return names(in: try await ask(.directory, path)[...])
    } catch {
      guard error.storeError == .tooBig else { throw error }
    }
    attempts: for _ in 0..<64 {
      var bytes: [UInt8] = []
      var generation: ArraySlice<UInt8>?
      while true {
        let part = try await ask(.directoryPart, path, Array("\(bytes.count)\0".utf8))
        guard let end = part.firstIndex(of: 0) else { throw .malformedReply(.directoryPart) }
        if let generation, generation != part[..<end] { continue attempts }
        generation = part[..<end]
        let rest = part[(end + 1)...]
        // An empty name follows the last one.
        if rest == [0] || rest.suffix(2) == [0, 0] {
          bytes.append(contentsOf: rest.dropLast())
          return names(in: bytes[...])
        }
        guard !rest.isEmpty, rest.last == 0 else { throw .malformedReply(.directoryPart) }
        bytes.append(contentsOf: rest)
      }
    }
    throw .refused(.again, .directoryPart, subject: path)
  }

  private func names(in bytes: ArraySlice<UInt8>) -> [String] {
    bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }

  private func ask(
    _ type: MessageType, _ path: String, _ rest: [UInt8] = []
  ) async throws(XenStoreClientError) -> [UInt8] {
    let payload = try Payload.strings(type, [path], rest)
    return try await request(type, payload, subject: path)
  }
}

enum Payload {
  /// Strings, each closed by a nul, and what follows them.
  ///
  /// - Throws: `unsendable` when one holds a nul itself.
  static func strings(
    _ type: MessageType, _ strings: [String], _ rest: [UInt8] = []
  ) throws(XenStoreClientError) -> [UInt8] {
    var payload: [UInt8] = []
    for string in strings {
      guard !string.utf8.contains(0) else { throw .unsendable(type, subject: strings[0]) }
      payload.append(contentsOf: string.utf8)
      payload.append(0)
    }
    payload.append(contentsOf: rest)
    return payload
  }

  /// Checks that an answer has its type's form.
  ///
  /// - Throws: `malformedReply` when it has not.
  static func checked(
    _ type: MessageType, _ payload: [UInt8]
  ) throws(XenStoreClientError) -> [UInt8] {
    guard (try? Reply(type, payload.span)) != nil else { throw .malformedReply(type) }
    return payload
  }
}
