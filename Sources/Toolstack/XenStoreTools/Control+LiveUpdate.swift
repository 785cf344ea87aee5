import Glibc
import XenStoreClient

/// The steps of `xenstore-control live-update`: the program, its command line, the start. Our daemon
/// answers the last when the program has taken over; the OCaml daemon says BUSY until it has.
struct LiveUpdateSteps {
  let client: XenStoreClient
  private var commandLine: String?
  private var isForced = false
  private var seconds = 60
  private var program: String?

  /// Reads the arguments.
  ///
  /// - Throws: what is missing.
  init(_ arguments: [String], _ client: XenStoreClient) throws(Failure) {
    self.client = client
    var rest = arguments[...]
    while let word = rest.popFirst() {
      switch word {
      case "-c":
        guard let line = rest.popFirst() else {
          throw Self.refusal("Missing command line value", code: 2)
        }
        commandLine = line
      case "-t":
        guard let text = rest.popFirst() else {
          throw Self.refusal("Missing timeout value", code: 2)
        }
        guard let number = Int(text), number >= 0 else {
          throw Self.refusal("-t takes a number of seconds, not '\(text)'", code: 2)
        }
        seconds = number
      case "-F": isForced = true
      default: program = word
      }
    }
    guard program != nil else { throw Self.refusal("Missing binary specification", code: 2) }
  }

  /// Says what is wrong, as the stock program does: without its own name.
  private static func refusal(_ text: String, code: Int32 = 3) -> Failure {
    Output.complain(text)
    return Failure(nil, code: code)
  }

  /// Has the program take over.
  ///
  /// - Throws: what the server says against it.
  func run() async throws {
    guard let program else { return }
    guard (try? await client.read("/tool/xenstored/domid")) == nil else {
      throw Self.refusal("The server runs in a domain of its own: use the stock program")
    }
    try await step(["-f", program], "Setting update binary failed:")
    do {
      if let commandLine { try await step(["-c", commandLine], "Setting update binary failed:") }
      try await start()
    } catch {
      _ = try? await client.control(["live-update", "-a"])
      throw error
    }
  }

  private func start() async throws {
    let words = ["-s", "-t", String(seconds)] + (isForced ? ["-F"] : [])
    // A second for rounding, and one for the server to notice first that time is up.
    var rest = seconds + 2
    while try await step(words, "Starting live update failed:") == "BUSY" {
      rest -= 1
      guard rest > 0 else { throw Self.refusal("Starting live update failed:\nBUSY") }
      try await Task.sleep(for: .seconds(1))
    }
  }

  /// Sends one step; anything but OK and BUSY is a refusal.
  @discardableResult
  private func step(_ words: [String], _ complaint: String) async throws -> String {
    let answer: String
    do throws(XenStoreClientError) {
      answer = try await client.control(["live-update"] + words)
    } catch {
      throw Self.refusal("\(complaint)\n\(error.storeError?.systemText ?? "\(error)")")
    }
    guard answer == "OK" || answer == "BUSY" else {
      throw Self.refusal("\(complaint)\n\(answer)")
    }
    return answer
  }
}
