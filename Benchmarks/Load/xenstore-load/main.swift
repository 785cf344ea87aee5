// Loads a XenStore server through its socket: one scenario, a line of JSON for each of its phases.

import ArgumentParser
import XenStoreLoad

/// The command line.
struct Command: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xenstore-load",
    abstract: "Loads a XenStore server and measures it.",
    discussion: "Scenarios: \(Scenarios.names.joined(separator: ", ")). A server under test only: "
      + "nodes stay behind in it, and domains are introduced.")

  @Argument(help: "What to do.") var scenario: String
  @Option(help: "The server's socket.") var socket = "/run/xenstored/socket"
  @Option(help: "Connections.") var connections = 1
  @Option(help: "Requests that each has outstanding.") var depth = 1
  @Option(help: "How long to measure.") var seconds = 1.0
  @Option(help: "Nodes, children or domains.") var count = 1000
  @Option(help: "Operations of a transaction, children of a directory.") var each = 1
  @Option(help: "Watchers, or what is idle.") var others = 0
  @Option(help: "Seconds after which a burst of domains ends.") var limit = 0.0
  @Option(help: "The CPU to stay on.") var cpu: Int?

  func run() throws {
    System.raiseLimit()
    if let cpu { System.pin(cpu) }
    var settings = Settings()
    settings.socket = socket
    settings.connections = connections
    settings.depth = depth
    settings.seconds = seconds
    settings.count = count
    settings.each = each
    settings.others = others
    settings.limit = limit
    guard Scenarios.run(scenario, settings) else {
      throw ValidationError("no scenario \(scenario)")
    }
  }
}

Command.main()
