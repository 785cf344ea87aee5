import XenStoreCore

/// A live update that is being prepared: another program shall take our place in this process, with
/// all that we know and every connection.
///
///     named --- start ---> trying --- it can be started ---> waiting --- no transaction ---> handed over
///       |                    |                                  |
///       +---- abort ---------+------ it cannot, too late -------+-----> forgotten, service goes on
///
/// - Source: `tools/xenstored/lu.c`, `docs/misc/xenstore.txt` (CONTROL live-update)
struct LiveUpdate {
  /// The connection that prepares it; nobody else may.
  var owner: ConnectionID
  /// The program.
  var program: String
  /// The command line that it gets; nil for ours.
  var words: [String]?
  /// The request that waits for it to be done.
  var start: Start?

  /// A request to begin.
  struct Start {
    /// Who waits for the answer.
    var effect: Effect
    /// Until when transactions are waited for, in milliseconds of the clock.
    var deadline: Int64
    /// Whether transactions that are open then do not matter.
    var isForced: Bool
    /// The command line with the program.
    var line: [String]
    /// Whether the program can be started at all; nil when that is known.
    var trial: Trial?
    /// Whether it is a server of ours, which takes over transactions too.
    var isOurs = false
    /// When it was found that it can be started, in milliseconds of the clock.
    var ready: Int64 = 0
  }

  /// Whether it is to be looked at in every round.
  var isUnderWay: Bool { start != nil }
}

/// Who handed over to us.
public enum Predecessor: Equatable, Sendable {
  /// A C daemon, or one of ours: a stream in `state_dump`.
  case stream
  /// An OCaml daemon: a dump in `db`.
  case dump
}

/// The words of a command line, as a successor gets them.
enum Succession {
  /// What our help says, so that we are known by it.
  static let mark = "--live-update"

  /// The command line of a successor, without the program.
  ///
  /// A value is joined to its option, so that a daemon which does not know the one does not stumble
  /// over the other. What tells us that we took over is left out, and added anew.
  static func words(_ given: [String]) -> [String] {
    var words: [String] = []
    var rest = given[...]
    while let word = rest.popFirst() {
      if ["-U", "--live-update", "--live", "--restart"].contains(word) { continue }
      if word.hasPrefix("--"), !word.contains("="), let next = rest.first, !next.hasPrefix("-") {
        rest.removeFirst()
        words.append("\(word)=\(next)")
      } else {
        words.append(word)
      }
    }
    return words + ["-U"]
  }
}
