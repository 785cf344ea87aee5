// Domains that end, come again, reach their limits, or do not keep to the protocol.

extension Conformance {
  static let endings: [Case] = [
    Case(
      "a domain shuts down", "1 WATCH @releaseDomain|k| -> OK|", "1 EVENT @releaseDomain|k|",
      "d1 SHUTDOWN", "1 EVENT @releaseDomain|k|", "INTRODUCED 1| -> T|"),
    Case(
      "a shutdown is said once", "1 WATCH @releaseDomain|k| -> OK|", "1 EVENT @releaseDomain|k|",
      "d1 SHUTDOWN", "1 EVENT @releaseDomain|k|", "d2 PATH 1| -> ~", "d1 SHUTDOWN",
      "1 QUIET ;O SKIP"),
    Case(
      "a resumed domain shuts down again", "1 WATCH @releaseDomain|k| -> OK|",
      "1 EVENT @releaseDomain|k|", "d1 SHUTDOWN", "1 EVENT @releaseDomain|k|", "RESUME 1| -> OK|",
      "d1 SHUTDOWN", "1 EVENT @releaseDomain|k|"),
    Case(
      "a domain that shut down ends", "1 WATCH @releaseDomain|k| -> OK|",
      "1 EVENT @releaseDomain|k|", "d1 SHUTDOWN", "1 EVENT @releaseDomain|k|", "d1 GONE",
      "1 EVENT @releaseDomain|k|", "INTRODUCED 1| -> F|"),
    Case(
      "a domain ends", "1 WATCH @releaseDomain|k| -> OK|", "1 EVENT @releaseDomain|k|", "d1 GONE",
      "1 EVENT @releaseDomain|k|", "INTRODUCED 1| -> F|"),
    Case(
      "a domain is dying", "1 WATCH @releaseDomain|k| -> OK|", "1 EVENT @releaseDomain|k|",
      "d1 DYING", "1 EVENT @releaseDomain|k|", "INTRODUCED 1| -> F|"),
    Case(
      "what an ended domain owned", "d1 WRITE x|1 -> OK|", "d1 GONE",
      "READ /local/domain/1/x| -> !ENOENT", "READ /t/a| -> 1"),
    Case(
      "what an ended domain watched", "CHMOD /t/a|r0| -> OK|", "d1 WATCH /t/a|k| -> OK|",
      "d1 EVENT /t/a|k|", "d1 GONE", "d1 COME -> OK|",
      "WRITE /t/a|2 -> OK|", "d1 QUIET"),
    Case(
      "what a released domain began", "d1 START | -> $a", "RELEASE 1| -> OK|", "d1 COME -> OK|",
      "d1 READ@a x| -> !ENOENT ;O !EIO"),
    Case(
      "the rights of an ended domain", "CHMOD /t/a|n0|r1| -> OK|", "d1 READ /t/a| -> 1", "d1 GONE",
      "d1 COME -> OK|", "d1 READ /t/a| -> !EACCES"),
    Case("a released domain is served no more", "RELEASE 1| -> OK|", "d1 READ x| -> SILENCE"),
    Case("an ended domain is introduced", "d1 GONE", "INTRODUCE 1|1|9| -> !EINVAL"),
    Case(
      "a domain introduced again loses its watches", "CHMOD /t/a|r0| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "d1 COME -> OK|",
      "WRITE /t/a|2 -> OK|", "d1 QUIET ;O SKIP"),
    Case(
      "one domain's end is not another's", "d2 WRITE x|1 -> OK|", "d1 GONE", "d2 READ x| -> 1",
      "INTRODUCED 2| -> T|"),
    Case(
      "the domain that another served ends", "TARGET 1|2| -> OK|", "CHMOD /t/a|n2| -> OK|",
      "READ /t/a| -> 1 ;C SKIP", "d2 GONE", "d1 READ /t/a| -> !*"),
  ]

  static let limits: [Case] = [
    Case("a full value", "d1 WRITE x|{v*1900} -> OK|", "d1 READ x| -> {v*1900}"),
    Case("a value too long", "d1 WRITE x|{v*2100} -> !ENOSPC ;O !E2BIG"),
    Case(
      "a value too long for a packet is read", "WRITE /t/a|{v*2000} -> OK|",
      "CHMOD /t/a|r0| -> OK|", "d1 READ /t/a| -> {v*2000}"),
    Case(
      "a list too long for a packet",
      (0..<50).map { "WRITE /t/d/\($0){n*96}|1 -> OK|" } + [
        "CHMOD /t/d|r0| -> OK|", "d1 LIST /t/d| -> !E2BIG",
      ]),
    Case(
      "watches",
      (1...128).map { "d1 WATCH w\($0)|k| -> OK|\($0 > 101 ? " ;O !EQUOTA" : "")" }
        + ["d1 WATCH more|k| -> !E2BIG ;C * ;O !EQUOTA", "d1 WATCH most|k| -> !E2BIG ;O !EQUOTA"]
        + (1...128).map { "d1 EVENT w\($0)|k|\($0 > 101 ? " ;O NONE" : "")" }
        + [
          "d1 EVENT more|k| ;ours NONE ;O NONE", "d1 RESET | -> OK|", "d1 WATCH w|k| -> OK|",
          "d1 EVENT w|k|",
        ]),
    Case(
      "transactions",
      (1...10).map { _ in "d1 START | -> ?|" } + [
        "d1 START | -> !ENOSPC ;C * ;O *", "d1 START | -> !ENOSPC ;O !EQUOTA", "d1 RESET | -> OK|",
        "d1 START | -> ?|",
      ]),
    Case(
      "nodes",
      (1...1000).map { "d1 WRITE \($0 % 10)/\($0)|1 -> *" } + [
        "d1 WRITE more|1 -> !ENOSPC ;O !EQUOTA", "d1 WRITE 1/1|2 -> OK|", "d1 RM 1| -> OK|",
        "d1 WRITE more|1 -> OK|", "d1 RM more| -> OK|",
      ]),
    Case(
      "others have room when a domain has none",
      (1...1000).map { "d1 WRITE \($0 % 10)/\($0)|1 -> *" } + [
        "d1 WRITE more|1 -> !ENOSPC ;O !EQUOTA", "d2 WRITE x|1 -> OK|",
      ]),
  ]

  static let faults: [Case] = [
    Case("what is offered", "d1 WORD 2064 -> 15 ;C 0 ;O 1"),
    Case(
      "a message in halves", "d1 PUT %02|||%07|||||||%02|||", "d1 PUT x|", "d1 READ x| -> STRAY"),
    Case(
      "many messages at once", "d1 PUT %14|||%07|||||||%02|||x|%14|||%08|||||||%02|||x|",
      "d1 READ x| -> STRAY"),
    Case(
      "indexes that cannot be", "d1 INDEXES", "d1 WORD 2072 -> 2 ;O 0", "INTRODUCED 1| -> T|"),
    Case(
      "a domain with bad indexes is not served", "d1 WATCH x|k| -> OK|", "d1 EVENT x|k|",
      "d1 INDEXES", "WRITE /local/domain/1/x|1 -> OK|", "d1 QUIET"),
    Case(
      "its end is heard nevertheless", "1 WATCH @releaseDomain|k| -> OK|",
      "1 EVENT @releaseDomain|k|", "d1 INDEXES", "d1 GONE", "1 EVENT @releaseDomain|k|",
      "INTRODUCED 1| -> F|"),
    Case(
      "others are served when one has bad indexes", "d1 INDEXES", "d2 WRITE x|1 -> OK|",
      "READ /t/a| -> 1"),
    Case(
      "a message too long", "d1 PUT %02|||%07|||||||%88%13||", "d1 WORD 2072 -> 3 ;O 0",
      "d1 READ x| -> SILENCE", "d2 WRITE x|1 -> OK|"),
    Case(
      "a new connection", "d1 WRITE x|1 -> OK|", "d1 RECONNECT -> OK ;C SILENCE", "d1 READ x| -> 1"),
    Case(
      "a new connection knows no watches", "d1 WATCH x|k| -> OK|", "d1 EVENT x|k|",
      "d1 RECONNECT -> OK ;C SILENCE", "WRITE /local/domain/1/x|1 -> OK|",
      "d1 QUIET ;C SKIP ;O SKIP"),
    Case(
      "a new connection knows no transactions", "d1 START | -> $a", "d1 RECONNECT -> OK ;C SILENCE",
      "d1 READ@a x| -> !ENOENT ;O !EIO"),
    Case(
      "a new connection forgets half a message", "d1 PUT %02|||%07||||",
      "d1 RECONNECT -> OK ;C SKIP", "d1 WRITE x|1 -> OK|"),
    Case(
      "a new connection after bad indexes", "d1 INDEXES", "d1 RECONNECT -> OK ;C SKIP ;O SKIP",
      "d1 WORD 2072 -> 0", "d1 WRITE x|1 -> OK|"),
    Case(
      "a new connection after a message too long", "d1 PUT %02|||%07|||||||%88%13||",
      "d1 RECONNECT -> OK ;C SKIP ;O SKIP", "d1 WRITE x|1 -> OK|"),
    Case(
      "an introduction after bad indexes", "d1 INDEXES", "RELEASE 1| -> OK|", "d1 COME -> OK|",
      "d1 WRITE x|1 -> OK|"),
  ]
}
