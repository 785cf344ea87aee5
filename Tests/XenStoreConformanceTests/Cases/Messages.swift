// What a payload must look like, whatever it asks for.

extension Conformance {
  private static let oneString = [
    "READ", "LIST", "PERMS", "MKDIR", "RM",
  ]

  private static let unknown: [UInt32] = [15, 16, 20, 27, 28, 100, 255, 65535, 0x8000_0000]

  static let messages: [Case] =
    oneString.flatMap { type in
      [
        // The C daemon names the last error that it met anywhere.
        Case("\(type) without a payload", "\(type) -> !EINVAL ;C !* ;O SILENCE"),
        Case("\(type) without a closing nul", "\(type) /t/a -> !EINVAL ;C !*"),
        Case("\(type) with two strings", "\(type) /t/a|/t/d| -> !EINVAL ;C !*"),
        Case("\(type) with something after the nul", "\(type) /t/a|x -> !EINVAL ;C !*"),
      ]
    }
    + unknown.map { Case("message type \($0)", "#\($0) | -> !ENOSYS") } + [
      Case("a request without a payload is answered", "START -> ~ ;O SILENCE"),
      Case("WRITE without a payload", "WRITE -> !EINVAL ;O SILENCE"),
      Case("WRITE without a nul", "WRITE /t/a -> !EINVAL", "READ /t/a| -> 1"),
      Case("WATCH without a token", "WATCH /t| -> !EINVAL"),
      Case("WATCH whose token has no nul", "WATCH /t|token -> !EINVAL"),
      Case("WATCH without a payload", "WATCH -> !EINVAL ;O SILENCE"),
      Case("UNWATCH without a token", "UNWATCH /t| -> !EINVAL"),
      Case("UNWATCH without a payload", "UNWATCH -> !EINVAL ;O SILENCE"),
      Case("CHMOD without permissions", "CHMOD /t/a| -> !EINVAL"),
      Case("CHMOD without a payload", "CHMOD -> !EINVAL ;O SILENCE"),
      Case("CHMOD whose last permission has no nul", "CHMOD /t/a|n0 -> !EINVAL"),
      Case("END without a payload", "END -> !EINVAL ;O SILENCE"),
      Case("END with another letter", "START | -> $x", "END@x X| -> !EINVAL"),
      Case("END with two letters", "START | -> $x", "END@x TT| -> !EINVAL"),
      Case("END in lower case", "START | -> $x", "END@x t| -> !EINVAL"),
      Case("PART without an offset", "PART /t| -> !EINVAL ;O !ENOSYS"),
      Case("PART with a text for an offset", "PART /t|x| -> !EINVAL ;C ?|a|d|| ;O !ENOSYS"),
      Case("PART without a payload", "PART -> !EINVAL ;O SILENCE"),
      Case("INTRODUCE without a payload", "INTRODUCE -> !EINVAL ;O SILENCE"),
      Case("INTRODUCE with one number", "INTRODUCE 9| -> !EINVAL"),
      Case("INTRODUCE with two numbers", "INTRODUCE 9|1| -> !EINVAL"),
      Case("RELEASE without a payload", "RELEASE -> !EINVAL ;O SILENCE"),
      Case("PATH without a payload", "PATH -> !EINVAL ;O SILENCE"),
      Case("INTRODUCED without a payload", "INTRODUCED -> !EINVAL ;O SILENCE"),
      Case("RESUME without a payload", "RESUME -> !EINVAL ;O SILENCE"),
      Case("TARGET without a payload", "TARGET -> !EINVAL ;O SILENCE"),
      Case("TARGET with one number", "TARGET 9| -> !EINVAL"),
      Case("CONTROL without a payload", "CONTROL -> !EINVAL ;O SILENCE"),
      Case("the longest payload", "WRITE /t/a|{v*4091} -> OK| ;O SKIP", "READ /t/a| -> {v*4091}"),
      Case(
        "a payload over it ends the connection", "WRITE /t/a|{v*4092} -> CLOSED ;O SKIP",
        "1 READ /t/a| -> 1"),
    ]
}
