// Which paths there may be.

extension Conformance {
  /// Requests on a node, with what follows the path.
  private static let requests = [
    ("READ", ""), ("WRITE", "v"), ("MKDIR", ""), ("RM", ""), ("LIST", ""), ("PERMS", ""),
    ("CHMOD", "n0|"), ("PART", "0|"), ("WATCH", "token|"), ("UNWATCH", "token|"),
  ]

  private static let malformed = [
    ("is empty", ""), ("ends in a slash", "/t/"), ("has two slashes", "/t//a"),
    ("has a space", "/t/a b"), ("has a dot", "/t/a.b"), ("has a colon", "/t/a:b"),
    ("is not ASCII", "/t/%c3%a9"), ("has a control character", "/t/%01"),
    ("begins with two slashes", "//t"), ("is relative and ends in a slash", "t/"),
  ]

  static let paths: [Case] =
    malformed.flatMap { what, path in
      requests.map { type, rest in
        // What is no path cannot have been watched. The OCaml daemon has no DIRECTORY_PART.
        let answer =
          switch type {
          case "UNWATCH": path.isEmpty ? "!ENOENT ;O !EINVAL" : "!ENOENT"
          case "PART": "!EINVAL ;O !ENOSYS"
          default: "!EINVAL"
          }
        return Case("\(type) of a path that \(what)", "\(type) \(path)|\(rest) -> \(answer)")
      }
    } + [
      Case(
        "every character that a path may have", "WRITE /t/AZaz09-_@|v -> OK|",
        "READ /t/AZaz09-_@| -> v"),
      Case("a path of the longest length", "WRITE /t/{a*2045}|v -> OK| ;O !EINVAL"),
      Case("a path over the C daemon's length", "WRITE /t/{a*2046}|v -> OK| ;C !EINVAL ;O !EINVAL"),
      Case(
        "an absolute path of the document's length",
        "WRITE /t/{a*3069}|v -> OK| ;C !EINVAL ;O !EINVAL"),
      Case("an absolute path over it", "WRITE /t/{a*3070}|v -> !EINVAL"),
      Case(
        "a relative path of the document's length", "MKDIR {a*2048}| -> OK| ;O !EINVAL",
        "RM {a*2048}| -> OK| ;O !EINVAL"),
      Case("a relative path over it", "MKDIR {a*2049}| -> !EINVAL"),
      Case(
        "a relative path is the control domain's", "WRITE t-relative|v -> OK|",
        "READ /local/domain/0/t-relative| -> v", "RM t-relative| -> OK|"),
      Case(
        "a deep path", "WRITE /t{/d*200}|v -> OK|", "READ /t{/d*200}| -> v",
        "LIST /t{/d*199}| -> d|"),
      Case("the root is a node", "READ /| -> ", "PERMS /| -> ~"),
      Case("the root cannot be removed", "RM /| -> !EINVAL ;O SKIP"),
      Case("names are not folded", "WRITE /t/x|1 -> OK|", "READ /t/X| -> !ENOENT"),
      Case(
        "a name that another begins with", "WRITE /t/ab|1 -> OK|", "READ /t/abc| -> !ENOENT",
        "READ /t/a| -> 1"),
      Case(
        "a node whose name begins with an at sign, at the top", "WRITE @foo|v -> !EINVAL ;O OK|",
        "RM @foo| -> !EINVAL ;O OK|"),
      Case("a special watch is no node", "READ @releaseDomain| -> !EINVAL ;O "),
      Case("a special watch has no children", "LIST @releaseDomain| -> !EINVAL ;O "),
    ]
}
