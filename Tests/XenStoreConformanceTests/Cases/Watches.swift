// Watches and their events.

extension Conformance {
  static let watches: [Case] = [
    Case("a watch begins with an event", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|"),
    Case("a watch of a missing node too", "WATCH /t/n|k| -> OK|", "EVENT /t/n|k|"),
    Case(
      "a watch of the root", "1 WATCH /|k| -> OK|", "1 EVENT /|k|", "WRITE /t/a|2 -> OK|",
      "1 EVENT /t/a|k|"),
    Case("a write", watched("/t/a", "WRITE /t/a|2 -> OK|", "/t/a")),
    Case("a write of the same value", watched("/t/a", "WRITE /t/a|1 -> OK|", "/t/a")),
    Case("a write below", watched("/t/d", "WRITE /t/d/x|2 -> OK|", "/t/d/x")),
    Case("a write far below", watched("/t", "WRITE /t/d/x/y/z|2 -> OK|", "/t/d/x/y/z")),
    Case("a write above", watched("/t/d/x", "WRITE /t/d|2 -> OK|", nil)),
    Case("a write beside", watched("/t/a", "WRITE /t/d/x|2 -> OK|", nil)),
    Case("a write of a longer name", watched("/t/a", "WRITE /t/ab|2 -> OK|", nil)),
    Case("a write that makes the node", watched("/t/n", "WRITE /t/n|2 -> OK|", "/t/n")),
    Case(
      "a write that makes parents has one event",
      watched("/t/n", "WRITE /t/n/o/p|2 -> OK|", "/t/n/o/p")),
    Case("a read", watched("/t/a", "READ /t/a| -> 1", nil)),
    Case("a list", watched("/t/d", "LIST /t/d| -> x|y|", nil)),
    Case("a node is made", watched("/t", "MKDIR /t/n| -> OK|", "/t/n")),
    Case("a node that is there is made", watched("/t", "MKDIR /t/a| -> OK|", nil)),
    Case("a removal", watched("/t/a", "RM /t/a| -> OK|", "/t/a")),
    Case("a removal of what is missing", watched("/t", "RM /t/n| -> OK|", nil)),
    Case("a removal below", watched("/t", "RM /t/d| -> OK|", "/t/d")),
    Case("a removal above", watched("/t/d/x", "RM /t/d| -> OK|", "/t/d/x")),
    Case("a removal far above", watched("/t/d/x", "RM /t| -> OK|", "/t/d/x")),
    Case(
      "a removal above what is missing", watched("/t/d/n", "RM /t/d| -> OK|", nil, ocaml: "/t/d/n")),
    Case("permissions change", watched("/t/a", "CHMOD /t/a|b3| -> OK|", "/t/a")),
    Case("permissions change below", watched("/t", "CHMOD /t/a|b3| -> OK|", "/t/a")),
    Case(
      "permissions of a special watch change", watched("/t", "CHMOD @releaseDomain|n0| -> OK|", nil)
    ),
    Case("a request that fails", watched("/t", "WRITE /t/a/|2 -> !EINVAL", nil)),
    Case(
      "one's own write", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|", "WRITE /t/a|2 -> OK|",
      "EVENT /t/a|k|"),
    Case(
      "another token", "1 WATCH /t/a|one| -> OK|", "1 WATCH /t/a|two| -> OK|", "1 EVENT /t/a|one|",
      "1 EVENT /t/a|two|"),
    Case(
      "the same watch twice", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|", "WATCH /t/a|k| -> !EEXIST"),
    Case(
      "the same watch of two clients", "WATCH /t/a|k| -> OK|", "1 WATCH /t/a|k| -> OK|",
      "EVENT /t/a|k|", "1 EVENT /t/a|k|"),
    Case(
      "the same token at another path", "WATCH /t/a|k| -> OK|", "WATCH /t/d|k| -> OK|",
      "EVENT /t/a|k|", "EVENT /t/d|k|"),
    Case("an empty token", "WATCH /t/a|| -> OK|", "EVENT /t/a||"),
    Case("a token of any bytes", "WATCH /t/a|a b%01%ff| -> OK|", "EVENT /t/a|a b%01%ff|"),
    Case("a long token", "WATCH /t/a|{k*2000}| -> OK|", "EVENT /t/a|{k*2000}|"),
    Case(
      "a relative watch has relative events", "WATCH t-rel|k| -> OK|", "EVENT t-rel|k|",
      "1 WRITE /local/domain/0/t-rel/x|1 -> OK|", "EVENT t-rel/x|k|", "UNWATCH t-rel|k| -> OK|",
      "RM t-rel| -> OK|"),
    Case(
      "an absolute watch of the same place has absolute ones",
      "WATCH /local/domain/0/t-rel|k| -> OK|", "EVENT /local/domain/0/t-rel|k|",
      "WRITE t-rel|1 -> OK|", "EVENT /local/domain/0/t-rel|k|",
      "UNWATCH /local/domain/0/t-rel|k| -> OK|", "RM t-rel| -> OK|"),
    Case(
      "a watch ends", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|", "UNWATCH /t/a|k| -> OK|",
      "1 WRITE /t/a|2 -> OK|", "QUIET"),
    Case(
      "a watch ends once", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|", "UNWATCH /t/a|k| -> OK|",
      "UNWATCH /t/a|k| -> !ENOENT"),
    Case(
      "a watch with another token goes on", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|",
      "UNWATCH /t/a|l| -> !ENOENT"),
    Case(
      "a watch at another path goes on", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|",
      "UNWATCH /t/d|k| -> !ENOENT"),
    Case(
      "another's watch cannot be ended", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|",
      "1 UNWATCH /t/a|k| -> !ENOENT"),
    Case(
      "RESET ends watches", "WATCH /t/a|k| -> OK|", "EVENT /t/a|k|", "RESET | -> OK|",
      "1 WRITE /t/a|2 -> OK|", "QUIET", "UNWATCH /t/a|k| -> !ENOENT"),
    Case("RESET without a payload", "RESET -> OK| ;O SILENCE"),
    Case(
      "RESET leaves others", "1 WATCH /t/a|k| -> OK|", "1 EVENT /t/a|k|", "RESET | -> OK|",
      "WRITE /t/a|2 -> OK|", "1 EVENT /t/a|k|"),
    Case("a special watch that there is not", "WATCH @none|k| -> OK|", "EVENT @none|k|"),
    Case(
      "a watch of introductions", "WATCH @introduceDomain|k| -> OK|", "EVENT @introduceDomain|k|"),
    Case("a watch of releases", "WATCH @releaseDomain|k| -> OK|", "EVENT @releaseDomain|k|"),
    Case(
      "two writes, read in between", "1 WATCH /t/a|k| -> OK|", "1 EVENT /t/a|k|",
      "WRITE /t/a|2 -> OK|", "1 EVENT /t/a|k|", "WRITE /t/a|3 -> OK|", "1 EVENT /t/a|k|"),
    Case(
      "events come in the order of changes", "1 WATCH /t|k| -> OK|", "1 EVENT /t|k|",
      "WRITE /t/d/y|2 -> OK|", "WRITE /t/a|2 -> OK|", "WRITE /t/d/x|2 -> OK|", "1 EVENT /t/d/y|k|",
      "1 EVENT /t/a|k|", "1 EVENT /t/d/x|k|"),
    Case(
      "two watches of one client both hear", "1 WATCH /t|k| -> OK|", "1 WATCH /t/a|l| -> OK|",
      "1 EVENT /t|k|", "1 EVENT /t/a|l|", "WRITE /t/a|2 -> OK|", "1 EVENT /t/a|k|",
      "1 EVENT /t/a|l|"),
    Case(
      "a removal tells of what is deeper first", "1 WATCH /t/d/x|k| -> OK|",
      "1 WATCH /t/d|l| -> OK|", "1 EVENT /t/d/x|k|", "1 EVENT /t/d|l|", "RM /t/d| -> OK|",
      "1 EVENT /t/d/x|k| ;O /t/d|l|", "1 EVENT /t/d|l| ;O /t/d/x|k|"),
    Case(
      "nothing is heard within a transaction", "1 WATCH /t|k| -> OK|", "1 EVENT /t|k|",
      "START | -> $x", "WRITE@x /t/a|2 -> OK|", "1 QUIET", "END@x T| -> OK|", "1 EVENT /t/a|k|"),
    Case(
      "nothing is heard of what is given up", "1 WATCH /t|k| -> OK|", "1 EVENT /t|k|",
      "START | -> $x", "WRITE@x /t/a|2 -> OK|", "END@x F| -> OK|", "1 QUIET"),
    Case(
      "nothing is heard of what conflicted", "1 WATCH /t/b|k| -> OK|", "1 EVENT /t/b|k|",
      "START | -> $x", "READ@x /t/a| -> 1", "WRITE@x /t/b|2 -> OK|", "2 WRITE /t/a|2 -> OK|",
      "END@x T| -> !EAGAIN", "1 QUIET"),
    Case(
      "a commit tells of each node", "1 WATCH /t|k| -> OK|", "1 EVENT /t|k|", "START | -> $x",
      "WRITE@x /t/a|2 -> OK|", "WRITE@x /t/d/x|2 -> OK|", "END@x T| -> OK|", "1 EVENT /t/a|k|",
      "1 EVENT /t/d/x|k|"),
    Case(
      "a commit tells of a node once", "1 WATCH /t/a|k| -> OK|", "1 EVENT /t/a|k|", "START | -> $x",
      "WRITE@x /t/a|2 -> OK|", "WRITE@x /t/a|3 -> OK|", "END@x T| -> OK|", "1 EVENT /t/a|k|",
      "1 QUIET ;O SKIP"),
    Case(
      "a commit does not tell of what came and went", "1 WATCH /t/n|k| -> OK|", "1 EVENT /t/n|k|",
      "START | -> $x", "WRITE@x /t/n|2 -> OK|", "RM@x /t/n| -> OK|", "END@x T| -> OK|",
      "1 QUIET ;O SKIP"),
    Case(
      "a commit tells of removals", "1 WATCH /t/d|k| -> OK|", "1 EVENT /t/d|k|", "START | -> $x",
      "RM@x /t/d| -> OK|", "END@x T| -> OK|", "1 EVENT /t/d|k|"),
    Case(
      "a commit tells of removals above", "1 WATCH /t/d/x|k| -> OK|", "1 EVENT /t/d/x|k|",
      "START | -> $x", "RM@x /t/d| -> OK|", "END@x T| -> OK|", "1 EVENT /t/d/x|k|"),
    Case(
      "a commit tells of permissions", "1 WATCH /t/a|k| -> OK|", "1 EVENT /t/a|k|", "START | -> $x",
      "CHMOD@x /t/a|b3| -> OK|", "END@x T| -> OK|", "1 EVENT /t/a|k|"),
    Case(
      "many watches of a client without limits",
      (0..<150).flatMap { ["WATCH /t/a|k\($0)| -> OK|", "EVENT /t/a|k\($0)|"] }),
    Case(
      "watches end with their client", "1 WATCH /t/a|k| -> OK|", "1 EVENT /t/a|k|",
      "1 WRITE /t/a|{v*4092} -> CLOSED ;O SKIP", "2 WRITE /t/a|2 -> OK|"),
  ]

  /// A client watches, another does something, the first hears of it or not.
  private static func watched(
    _ path: String, _ action: String, _ event: String?, ocaml: String? = nil
  ) -> [String] {
    let start = ["1 WATCH \(path)|k| -> OK|", "1 EVENT \(path)|k|", action]
    if let event { return start + ["1 EVENT \(event)|k|", "1 QUIET"] }
    if let ocaml { return start + ["1 EVENT \(ocaml)|k| -> NONE ;O \(ocaml)|k|", "1 QUIET"] }
    return start + ["1 QUIET"]
  }
}
