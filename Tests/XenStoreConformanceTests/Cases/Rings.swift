// Domains without privilege, through their rings: what they may ask for, and what they may see.

extension Conformance {
  static let rings = privileges + rights + hearing + endings + limits + faults

  private static let privileges: [Case] = [
    Case("a domain controls the daemon", "d1 CONTROL check| -> !EACCES ;O OK|"),
    Case("a domain introduces another", "d1 INTRODUCE 2|1|7| -> !EACCES"),
    Case(
      "a domain releases another", "d2 PATH 2| -> ~", "d1 RELEASE 2| -> !EACCES",
      "INTRODUCED 2| -> T|"),
    Case("a domain resumes another", "d1 RESUME 2| -> !EACCES"),
    Case("a domain becomes another's master", "d1 TARGET 1|2| -> !EACCES"),
    Case("a domain asks whether another is there", "d1 INTRODUCED 1| -> !EACCES"),
    Case("a domain asks where paths begin", "d1 PATH 7| -> /local/domain/7|"),
    Case("a domain asks for features", "d1 FEATURE | -> ?| ;C !ENOSYS ;O !ENOSYS"),
    Case("a domain sets features", "d1 SETFEATURE 1|0| -> !EACCES ;C !ENOSYS ;O !ENOSYS"),
    Case("a domain asks for quotas", "d1 QUOTA | -> !EACCES ;C !ENOSYS ;O !ENOSYS"),
    Case("a domain sets quotas", "d1 SETQUOTA nodes|9| -> !EACCES ;C !ENOSYS ;O !ENOSYS"),
    Case("a domain asks for nothing known", "d1 #99 x| -> !ENOSYS"),
    Case("a domain sends an event", "d1 #15 x|y| -> !ENOSYS"),
    Case("a domain sends an error", "d1 #16 EIO| -> !ENOSYS"),
    Case("a domain asks for nothing at all", "d1 READ -> !EINVAL ;C !ENOENT"),
    Case(
      "a domain's paths begin at its own", "d1 WRITE x|1 -> OK|", "READ /local/domain/1/x| -> 1"),
    Case(
      "a domain reads what it wrote", "d1 WRITE x/y|1 -> OK|", "d1 READ x/y| -> 1",
      "d1 LIST x| -> y|"),
    Case(
      "a domain lists its own", "d1 MKDIR p| -> OK|", "d1 MKDIR q| -> OK|",
      "d1 LIST /local/domain/1| -> p|q|"),
    Case(
      "a domain removes its own", "d1 WRITE x|1 -> OK|", "d1 RM x| -> OK|", "d1 READ x| -> !ENOENT"),
    Case(
      "a domain's longest path", "d1 WRITE {a*1000}|1 -> OK|",
      "d1 WRITE {aaaaaaaaaaaaaaa/*127}{b*16}|1 -> OK| ;O !EINVAL",
      "d1 WRITE {aaaaaaaaaaaaaaa/*127}{b*17}|1 -> !EINVAL"),
    Case(
      "a domain lists in parts", "d1 WRITE p|1 -> OK|",
      "d1 PART /local/domain/1|0| -> ?|p|| ;O !ENOSYS"),
    Case(
      "a domain resets", "d1 WATCH x|k| -> OK|", "d1 EVENT x|k|", "d1 RESET | -> OK|",
      "d1 WRITE x|1 -> OK|", "d1 QUIET"),
  ]

  private static let rights: [Case] = [
    Case("a domain reads what nobody may", "CHMOD /t/a|n0| -> OK|", "d1 READ /t/a| -> !EACCES"),
    Case(
      "a domain reads what all may", "CHMOD /t/a|r0| -> OK|", "d1 READ /t/a| -> 1",
      "d1 WRITE /t/a|2 -> !EACCES"),
    Case(
      "a domain writes what all may", "CHMOD /t/a|w0| -> OK|", "d1 WRITE /t/a|2 -> OK|",
      "d1 READ /t/a| -> !EACCES"),
    Case(
      "a domain does what all may", "CHMOD /t/a|b0| -> OK|", "d1 WRITE /t/a|2 -> OK|",
      "d1 READ /t/a| -> 2"),
    Case(
      "a domain reads what only it may", "CHMOD /t/a|n0|r1| -> OK|", "d1 READ /t/a| -> 1",
      "d1 WRITE /t/a|2 -> !EACCES", "d2 READ /t/a| -> !EACCES"),
    Case(
      "a domain writes what only it may", "CHMOD /t/a|n0|w1| -> OK|", "d1 WRITE /t/a|2 -> OK|",
      "d1 READ /t/a| -> !EACCES", "d2 WRITE /t/a|3 -> !EACCES"),
    Case(
      "a domain does what only it may", "CHMOD /t/a|n0|b1| -> OK|", "d1 WRITE /t/a|2 -> OK|",
      "d1 READ /t/a| -> 2"),
    Case(
      "the first entry of a domain counts", "CHMOD /t/a|n0|r1|b1| -> OK|",
      "d1 WRITE /t/a|2 -> !EACCES"),
    Case(
      "an entry counts before the default", "CHMOD /t/a|b0|n1| -> OK|", "d1 READ /t/a| -> !EACCES",
      "d2 READ /t/a| -> 1"),
    Case(
      "the owner may whatever the letter", "CHMOD /t/a|n1| -> OK|", "d1 READ /t/a| -> 1",
      "d1 WRITE /t/a|2 -> OK|"),
    Case(
      "a list needs reading", "CHMOD /t/d|n0| -> OK|", "d1 LIST /t/d| -> !EACCES",
      "CHMOD /t/d|r0| -> OK|", "d1 LIST /t/d| -> x|y|"),
    Case(
      "permissions need reading", "CHMOD /t/a|n0| -> OK|", "d1 PERMS /t/a| -> !EACCES",
      "CHMOD /t/a|n0|r1| -> OK|", "d1 PERMS /t/a| -> n0|r1|"),
    Case(
      "a child is reached through what may not be read", "CHMOD /t/d|n0| -> OK|",
      "CHMOD /t/d/x|r0| -> OK|", "d1 READ /t/d/x| -> x"),
    Case(
      "a child is made where one may write", "CHMOD /t/d|w0| -> OK|", "d1 WRITE /t/d/z|1 -> OK|",
      "PERMS /t/d/z| -> w1| ;O w0|"),
    Case(
      "a child is made where one may not", "CHMOD /t/d|r0| -> OK|", "d1 WRITE /t/d/z|1 -> !EACCES",
      "d1 MKDIR /t/d/z| -> !EACCES"),
    Case(
      "grandchildren are the maker's", "CHMOD /t/d|n0|b1| -> OK|", "d1 WRITE /t/d/p/q|1 -> OK|",
      "PERMS /t/d/p| -> n1|b1| ;O n0|b1|", "PERMS /t/d/p/q| -> n1|b1| ;O n0|b1|"),
    Case(
      "what the control domain makes stays the owner's", "CHMOD /t/d|n1|r2| -> OK|",
      "WRITE /t/d/z|1 -> OK|", "PERMS /t/d/z| -> n1|r2|"),
    Case(
      "what is missing below a closed node", "CHMOD /t/d|n0| -> OK|",
      "d1 READ /t/d/z| -> !EACCES ;O !ENOENT"),
    Case(
      "what is missing below an open node", "CHMOD /t/d|r0| -> OK|", "d1 READ /t/d/z| -> !ENOENT"),
    Case(
      "a domain removes what it may write", "CHMOD /t/d|n0| -> OK|", "CHMOD /t/d/x|n0|w1| -> OK|",
      "d1 RM /t/d/x| -> OK|", "READ /t/d/x| -> !ENOENT"),
    Case(
      "a domain removes what it may not", "CHMOD /t/d/x|r0| -> OK|", "d1 RM /t/d/x| -> !EACCES",
      "READ /t/d/x| -> x"),
    Case(
      "a domain removes what holds others' nodes", "CHMOD /t/d|b1| -> OK|",
      "CHMOD /t/d/x|n0| -> OK|", "d1 RM /t/d| -> OK|", "READ /t/d/x| -> !ENOENT"),
    Case("a domain makes what is there", "CHMOD /t/d|r0| -> OK|", "d1 MKDIR /t/d| -> !EACCES"),
    Case("a domain makes a node at the root", "d1 WRITE /zz|1 -> !EACCES"),
    Case("a domain removes the root", "d1 RM /| -> !EINVAL ;C !EACCES ;O !EACCES"),
    Case("another's permissions", "CHMOD /t/a|b0| -> OK|", "d1 CHMOD /t/a|r0| -> !EACCES"),
    Case(
      "one's own permissions", "d1 WRITE x|1 -> OK|", "d1 CHMOD x|n1|r2| -> OK|",
      "d2 READ /local/domain/1/x| -> 1"),
    Case("giving a node away", "d1 WRITE x|1 -> OK|", "d1 CHMOD x|n2| -> !EPERM ;O !EACCES"),
    Case("five permissions", "d1 WRITE x|1 -> OK|", "d1 CHMOD x|n1|r0|r2|r3|r4| -> OK|"),
    Case(
      "six permissions", "d1 WRITE x|1 -> OK|", "d1 CHMOD x|n1|r0|r2|r3|r4|r5| -> !ENOSPC ;O OK|"),
    Case("special permissions by a domain", "d1 CHMOD @releaseDomain|r1| -> !EACCES ;C !ENOENT"),
    Case(
      "a domain that serves another", "CHMOD /t/a|n2| -> OK|", "d2 READ /t/a| -> 1",
      "d1 READ /t/a| -> !EACCES", "TARGET 1|2| -> OK|", "d1 READ /t/a| -> 1",
      "d1 WRITE /t/a|2 -> OK|"),
    Case(
      "rights within a transaction", "CHMOD /t/a|r0| -> OK|", "d1 START | -> $a",
      "d1 READ@a /t/a| -> 1", "d1 WRITE@a /t/a|2 -> !EACCES", "d1 END@a F| -> OK|"),
    Case(
      "a domain commits", "d1 START | -> $a", "d1 WRITE@a x|1 -> OK|",
      "READ /local/domain/1/x| -> !ENOENT", "d1 END@a T| -> OK|", "READ /local/domain/1/x| -> 1"),
    Case(
      "a domain's conflict", "d1 WRITE x|1 -> OK|", "d1 START | -> $a", "d1 READ@a x| -> 1",
      "d1 WRITE@a y|1 -> OK|", "WRITE /local/domain/1/x|2 -> OK|", "d1 END@a T| -> !EAGAIN"),
    Case(
      "another's transaction", "d2 START | -> $a", "d1 START | -> $b", "d2 WRITE@a x|1 -> OK|",
      "d1 READ@9 x| -> !ENOENT ;O !EIO", "d2 END@a T| -> OK|", "d1 END@b F| -> OK|"),
  ]

  private static let hearing: [Case] = [
    Case(
      "a domain hears of what it may read", "CHMOD /t/a|r0| -> OK|", "d1 WATCH /t/a|k| -> OK|",
      "d1 EVENT /t/a|k|", "WRITE /t/a|2 -> OK|", "d1 EVENT /t/a|k|"),
    Case(
      "a domain does not hear of what it may not", "CHMOD /t|n0| -> OK|", "CHMOD /t/a|n0| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "WRITE /t/a|2 -> OK|", "d1 QUIET"),
    Case(
      "the first event comes for what is missing", "d1 WATCH /nowhere|k| -> OK|",
      "d1 EVENT /nowhere|k|"),
    Case(
      "a parent that may be read is enough", "CHMOD /t/d|r0| -> OK|", "CHMOD /t/d/x|n0| -> OK|",
      "d1 WATCH /t/d/x|k| -> OK|", "d1 EVENT /t/d/x|k|", "WRITE /t/d/x|2 -> OK|",
      "d1 EVENT /t/d/x|k|"),
    Case(
      "a closed node opens", "CHMOD /t|n0| -> OK|", "CHMOD /t/a|n0| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "CHMOD /t/a|n0|r1| -> OK|", "d1 EVENT /t/a|k|"),
    Case(
      "an open node closes", "CHMOD /t|n0| -> OK|", "CHMOD /t/a|n0|r1| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "CHMOD /t/a|n0| -> OK|", "d1 EVENT /t/a|k|"),
    Case(
      "a node that may be read is removed", "CHMOD /t|n0| -> OK|", "CHMOD /t/a|n0|r1| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "RM /t/a| -> OK|", "d1 EVENT /t/a|k|"),
    Case(
      "a closed node is removed unheard", "CHMOD /t|n0| -> OK|", "CHMOD /t/a|n0| -> OK|",
      "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "RM /t/a| -> OK|", "d1 QUIET"),
    Case(
      "only readable nodes below are heard of", "CHMOD /t|n0| -> OK|", "CHMOD /t/d|n0| -> OK|",
      "CHMOD /t/d/x|n0|r1| -> OK|", "CHMOD /t/d/y|n0| -> OK|", "d1 WATCH /t/d|k| -> OK|",
      "d1 EVENT /t/d|k|", "WRITE /t/d/x|2 -> OK|", "WRITE /t/d/y|2 -> OK|", "d1 EVENT /t/d/x|k|",
      "d1 QUIET"),
    Case(
      "a domain's watch with a short path", "d1 WATCH x|k| -> OK|", "d1 EVENT x|k|",
      "WRITE /local/domain/1/x/y|1 -> OK|", "d1 EVENT x/y|k|"),
    Case(
      "a domain hears of its own doing", "d1 WATCH x|k| -> OK|", "d1 EVENT x|k|",
      "d1 WRITE x|1 -> OK|", "d1 EVENT x|k|"),
    Case(
      "two domains hear", "CHMOD /t/a|r0| -> OK|", "d1 WATCH /t/a|k| -> OK|",
      "d2 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|", "d2 EVENT /t/a|k|", "WRITE /t/a|2 -> OK|",
      "d1 EVENT /t/a|k|", "d2 EVENT /t/a|k|"),
    Case(
      "one domain's watch is not another's", "d1 WATCH /t/a|k| -> OK|", "d1 EVENT /t/a|k|",
      "d2 UNWATCH /t/a|k| -> !ENOENT", "d1 WATCH /t/a|k| -> !EEXIST"),
    Case(
      "a domain hears nothing of others' beginnings", "d1 WATCH @introduceDomain|k| -> OK|",
      "d1 EVENT @introduceDomain|k|", "INTRODUCE 40|1|5| -> OK|", "d1 QUIET", "RELEASE 40| -> OK|"),
    Case(
      "a domain hears nothing of others' ends", "d1 WATCH @releaseDomain|k| -> OK|",
      "d1 EVENT @releaseDomain|k|", "INTRODUCE 41|1|5| -> OK|", "RELEASE 41| -> OK|", "d1 QUIET"),
    Case(
      "unless it may", "CHMOD @releaseDomain|n0|r1| -> OK|", "d1 WATCH @releaseDomain|k| -> OK|",
      "d1 EVENT @releaseDomain|k|", "INTRODUCE 42|1|5| -> OK|", "RELEASE 42| -> OK|",
      "d1 EVENT @releaseDomain|k|", "CHMOD @releaseDomain|n0| -> OK|"),
    Case(
      "a commit of a domain is heard", "WATCH /local/domain/1/x|k| -> OK|",
      "EVENT /local/domain/1/x|k|", "d1 START | -> $a", "d1 WRITE@a x|1 -> OK|", "QUIET",
      "d1 END@a T| -> OK|", "EVENT /local/domain/1/x|k|"),
  ]
}
