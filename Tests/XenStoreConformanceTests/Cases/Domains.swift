// Domains that come and go. Their rings are another test's.

extension Conformance {
  static let domains: [Case] = [
    Case(
      "where a domain's paths begin", "PATH 0| -> /local/domain/0|", "PATH 7| -> /local/domain/7|",
      "PATH 32751| -> /local/domain/32751|"),
    Case(
      "where those of a text begin", "PATH x| -> !EINVAL ;C /local/domain/0| ;O /local/domain/0|"),
    Case(
      "where those of nobody begin", "PATH | -> !EINVAL ;C /local/domain/0| ;O /local/domain/0|"),
    Case("a domain that is not introduced", "INTRODUCED 4711| -> F|"),
    Case("oneself is introduced", "INTRODUCED 32752| -> T|"),
    Case("a text is not introduced", "INTRODUCED x| -> !EINVAL ;C SKIP ;O SKIP"),
    Case(
      "a domain comes and goes", "INTRODUCE 11|1|5| -> OK|", "INTRODUCED 11| -> T|",
      "RELEASE 11| -> OK|", "INTRODUCED 11| -> F|"),
    Case(
      "a domain comes twice", "INTRODUCE 12|1|5| -> OK|", "INTRODUCE 12|1|5| -> OK|",
      "RELEASE 12| -> OK|"),
    Case(
      "a domain goes twice", "INTRODUCE 13|1|5| -> OK|", "RELEASE 13| -> OK|",
      "RELEASE 13| -> !ENOENT ;O !EINVAL"),
    Case("a domain that never came goes", "RELEASE 4711| -> !ENOENT ;O !EINVAL"),
    Case("the control domain cannot go", "RELEASE 0| -> !EINVAL ;O SKIP"),
    Case("a domain without a port", "INTRODUCE 14|1|0| -> !EINVAL ;O *", "RELEASE 14| -> *"),
    Case("a domain number that cannot be", "INTRODUCE 99999|1|98| -> !EINVAL"),
    Case(
      "a frame printed as negative", "INTRODUCE 15|-1|6| -> OK| ;O *", "RELEASE 15| -> OK| ;O *"),
    Case(
      "an introduction is heard", "1 WATCH @introduceDomain|k| -> OK|",
      "1 EVENT @introduceDomain|k|", "INTRODUCE 16|1|5| -> OK|", "1 EVENT @introduceDomain|k|",
      "RELEASE 16| -> OK|"),
    Case(
      "a second introduction is not", "INTRODUCE 17|1|5| -> OK|",
      "1 WATCH @introduceDomain|k| -> OK|", "1 EVENT @introduceDomain|k|",
      "INTRODUCE 17|1|5| -> OK|", "1 QUIET", "RELEASE 17| -> OK|"),
    Case(
      "a release is heard", "INTRODUCE 18|1|5| -> OK|", "1 WATCH @releaseDomain|k| -> OK|",
      "1 EVENT @releaseDomain|k|", "RELEASE 18| -> OK|", "1 EVENT @releaseDomain|k|"),
    Case(
      "a release is not heard as an introduction", "INTRODUCE 19|1|5| -> OK|",
      "1 WATCH @introduceDomain|k| -> OK|", "1 EVENT @introduceDomain|k|", "RELEASE 19| -> OK|",
      "1 QUIET"),
    Case(
      "what a domain owned goes with it", "INTRODUCE 20|1|5| -> OK|", "CHMOD /t/d|b20| -> OK|",
      "RELEASE 20| -> OK|", "READ /t/d| -> !ENOENT", "READ /t/d/x| -> !ENOENT", "READ /t/a| -> 1"),
    Case(
      "its going is heard where it owned", "INTRODUCE 21|1|5| -> OK|", "CHMOD /t/d|b21| -> OK|",
      "1 WATCH /t/d|k| -> OK|", "1 EVENT /t/d|k|", "RELEASE 21| -> OK|", "1 EVENT /t/d|k| ;O NONE"),
    Case(
      "permissions do not name it any more", "INTRODUCE 22|1|5| -> OK|",
      "CHMOD /t/a|n0|r22| -> OK|", "RELEASE 22| -> OK|", "PERMS /t/a| -> n0| ;C n0|r22|"),
    Case(
      "nor after another came with its number", "INTRODUCE 23|1|5| -> OK|",
      "CHMOD /t/a|n0|r23| -> OK|", "RELEASE 23| -> OK|", "INTRODUCE 23|1|6| -> OK|",
      "PERMS /t/a| -> n0| ;C n0|r23|", "RELEASE 23| -> OK|"),
    Case(
      "a domain runs again", "INTRODUCE 24|1|5| -> OK|", "RESUME 24| -> OK|", "RELEASE 24| -> OK|"),
    Case("a domain that never came runs again", "RESUME 4711| -> !ENOENT ;O SKIP"),
    Case(
      "a domain may do what another may", "INTRODUCE 25|1|5| -> OK|", "INTRODUCE 26|1|5| -> OK|",
      "TARGET 25|26| -> OK|", "RELEASE 25| -> OK|", "RELEASE 26| -> OK|"),
    Case("a domain that never came may", "TARGET 4711|0| -> !ENOENT ;O SKIP"),
    Case(
      "its target never came", "INTRODUCE 27|1|5| -> OK|", "TARGET 27|4711| -> !ENOENT ;O SKIP",
      "RELEASE 27| -> OK|"),
  ]

  static let server: [Case] = [
    Case("a check", "CONTROL check| -> OK|"),
    Case("an unknown command", "CONTROL bogus| -> !EINVAL ;O OK|"),
    Case("a command whose name has no nul", "CONTROL check -> !EINVAL ;O ~"),
    Case("a line in the log", "CONTROL print|hello| -> OK|"),
    Case("help", "CONTROL help| -> ~"),
    Case("the server's own node", "READ /tool/xenstored| ->  ;O ~"),
    Case("features", "FEATURE | -> ?| ;C !ENOSYS ;O !ENOSYS"),
    Case("features of a domain that is unknown", "FEATURE 4711| -> !ENOENT ;C !ENOSYS ;O !ENOSYS"),
    Case(
      "features that are set", "SETFEATURE 4001|2| -> OK| ;C !ENOSYS ;O !ENOSYS",
      "FEATURE 4001| -> 2| ;C !ENOSYS ;O !ENOSYS"),
    Case("features that there are not", "SETFEATURE 4002|4096| -> !EINVAL ;C !ENOSYS ;O !ENOSYS"),
    Case(
      "features of a domain that runs", "INTRODUCE 28|1|5| -> OK|",
      "SETFEATURE 28|2| -> !EBUSY ;C !ENOSYS ;O !ENOSYS", "RELEASE 28| -> OK|"),
    Case("SETFEATURE without a value", "SETFEATURE 4003| -> !EINVAL ;C !ENOSYS ;O !ENOSYS"),
    Case("the names of limits", "QUOTA | -> ~ ;C !ENOSYS ;O !ENOSYS"),
    Case("a limit", "QUOTA nodes| -> 1000| ;C !ENOSYS ;O !ENOSYS"),
    Case("an unknown limit", "QUOTA bogus| -> !EINVAL ;C !ENOSYS ;O !ENOSYS"),
    Case(
      "a limit of a domain that is unknown", "QUOTA 4711|nodes| -> !ENOENT ;C !ENOSYS ;O !ENOSYS"),
    Case(
      "a limit of a domain that is set", "SETQUOTA 4004|nodes|77| -> OK| ;C !ENOSYS ;O !ENOSYS",
      "QUOTA 4004|nodes| -> 77| ;C !ENOSYS ;O !ENOSYS",
      "QUOTA nodes| -> 1000| ;C !ENOSYS ;O !ENOSYS"),
    Case("a limit that is no number", "SETQUOTA nodes|x| -> !EINVAL ;C !ENOSYS ;O !ENOSYS"),
    Case("SETQUOTA without a value", "SETQUOTA nodes| -> !EINVAL ;C !ENOSYS ;O !ENOSYS"),
    Case(
      "a watch with a depth", "1 WATCH /t|k|1| -> OK| ;C SKIP ;O SKIP", "1 EVENT /t|k|",
      "WRITE /t/a|2 -> OK|", "1 EVENT /t/a|k|", "WRITE /t/d/x|2 -> OK|", "1 QUIET"),
    Case(
      "a watch of depth 0", "1 WATCH /t/d|k|0| -> OK| ;C SKIP ;O SKIP", "1 EVENT /t/d|k|",
      "WRITE /t/d/x|2 -> OK|", "1 QUIET", "WRITE /t/d|2 -> OK|", "1 EVENT /t/d|k|"),
    Case("a depth that is no number", "WATCH /t|k|x| -> !EINVAL ;C SKIP ;O SKIP"),
    Case(
      "introductions with their domain", "1 WATCH @introduceDomain|k|1| -> OK| ;C SKIP ;O SKIP",
      "1 EVENT @introduceDomain|k|", "INTRODUCE 29|1|5| -> OK|", "1 EVENT @introduceDomain/29|k|",
      "RELEASE 29| -> OK|"),
    Case(
      "releases of one domain", "1 WATCH @releaseDomain/30|k|0| -> OK| ;C SKIP ;O SKIP",
      "1 EVENT @releaseDomain/30|k|", "INTRODUCE 30|1|5| -> OK|", "INTRODUCE 31|1|5| -> OK|",
      "RELEASE 31| -> OK|", "1 QUIET", "RELEASE 30| -> OK|", "1 EVENT @releaseDomain/30|k|"),
  ]
}
