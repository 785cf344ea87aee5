// XenStoreTools is the program `xenstore`, which is also `xenstore-read` and the like by the name
// that it is called by. Commands, output and exit codes are those of the stock programs; what
// differs is in docs/xenstore.md. The library ArgumentParser reads the command line.

import ArgumentParser
import XenStoreClient
import XenStoreWire

/// Runs the program.
///
/// - Parameters:
///   - name: what the program was called by; `xenstore-read` means the command `read`.
///   - arguments: the words after it, as `commandLineWords` gives them.
/// - Returns: the exit code.
public func runXenStoreTool(_ name: String, _ arguments: [String]) async -> Int32 {
  let base = name.split(separator: "/").last.map(String.init) ?? "xenstore"
  var words = arguments
  if base.hasPrefix("xenstore-") { words.insert(String(base.dropFirst(9)), at: 0) }
  let named = XenStoreCommand.configuration.subcommands.first {
    $0.configuration.commandName == words.first
  }
  if let mode = words.first, named == nil, !mode.hasPrefix("-"), mode != "help" {
    Output.complain("\(base): unknown mode \(mode)\n")
    return 1
  }
  let title = named == nil ? "xenstore" : "xenstore-\(words[0])"
  do {
    var command = try parse(Words.spelledOut(words), named)
    if var command = command as? any AsyncParsableCommand {
      try await command.run()
    } else {
      try command.run()
    }
    try Output.flush()
    return 0
  } catch let failure as Failure {
    try? Output.flush()
    if let message = failure.message { Output.complain("\(title): \(message)") }
    return failure.code
  } catch let error as XenStoreClientError {
    try? Output.flush()
    Output.complain("\(title): \(stockComplaint(error) ?? error.description)")
    return 1
  } catch {
    let message = XenStoreCommand.fullMessage(for: error)
    if XenStoreCommand.exitCode(for: error).isSuccess {
      Output.write(message + "\n")
      try? Output.flush()
      return 0
    }
    Output.complain("\(title): \(message)")
    return 1
  }
}

/// Reads the command line.
///
/// Scripts start us often, and half of our time is the parser's, which looks at what all commands
/// take. It learns of one where that one is clear, and of all when it has something to say.
private func parse(
  _ words: [String], _ named: (any ParsableCommand.Type)?
) throws -> any ParsableCommand {
  if let named, let command = try? named.parseAsRoot(Array(words.dropFirst())) { return command }
  return try XenStoreCommand.parseAsRoot(words)
}

/// What the stock programs say of a request that was refused.
private func stockComplaint(_ error: XenStoreClientError) -> String? {
  guard case .refused(_, let type, let subject) = error else { return nil }
  return switch type {
  case .read: "couldn't read path \(subject)"
  case .write: "could not write path \(subject)"
  case .remove: "could not remove path \(subject)"
  case .directory, .directoryPart: "could not list path \(subject)"
  default: nil
  }
}

/// Why a command ends without success.
struct Failure: Error {
  /// What is said of it on standard error; nil for nothing.
  var message: String?
  var code: Int32

  init(_ message: String? = nil, code: Int32 = 1) {
    self.message = message
    self.code = code
  }
}

struct XenStoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xenstore",
    abstract: "Read, change and watch Xen's configuration database.",
    discussion: """
      Each command is also a program of its own: `xenstore-read` is `xenstore read`.
      `xenstore --generate-completion-script bash` (or zsh, fish) prints a shell's completions.

      Keys are absolute paths, or relative to the own domain's, /local/domain/N.
      XENSTORED_PATH names the socket to use; else it is /run/xenstored/socket, or socket in
      XENSTORED_RUNDIR, and then the device /dev/xen/xenbus.
      """,
    subcommands: [
      Read.self, Write.self, Ls.self, List.self, Rm.self, Chmod.self, Exists.self, Watch.self,
      Control.self,
    ])

  func run() async throws {
    throw Failure("Usage: xenstore <mode> [-h] [...]\nmodes: \(Self.names)")
  }

  private static var names: String {
    configuration.subcommands.map { $0._commandName }.joined(separator: " ")
  }
}

/// What all commands but one understand.
struct Common: ParsableArguments {
  @Flag(
    name: [.customShort("s"), .long],
    help: "Use the server's socket only, not the kernel's device.")
  var socket = false

  /// Connects.
  func connect() throws(XenStoreClientError) -> XenStoreClient {
    try XenStoreClient(.standard(socket ? .socketOnly : .socketOrDevice))
  }
}

extension XenStoreClient {
  /// Stock programs try again for ever; a thousand conflicts in a row are somebody's fault.
  func inTransaction<Result>(
    _ body: (any StoreOperations) async throws(XenStoreClientError) -> Result
  ) async throws(XenStoreClientError) -> Result {
    try await withTransaction(attempts: 1000) {
      (transaction) async throws(XenStoreClientError) -> Result in try await body(transaction)
    }
  }
}
