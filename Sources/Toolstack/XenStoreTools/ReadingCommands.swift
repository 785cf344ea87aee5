import ArgumentParser
import XenStoreClient
import XenStoreWire

struct Read: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Read the values of keys.",
    usage: "xenstore-read [-h] [-p] [-s] [-R] key [...]")

  @OptionGroup var common: Common
  @Flag(name: .shortAndLong, help: "Print each key before its value.")
  var prefix = false
  @Flag(
    name: [.customShort("R"), .long],
    help: "Print values as they are: nothing escaped, no newline added.")
  var raw = false
  @Argument(help: "The keys.")
  var key: [String]

  func run() async throws {
    let client = try common.connect()
    if key.count == 1 {
      // A single request needs no transaction.
      try await perform(client)
    } else {
      try await client.inTransaction { (store) async throws(XenStoreClientError) in
        Output.discard()
        try await perform(store)
      }
    }
  }

  private func perform(_ store: any StoreOperations) async throws(XenStoreClientError) {
    for each in key {
      let value = try await store.read(each)
      if prefix { Output.write("\(each): ") }
      Output.write(raw ? value : Escapes.escape(value) + [0x0a])
    }
  }
}

struct List: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the children of keys.",
    usage: "xenstore-list [-h] [-p] [-s] key [...]")

  @OptionGroup var common: Common
  @Flag(name: .shortAndLong, help: "Print whole paths.")
  var prefix = false
  @Argument(help: "The keys.")
  var key: [String]

  func run() async throws {
    let client = try common.connect()
    try await client.inTransaction { (store) async throws(XenStoreClientError) in
      Output.discard()
      for each in key {
        for name in try await store.list(each) {
          Output.write(prefix ? "\(each)/\(name)\n" : "\(name)\n")
        }
      }
    }
  }
}

struct Exists: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exists",
    abstract: "Say by the exit code whether keys exist: 0 when all do, else 1.",
    usage: "xenstore-exists [-h] [-s] key [...]")

  @OptionGroup var common: Common
  @Argument(help: "The keys.")
  var key: [String]

  func run() async throws {
    let client = try common.connect()
    let exist = try await client.inTransaction { (store) async throws(XenStoreClientError) in
      for each in key {
        do throws(XenStoreClientError) {
          _ = try await store.read(each)
        } catch {
          // Whatever the server has against a key, its exit code alone says so.
          guard error.storeError != nil else { throw error }
          return false
        }
      }
      return true
    }
    if !exist { throw Failure() }
  }
}

struct Watch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Print the path of each change of keys and of what is below them.",
    usage: "xenstore-watch [-h] [-s] [-n NR] key [...]",
    discussion: "The first line of each key comes at once.")

  @OptionGroup var common: Common
  @Option(
    name: .customShort("n", allowingJoined: true), parsing: .unconditional,
    help: ArgumentHelp("End after this many lines.", valueName: "NR"))
  var count: String?
  @Argument(help: "The keys.")
  var key: [String]

  func run() async throws {
    let client = try common.connect()
    var left = count.map { CNumber.parse($0).value }
    let events: WatchEvents
    do throws(XenStoreClientError) {
      events = try await client.watch(key, buffering: .everyEvent)
    } catch {
      guard case .refused(_, _, let subject) = error else { throw error }
      throw Failure("Unable to add watch on \(subject)\n")
    }
    var iterator = events.makeAsyncIterator()
    while left == nil || left == -1 || left ?? 0 > 0 {
      guard let event = try await iterator.next() else { break }
      Output.write("\(event.path)\n")
      try Output.flush()
      if let count = left, count > 0 { left = count - 1 }
    }
  }
}
