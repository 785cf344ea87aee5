import ArgumentParser
import XenStoreClient
import XenStoreWire

struct Write: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: "Set the values of keys; what is missing is made.",
    usage: "xenstore-write [-h] [-s] [-R] key value [...]",
    discussion: """
      Values may hold \\n, \\r, \\t, \\\\, \\xHH and \\OOO. A value that begins with - stands after --.
      """)

  @OptionGroup var common: Common
  @Flag(name: [.customShort("R"), .long], help: "Take values as they are: no escapes.")
  var raw = false
  @Argument(help: ArgumentHelp("Keys, each with its value.", valueName: "key value"))
  var words: [String]

  func validate() throws {
    guard words.count.isMultiple(of: 2) else { throw ValidationError("a value is missing") }
  }

  func run() async throws {
    let client = try common.connect()
    if words.count == 2 {
      try await perform(client)
    } else {
      try await client.inTransaction { (store) async throws(XenStoreClientError) in
        try await perform(store)
      }
    }
  }

  private func perform(_ store: any StoreOperations) async throws(XenStoreClientError) {
    for index in stride(from: 0, to: words.count, by: 2) {
      let value = Words.bytes(of: words[index + 1])
      try await store.write(words[index], raw ? value : Escapes.unescape(value))
    }
  }
}

struct Rm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract: "Remove keys and everything below them.",
    usage: "xenstore-rm [-h] [-s] [-t] key [...]")

  @OptionGroup var common: Common
  @Flag(
    name: .shortAndLong,
    help: "Then remove parents, from the lowest up, as long as they are empty and hold no value.")
  var tidy = false
  @Argument(help: "The keys.")
  var key: [String]

  func run() async throws {
    let client = try common.connect()
    try await client.inTransaction { (store) async throws(XenStoreClientError) in
      for each in key {
        try await store.remove(each)
        if tidy { try await removeParents(of: each, store) }
      }
    }
  }

  private func removeParents(
    of path: String, _ store: any StoreOperations
  ) async throws(XenStoreClientError) {
    for parent in Paths.parents(of: path) {
      // Who may not look at the parent leaves it.
      guard let value = try? await store.read(parent), value.isEmpty,
        let names = try? await store.list(parent), names.isEmpty
      else { return }
      try await store.remove(parent)
    }
  }
}

struct Chmod: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chmod",
    abstract: "Set the permissions of a key.",
    usage: "xenstore-chmod [-h] [-u] [-r] [-s] key <mode [modes...]>",
    discussion: """
      A mode is a letter and a domain's number. The letters: r read, w write, b both, n none. The
      first mode names the owner, and what domains may do that no other mode names.
      """)

  @OptionGroup var common: Common
  @Flag(name: .customShort("r"), help: "Do the same to everything below the key.")
  var recursive = false
  @Flag(name: .customShort("u"), help: "Do the same to its parents.")
  var upwards = false
  @Argument(help: "The key.")
  var key: String
  @Argument(help: "The modes.")
  var mode: [String] = []

  func run() async throws {
    var permissions: [Permission] = []
    for text in mode {
      guard let letter = text.utf8.first, let access = Access(letter: letter) else {
        throw Failure("Invalid permission specification: '\(text.first.map(String.init) ?? "")'")
      }
      guard let number = UInt16(exactly: CNumber.parse(String(text.dropFirst())).value) else {
        throw Failure("Invalid permission specification: '\(text)' names no domain")
      }
      permissions.append(Permission(DomainID(rawValue: number), access))
    }
    let client = try common.connect()
    do throws(XenStoreClientError) {
      try await client.inTransaction { (store) async throws(XenStoreClientError) in
        try await store.setPermissions(permissions, of: key)
        if upwards {
          for parent in Paths.parents(of: key) {
            try await store.setPermissions(permissions, of: parent)
          }
        }
        if recursive { try await descend(key, permissions, store) }
      }
    } catch {
      guard case .refused(let error, .setPermissions, let subject) = error else { throw error }
      throw Failure("Error occurred setting permissions on '\(subject)': \(error.systemText)")
    }
  }

  private func descend(
    _ path: String, _ permissions: [Permission], _ store: any StoreOperations
  ) async throws(XenStoreClientError) {
    for name in try await store.list(path) {
      let child = Paths.child(path, name)
      try await store.setPermissions(permissions, of: child)
      try await descend(child, permissions, store)
    }
  }
}

enum Paths {
  /// The path of a child.
  static func child(_ path: String, _ name: String) -> String {
    path == "/" ? "/\(name)" : "\(path)/\(name)"
  }

  /// The parents of a path, the nearest first, without the root.
  static func parents(of path: String) -> [String] {
    var result: [String] = []
    var rest = path[...]
    while let slash = rest.lastIndex(of: "/"), slash > rest.startIndex {
      rest = rest[..<slash]
      result.append(String(rest))
    }
    return result
  }
}

/// Numbers as C's `strtol` reads them.
enum CNumber {
  /// The number that a text begins with, and whether nothing follows; 0 when it begins with none,
  /// the last one there is when it is beyond.
  static func parse(_ text: String) -> (value: Int, isWhole: Bool) {
    let digits = text.drop { $0 == " " }
    let sign = digits.first == "-" || digits.first == "+" ? digits.prefix(1) : ""
    let number = digits.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber }
    let limit = number.isEmpty ? 0 : sign == "-" ? Int.min : Int.max
    return (Int(sign + number) ?? limit, sign.count + number.count == text.count && !number.isEmpty)
  }
}
