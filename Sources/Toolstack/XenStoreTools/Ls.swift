import ArgumentParser
import XenStoreClient
import XenStoreWire

struct Ls: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls",
    abstract: "Print keys and values below a key as a tree.",
    usage: "xenstore-ls [-h] [-f] [-p] [-s] [path]...")

  @OptionGroup var common: Common
  @Flag(name: .customShort("f"), help: "Print each key's whole path.")
  var full = false
  @Flag(name: .customShort("p"), help: "Print permissions too.")
  var permissions = false
  @Argument(help: "Where to begin (default: /).")
  var path: [String] = []

  func run() async throws {
    let client = try common.connect()
    let listing = Listing(
      client: client, line: ListingLine(columns: Output.columns, full: full),
      permissions: permissions)
    for each in path.isEmpty ? ["/"] : path {
      do throws(XenStoreClientError) {
        try await listing.print(each, try await client.list(each), depth: 0)
      } catch {
        guard case .refused(let error, .directory, let subject) = error else { throw error }
        throw Failure("xs_directory (\(subject)): \(error.systemText)")
      }
    }
  }
}

/// Walks the tree and prints it.
private struct Listing {
  let client: XenStoreClient
  let line: ListingLine
  let permissions: Bool

  struct Entry: Sendable {
    let name: String
    let path: String
    var value: [UInt8]?
    var permissions: [Permission]?
    var children: [String]
  }

  /// Children are asked for together, this many at once: the server is not waited for each time.
  private static let batch = 64

  func print(
    _ path: String, _ names: [String], depth: Int
  ) async throws(XenStoreClientError) {
    for start in stride(from: 0, to: names.count, by: Self.batch) {
      let some = names[start..<min(names.count, start + Self.batch)]
      for entry in try await ask(path, some) {
        show(entry, depth)
        if !entry.children.isEmpty {
          try await print(entry.path, entry.children, depth: depth + 1)
        }
      }
    }
  }

  private func ask(
    _ path: String, _ names: ArraySlice<String>
  ) async throws(XenStoreClientError) -> [Entry] {
    let answers = await withTaskGroup(
      of: (Int, Result<Entry?, XenStoreClientError>).self
    ) { group in
      for (index, name) in names.enumerated() {
        group.addTask { (index, await ask(name, Paths.child(path, name))) }
      }
      var answers = [Result<Entry?, XenStoreClientError>](
        repeating: .success(nil), count: names.count)
      for await (index, answer) in group { answers[index] = answer }
      return answers
    }
    var entries: [Entry] = []
    for answer in answers {
      if let entry = try answer.get() { entries.append(entry) }
    }
    return entries
  }

  /// A node with its children's names; nil for one that went away meanwhile.
  private func ask(_ name: String, _ path: String) async -> Result<Entry?, XenStoreClientError> {
    async let value = Self.outcome { () async throws(XenStoreClientError) in
      try await client.read(path)
    }
    async let children = Self.outcome { () async throws(XenStoreClientError) in
      try await client.list(path)
    }
    async let list = Self.outcome { () async throws(XenStoreClientError) -> [Permission]? in
      permissions ? try await client.permissions(of: path) : nil
    }
    var entry = Entry(name: name, path: path, children: [])
    if case .success(let permissions) = await list { entry.permissions = permissions }
    switch (await value, await children) {
    case (.success(let value), .success(let children)):
      entry.value = value
      entry.children = children
    case (.failure(let error), _), (_, .failure(let error)):
      if error.storeError == .notFound { return .success(nil) }
      guard error.storeError == .accessDenied else { return .failure(error) }
    }
    return .success(entry)
  }

  private static func outcome<Value: Sendable>(
    _ body: @Sendable () async throws(XenStoreClientError) -> Value
  ) async -> Result<Value, XenStoreClientError> {
    do throws(XenStoreClientError) {
      return .success(try await body())
    } catch {
      return .failure(error)
    }
  }

  private func show(_ entry: Entry, _ depth: Int) {
    let list = entry.permissions.map(Self.text)
    Output.write(
      line.line(entry.name, entry.path, entry.value, depth: depth, permissions: list))
  }

  private static func text(_ permissions: [Permission]) -> String {
    var bytes: [UInt8] = []
    for entry in permissions { entry.append(to: &bytes) }
    return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .joined(separator: ",")
  }
}

/// The form of a line, as wide as the terminal.
///
/// - Source: `tools/xenstore/xenstore_client.c` (`do_ls`)
struct ListingLine {
  /// The columns that a line with a value may have; below 0 it has any.
  let width: Int
  /// Whether each line begins with the whole path, which takes no columns.
  let full: Bool

  /// The form for a terminal with so many columns, or for none. A terminal that does not know its
  /// columns says 0.
  init(columns: Int?, full: Bool) {
    width = columns.map { $0 - 2 } ?? (full ? -1 : 80)
    self.full = full
  }

  /// A line. A value that does not fit is cut and ends in `\...`; dots lead the eye to the
  /// permissions.
  func line(
    _ name: String, _ path: String, _ value: [UInt8]?, depth: Int, permissions: String?
  ) -> [UInt8] {
    let indent = [UInt8](repeating: 0x20, count: depth)
    var line = full ? Array(path.utf8) : indent + cut(Array(name.utf8), behind: depth)
    let used = full ? 0 : line.count
    // What counts is the value itself; escaped it may be longer.
    let isCut = value.map { width >= 0 && used + $0.count + Self.rest > width } ?? false
    if let value = value.map(Escapes.escape) {
      line.append(contentsOf: " = \"".utf8)
      line.append(contentsOf: isCut ? cut(value, behind: used) : value)
      line.append(contentsOf: (isCut ? "\\...\"" : "\"").utf8)
    } else {
      line.append(UInt8(ascii: ":"))
    }
    if let permissions {
      if !isCut {
        line.append(0x20)
        while !full, line.count < min(60, width) {
          line.append(line.count.isMultiple(of: 2) ? 0x20 : UInt8(ascii: "."))
        }
      }
      line.append(contentsOf: "  (\(permissions))".utf8)
    }
    return line + [0x0a]
  }

  /// What stands around a name and a value.
  private static let rest = 8

  /// As much of a text as fits behind so many columns; all of it where nothing would.
  private func cut(_ text: [UInt8], behind used: Int) -> [UInt8] {
    let room = width - Self.rest - used
    return room < 0 ? text : Array(text.prefix(room))
  }
}
