import ArgumentParser
import XenStoreClient
import XenStoreWire

struct Control: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "control",
    abstract: "Give the server a command.",
    usage: "xenstore-control <command> [<arg>...]",
    discussion: """
      `xenstore-control live-update [-c <cmdline>] [-F] [-t <timeout>] <file>` has another server take
      the place of the one that runs. `xenstore-control help` asks the server which commands it
      knows; among them are check, log, memreport, print and quota.
      """)

  @Argument(parsing: .captureForPassthrough, help: "The command and its arguments.")
  var command: [String] = []

  func run() async throws {
    guard let first = command.first else {
      Output.complain("Usage:\nxenstore-control <command> [<arg>...]")
      throw Failure(nil, code: 2)
    }
    if command == ["--help"] || command == ["-h"] {
      throw CleanExit.helpRequest(Control.self)
    }
    // A command is for the server that runs now.
    let client = try XenStoreClient(.standard(.socketOnly), reconnection: .never)
    if first == "live-update" {
      try await LiveUpdateSteps(Array(command.dropFirst()), client).run()
      return
    }
    do throws(XenStoreClientError) {
      let answer = try await ask(client)
      if !answer.isEmpty { Output.write(answer + [0x0a]) }
    } catch {
      guard let refusal = error.storeError else { throw error }
      guard refusal == .invalid || refusal == .notImplemented else {
        throw Failure("\(first): \(refusal.systemText)", code: 3)
      }
      let known = (try? await client.control(["help"])) ?? ""
      Output.complain("Command not supported. Valid commands are:\n\(known)")
      throw Failure(nil, code: 3)
    }
  }

  /// Sends the words as the bytes that they were given as.
  private func ask(_ client: XenStoreClient) async throws(XenStoreClientError) -> [UInt8] {
    var payload: [UInt8] = []
    for word in command { payload += Words.bytes(of: word) + [0] }
    let answer = try await client.request(
      .control, payload, subject: command.joined(separator: " "))
    return Array(answer.prefix { $0 != 0 })
  }
}
