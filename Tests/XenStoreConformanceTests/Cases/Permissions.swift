// Permissions as they are set and told. Sockets are the control domain's, which may do everything.

extension Conformance {
  private static let malformedPermissions = [
    ("without a number", "n|", ""), ("without a letter", "0|", ""),
    ("with another letter", "x0|", ""), ("with an upper-case letter", "R0|", ""),
    ("with something after the number", "r1x|", ""), ("with a space", "r 1|", " ;C SKIP"),
    ("with a sign", "r-1|", " ;C !ENOENT ;O SKIP"), ("that is empty", "|", ""),
  ]

  static let permissions: [Case] =
    malformedPermissions.map { what, text, others in
      Case(
        "a permission \(what)", "CHMOD /t/a|\(text) -> !EINVAL\(others)", "PERMS /t/a| -> n0|")
    } + [
      Case("permissions at first", "PERMS /t/a| -> n0|"),
      Case("permissions that are set", "CHMOD /t/a|r0| -> OK|", "PERMS /t/a| -> r0|"),
      Case("each letter", "CHMOD /t/a|n0|r1|w2|b3|n4| -> OK|", "PERMS /t/a| -> n0|r1|w2|b3|n4|"),
      Case("an owner", "CHMOD /t/a|b5| -> OK|", "PERMS /t/a| -> b5|"),
      Case("the same domain twice", "CHMOD /t/a|n0|r1|b1| -> OK|", "PERMS /t/a| -> n0|r1|b1|"),
      Case("the owner among the others", "CHMOD /t/a|n0|r0| -> OK|", "PERMS /t/a| -> n0|r0|"),
      Case(
        "fewer than before", "CHMOD /t/a|n0|r1|r2| -> OK|", "CHMOD /t/a|n0| -> OK|",
        "PERMS /t/a| -> n0|"),
      Case("permissions of a missing node", "PERMS /t/n| -> !ENOENT", "CHMOD /t/n|n0| -> !ENOENT"),
      Case(
        "setting permissions makes no node", "CHMOD /t/n|n0| -> !ENOENT", "READ /t/n| -> !ENOENT"),
      Case(
        "a new node has its parent's permissions", "CHMOD /t/d|b3|r4| -> OK|",
        "WRITE /t/d/n| -> OK|", "PERMS /t/d/n| -> b3|r4|"),
      Case(
        "parents that are made have them too", "CHMOD /t/d|n3|w4| -> OK|", "WRITE /t/d/n/o| -> OK|",
        "PERMS /t/d/n| -> n3|w4|", "PERMS /t/d/n/o| -> n3|w4|"),
      Case(
        "nodes that are there keep theirs", "CHMOD /t/d|b3| -> OK|", "WRITE /t/d/x|v -> OK|",
        "PERMS /t/d/x| -> n0|"),
      Case(
        "setting permissions keeps value and children", "CHMOD /t/d/x|b3| -> OK|",
        "READ /t/d/x| -> x", "LIST /t/d| -> x|y|"),
      Case("permissions of the root", "PERMS /| -> n0|"),
      Case("a number of five digits", "CHMOD /t/a|n0|r32751| -> OK|", "PERMS /t/a| -> n0|r32751|"),
      Case(
        "a domain that cannot be", "CHMOD /t/a|n0|r99999| -> !EINVAL ;C SKIP ;O OK|",
        "PERMS /t/a| -> n0| ;O n0|r99999|"),
      Case("a reserved domain", "CHMOD /t/a|n0|r32752| -> !EINVAL ;C SKIP ;O OK|"),
      Case("every domain", "CHMOD /t/a|n0|r32757| -> OK| ;C SKIP", "PERMS /t/a| -> n0|r32757|"),
      Case(
        "permissions within a transaction", "START | -> $x", "CHMOD@x /t/a|b3| -> OK|",
        "PERMS@x /t/a| -> b3|", "PERMS /t/a| -> n0|", "END@x T| -> OK|", "PERMS /t/a| -> b3|"),
      Case(
        "permissions of a transaction that is given up", "START | -> $x", "CHMOD@x /t/a|b3| -> OK|",
        "END@x F| -> OK|", "PERMS /t/a| -> n0|"),
      Case(
        "permissions of special watches", "CHMOD @releaseDomain|n0|r5| -> OK|",
        "PERMS @releaseDomain| -> n0|r5| ;C !EINVAL", "CHMOD @releaseDomain|n0| -> OK|"),
      Case(
        "permissions of the other special watch", "CHMOD @introduceDomain|n0|r5| -> OK|",
        "PERMS @introduceDomain| -> n0|r5| ;C !EINVAL", "CHMOD @introduceDomain|n0| -> OK|"),
      Case("permissions of a special watch that there is not", "CHMOD @none|n0| -> !ENOENT"),
    ]
}
