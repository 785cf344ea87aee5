// Transactions: what they see, when they can be committed.

extension Conformance {
  static let transactions: [Case] = [
    Case("a transaction begins and ends", "START | -> $x", "END@x T| -> OK|"),
    Case("a transaction is given up", "START | -> $x", "END@x F| -> OK|"),
    Case("numbers of transactions begin at 1", "START | -> 1|", "START | -> 2|"),
    Case("numbers are each connection's own", "START | -> $x", "1 START | -> 1|"),
    Case("a write is seen within", "START | -> $x", "WRITE@x /t/a|2 -> OK|", "READ@x /t/a| -> 2"),
    Case(
      "a write is not seen outside", "START | -> $x", "WRITE@x /t/a|2 -> OK|", "READ /t/a| -> 1",
      "1 READ /t/a| -> 1"),
    Case(
      "a write is seen after the commit", "START | -> $x", "WRITE@x /t/a|2 -> OK|",
      "END@x T| -> OK|", "1 READ /t/a| -> 2"),
    Case(
      "a write is forgotten", "START | -> $x", "WRITE@x /t/a|2 -> OK|", "END@x F| -> OK|",
      "READ /t/a| -> 1"),
    Case(
      "a new node is seen within only", "START | -> $x", "WRITE@x /t/n/o|v -> OK|",
      "LIST@x /t/n| -> o|", "READ /t/n| -> !ENOENT", "END@x T| -> OK|", "LIST /t/n| -> o|"),
    Case(
      "a removal is seen within only", "START | -> $x", "RM@x /t/d| -> OK|",
      "READ@x /t/d/x| -> !ENOENT", "READ /t/d/x| -> x", "END@x T| -> OK|", "READ /t/d/x| -> !ENOENT"
    ),
    Case(
      "a removal is forgotten", "START | -> $x", "RM@x /t/d| -> OK|", "END@x F| -> OK|",
      "LIST /t/d| -> x|y|"),
    Case(
      "removed and made again", "START | -> $x", "RM@x /t/d| -> OK|", "WRITE@x /t/d/n|v -> OK|",
      "END@x T| -> OK|", "LIST /t/d| -> n|"),
    Case(
      "made and removed again", "START | -> $x", "WRITE@x /t/n|v -> OK|", "RM@x /t/n| -> OK|",
      "END@x T| -> OK|", "READ /t/n| -> !ENOENT"),
    Case(
      "a list within", "START | -> $x", "WRITE@x /t/d/z| -> OK|", "RM@x /t/d/x| -> OK|",
      "LIST@x /t/d| -> y|z|", "LIST /t/d| -> x|y|"),
    Case(
      "an empty transaction never conflicts", "START | -> $x", "WRITE /t/a|2 -> OK|",
      "END@x T| -> OK|"),
    Case("an unknown transaction, reading", "READ@1 /t/a| -> !ENOENT ;O !EIO"),
    Case("an unknown transaction, writing", "WRITE@1 /t/a|2 -> !ENOENT ;O !EIO", "READ /t/a| -> 1"),
    Case("an unknown transaction, ending", "END@1 T| -> !ENOENT ;O !EIO"),
    Case("ending none", "END T| -> !ENOENT"),
    Case("giving up none", "END F| -> !ENOENT"),
    Case(
      "a transaction ends once", "START | -> $x", "END@x T| -> OK|", "END@x T| -> !ENOENT ;O !EIO"),
    Case(
      "a transaction that ended cannot be read from", "START | -> $x", "END@x F| -> OK|",
      "READ@x /t/a| -> !ENOENT ;O !EIO"),
    Case("another's transaction is unknown", "START | -> $x", "1 READ@x /t/a| -> !ENOENT ;O !EIO"),
    Case("a transaction within a transaction", "START | -> $x", "START@x | -> !EBUSY"),
    Case(
      "two transactions of one client", "START | -> $x", "START | -> $y", "WRITE@x /t/a|2 -> OK|",
      "READ@y /t/a| -> 1"),
    Case(
      "a request that fails leaves the rest", "START | -> $x", "WRITE@x /t/a|2 -> OK|",
      "READ@x /t/n| -> !ENOENT", "END@x T| -> OK|", "READ /t/a| -> 2"),
    Case(
      "a malformed request leaves the rest", "START | -> $x", "WRITE@x /t/a|2 -> OK|",
      "WRITE@x //|2 -> !EINVAL", "END@x T| -> OK|", "READ /t/a| -> 2"),
    Case(
      "an END that is malformed ends nothing", "START | -> $x", "WRITE@x /t/a|2 -> OK|",
      "END@x X| -> !EINVAL", "END@x T| -> OK|", "READ /t/a| -> 2"),
    Case(
      "many transactions of a client without limits", "START | -> ~", "START | -> ~",
      "START | -> ~", "START | -> ~", "START | -> ~", "START | -> ~", "START | -> ~",
      "START | -> ~", "START | -> ~", "START | -> ~", "START | -> ~", "START | -> ~"),
    Case(
      "watches ignore transactions", "WATCH@1 /t/a|k| -> OK| ;O STRAY", "EVENT /t/a|k|",
      "UNWATCH@1 /t/a|k| -> OK| ;O STRAY"),
    Case(
      "an unknown transaction, asking for something else", "PATH@1 3| -> !ENOENT ;O !EIO",
      "INTRODUCED@1 3| -> !ENOENT ;O !EIO", "RESET@1 | -> !ENOENT ;O !EIO",
      "CONTROL@1 check| -> !ENOENT ;O !EIO", "START@1 | -> !ENOENT ;O !EIO"),
    Case(
      "a known transaction, asking for something else", "START | -> $x",
      "PATH@x 3| -> /local/domain/3|", "INTRODUCED@x 4711| -> F|", "END@x T| -> OK|"),
    Case(
      "RESET ends transactions", "START | -> $x", "RESET | -> OK|", "END@x T| -> !ENOENT ;O !EIO"),
    Case(
      "a transaction reads as at its start", "START | -> $x", "READ@x /t/d/x| -> x",
      "WRITE /t/a|2 -> OK|", "READ@x /t/a| -> 1 ;C 2"),
    Case(
      "a transaction reads again what it read", "START | -> $x", "READ@x /t/a| -> 1",
      "1 WRITE /t/a|2 -> OK|", "READ@x /t/a| -> 1"),
    Case(
      "a large transaction",
      (0..<200).map { "WRITE@x /t/many/\($0)|\($0) -> OK|" }.inserted("START | -> $x") + [
        "END@x T| -> OK|", "READ /t/many/199| -> 199",
      ]),
  ]

  static let conflicts: [Case] = [
    conflict(
      "reads a, writes b; a is written", ["READ@x /t/a| -> 1", "WRITE@x /t/b|2 -> OK|"],
      "WRITE /t/a|2 -> OK|", "!EAGAIN"),
    conflict(
      "reads a, writes b; a is written with the same",
      ["READ@x /t/a| -> 1", "WRITE@x /t/b|2 -> OK|"], "WRITE /t/a|1 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "reads a, writes b; b is written", ["READ@x /t/a| -> 1", "WRITE@x /t/d/x|2 -> OK|"],
      "WRITE /t/d/x|3 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "writes b; b is written", ["WRITE@x /t/d/x|2 -> OK|"], "WRITE /t/d/x|3 -> OK|",
      "OK| ;C !EAGAIN"),
    conflict(
      "reads and writes a; a is written", ["READ@x /t/a| -> 1", "WRITE@x /t/a|2 -> OK|"],
      "WRITE /t/a|3 -> OK|", "!EAGAIN"),
    conflict(
      "reads a, writes b; elsewhere is written", ["READ@x /t/a| -> 1", "WRITE@x /t/d/x|2 -> OK|"],
      "WRITE /t/d/y|3 -> OK|", "OK|"),
    conflict(
      "reads a; a is written", ["READ@x /t/a| -> 1"], "WRITE /t/a|3 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "makes n; a sibling is made", ["WRITE@x /t/d/n| -> OK|"], "WRITE /t/d/o| -> OK|",
      "OK| ;C !EAGAIN"),
    conflict(
      "makes n; n is made", ["WRITE@x /t/d/n|1 -> OK|"], "WRITE /t/d/n|2 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "lists d; a child is made", ["LIST@x /t/d| -> x|y|", "WRITE@x /t/a|2 -> OK|"],
      "WRITE /t/d/z| -> OK|", "!EAGAIN"),
    conflict(
      "lists d; a child goes", ["LIST@x /t/d| -> x|y|", "WRITE@x /t/a|2 -> OK|"],
      "RM /t/d/x| -> OK|", "!EAGAIN"),
    conflict(
      "lists d; a child's value changes", ["LIST@x /t/d| -> x|y|", "WRITE@x /t/a|2 -> OK|"],
      "WRITE /t/d/x|3 -> OK|", "OK|"),
    conflict(
      "lists d; a child gets a child", ["LIST@x /t/d| -> x|y|", "WRITE@x /t/a|2 -> OK|"],
      "WRITE /t/d/x/below| -> OK|", "OK|"),
    conflict(
      "finds n missing, writes b; n is made", ["READ@x /t/n| -> !ENOENT", "WRITE@x /t/a|2 -> OK|"],
      "WRITE /t/n|1 -> OK|", "!EAGAIN ;O OK|"),
    conflict(
      "finds n missing, writes b; a sibling of n is made",
      ["READ@x /t/n| -> !ENOENT", "WRITE@x /t/a|2 -> OK|"], "WRITE /t/o|1 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "removes d; d gets a child", ["RM@x /t/d| -> OK|"], "WRITE /t/d/z| -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "writes below d; d is removed", ["WRITE@x /t/d/n|1 -> OK|"], "RM /t/d| -> OK|",
      "OK| ;C !EAGAIN"),
    conflict(
      "writes b; b is removed", ["WRITE@x /t/a|2 -> OK|"], "RM /t/a| -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "writes b; b's permissions change", ["WRITE@x /t/a|2 -> OK|"], "CHMOD /t/a|b3| -> OK|",
      "OK| ;C !EAGAIN"),
    conflict(
      "reads a's permissions; they change", ["PERMS@x /t/a| -> n0|", "WRITE@x /t/d/x|2 -> OK|"],
      "CHMOD /t/a|b3| -> OK|", "!EAGAIN"),
    conflict(
      "reads a's permissions; its value changes",
      ["PERMS@x /t/a| -> n0|", "WRITE@x /t/d/x|2 -> OK|"], "WRITE /t/a|3 -> OK|", "OK| ;C !EAGAIN"),
    conflict(
      "reads a; a is removed", ["READ@x /t/a| -> 1", "WRITE@x /t/d/x|2 -> OK|"], "RM /t/a| -> OK|",
      "!EAGAIN"),
    conflict(
      "reads a; a is removed and made again the same",
      ["READ@x /t/a| -> 1", "WRITE@x /t/d/x|2 -> OK|"], "RM /t/a| -> OK|", "!EAGAIN",
      "WRITE /t/a|1 -> OK|", "OK| ;C !EAGAIN"),
    Case(
      "write skew", "START | -> $x", "1 START | -> $y", "READ@x /t/d/x| -> x",
      "1 READ@y /t/d/y| -> y", "WRITE@x /t/d/y|1 -> OK|", "1 WRITE@y /t/d/x|1 -> OK|",
      "END@x T| -> OK|", "1 END@y T| -> !EAGAIN"),
    Case(
      "two make children of one node", "START | -> $x", "1 START | -> $y",
      "WRITE@x /t/d/n|1 -> OK|", "1 WRITE@y /t/d/o|1 -> OK|", "END@x T| -> OK|",
      "1 END@y T| -> OK| ;C !EAGAIN"),
    Case(
      "two count", "START | -> $x", "1 START | -> $y", "READ@x /t/a| -> 1", "1 READ@y /t/a| -> 1",
      "WRITE@x /t/a|2 -> OK|", "1 WRITE@y /t/a|2 -> OK|", "END@x T| -> OK|",
      "1 END@y T| -> !EAGAIN", "READ /t/a| -> 2"),
    Case(
      "what conflicted can be tried again", "START | -> $x", "READ@x /t/a| -> 1",
      "WRITE@x /t/b|2 -> OK|", "1 WRITE /t/a|5 -> OK|", "END@x T| -> !EAGAIN", "START | -> $y",
      "READ@y /t/a| -> 5", "WRITE@y /t/b|5 -> OK|", "END@y T| -> OK|", "READ /t/b| -> 5"),
    Case(
      "what conflicted left no trace", "START | -> $x", "READ@x /t/a| -> 1",
      "WRITE@x /t/n|2 -> OK|", "1 WRITE /t/a|5 -> OK|", "END@x T| -> !EAGAIN",
      "READ /t/n| -> !ENOENT"),
    Case(
      "what conflicts can be given up", "START | -> $x", "READ@x /t/a| -> 1",
      "WRITE@x /t/n|2 -> OK|", "1 WRITE /t/a|5 -> OK|", "END@x F| -> OK|"),
  ]

  /// A transaction does something, another client does something, the transaction ends.
  private static func conflict(
    _ what: String, _ within: [String], _ outside: String, _ end: String, _ more: String...
  ) -> Case {
    let others = [outside] + more.prefix(1)
    return Case(
      "a transaction \(what)",
      ["START | -> $x"] + within + others.map { "1 " + $0 } + ["END@x T| -> \(more.last ?? end)"])
  }
}

extension [String] {
  fileprivate func inserted(_ first: String) -> [String] { [first] + self }
}
