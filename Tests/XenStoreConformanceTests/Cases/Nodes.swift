// Values, making and removing nodes, lists of children.

extension Conformance {
  static let nodes: [Case] = [
    Case("a value", "READ /t/a| -> 1"),
    Case("an empty value", "WRITE /t/a| -> OK|", "READ /t/a| -> "),
    Case(
      "a value that is written again", "WRITE /t/a|longer -> OK|", "READ /t/a| -> longer",
      "WRITE /t/a|s -> OK|", "READ /t/a| -> s"),
    Case("a value with nuls", "WRITE /t/a|x|y| -> OK|", "READ /t/a| -> x|y|"),
    Case("a value of nuls only", "WRITE /t/a|||| -> OK|", "READ /t/a| -> |||"),
    Case(
      "a value of any bytes", "WRITE /t/a|%00%01%7f%80%ff -> OK|", "READ /t/a| -> %00%01%7f%80%ff"),
    Case("a value of 2,048 bytes", "WRITE /t/a|{v*2048} -> OK|", "READ /t/a| -> {v*2048}"),
    Case(
      "a value over a guest's limit, of a client without limits",
      "WRITE /t/a|{v*2049} -> OK| ;O SKIP", "READ /t/a| -> {v*2049}"),
    Case("writing makes a node", "WRITE /t/n|v -> OK|", "READ /t/n| -> v"),
    Case(
      "writing makes parents, which are empty", "WRITE /t/n/o/p|v -> OK|", "READ /t/n| -> ",
      "READ /t/n/o| -> ", "LIST /t/n| -> o|"),
    Case(
      "a parent that is made keeps a value that it had", "WRITE /t/a/n|v -> OK|", "READ /t/a| -> 1"),
    Case("reading a missing node", "READ /t/n| -> !ENOENT"),
    Case("reading below a missing node", "READ /t/n/o/p| -> !ENOENT"),
    Case("reading below a node without children", "READ /t/a/n| -> !ENOENT"),
    Case("making a node", "MKDIR /t/n| -> OK|", "READ /t/n| -> "),
    Case("making a node that is there keeps its value", "MKDIR /t/a| -> OK|", "READ /t/a| -> 1"),
    Case("making a node with its parents", "MKDIR /t/n/o| -> OK|", "LIST /t/n| -> o|"),
    Case("making the root", "MKDIR /| -> OK|"),
    Case("removing a node", "RM /t/a| -> OK|", "READ /t/a| -> !ENOENT", "LIST /t| -> d|"),
    Case(
      "removing a node with children", "RM /t/d| -> OK|", "READ /t/d| -> !ENOENT",
      "READ /t/d/x| -> !ENOENT"),
    Case("removing a missing node", "RM /t/n| -> OK|"),
    Case("removing below a missing node", "RM /t/n/o| -> !ENOENT"),
    Case("removing twice", "RM /t/a| -> OK|", "RM /t/a| -> OK|"),
    Case(
      "a node that is made again is new", "RM /t/d| -> OK|", "MKDIR /t/d| -> OK|", "READ /t/d| -> ",
      "LIST /t/d| -> "),
    Case("a value ends with its node", "RM /t/a| -> OK|", "MKDIR /t/a| -> OK|", "READ /t/a| -> "),
    Case(
      "permissions end with their node", "CHMOD /t/a|n0|r7| -> OK|", "RM /t/a| -> OK|",
      "MKDIR /t/a| -> OK|", "PERMS /t/a| -> n0|"),
    Case("two clients see the same", "WRITE /t/n|v -> OK|", "1 READ /t/n| -> v"),
    Case(
      "writing to the root", "READ /| -> ", "WRITE /|v -> OK|", "READ /| -> v", "WRITE /| -> OK|"),
    Case(
      "numbers of requests are repeated", "READ /t/a| -> 1", "READ /t/a| -> 1",
      "READ /t/n| -> !ENOENT", "READ /t/a| -> 1"),
  ]

  static let lists: [Case] = [
    Case("children", "LIST /t/d| -> x|y|"),
    Case("no children", "LIST /t/a| -> "),
    Case("children of a missing node", "LIST /t/n| -> !ENOENT"),
    Case(
      "children in the order of their making", "WRITE /t/d/m| -> OK|", "WRITE /t/d/b| -> OK|",
      "LIST /t/d| -> x|y|m|b| ;O b|m|x|y|"),
    Case(
      "a child that is made again comes last", "RM /t/d/x| -> OK|", "WRITE /t/d/x| -> OK|",
      "LIST /t/d| -> y|x| ;O x|y|"),
    Case(
      "a child in the middle goes", "WRITE /t/d/z| -> OK|", "RM /t/d/y| -> OK|",
      "LIST /t/d| -> x|z|"),
    Case("a value changes no list", "WRITE /t/d/x|new -> OK|", "LIST /t/d| -> x|y|"),
    Case("only children, not what is below", "WRITE /t/d/x/below| -> OK|", "LIST /t/d| -> x|y|"),
    Case(
      "a list that fits", "WRITE /t/l/{a*2000}| -> OK| ;O SKIP", "WRITE /t/l/{b*2000}| -> OK|",
      "LIST /t/l| -> {a*2000}|{b*2000}|"),
    Case(
      "a list as long as a message", "WRITE /t/l/{a*1800}| -> OK| ;O SKIP",
      "WRITE /t/l/{b*1800}| -> OK|", "WRITE /t/l/{c*493}| -> OK|",
      "LIST /t/l| -> {a*1800}|{b*1800}|{c*493}|"),
    Case(
      "a list longer than a message", "WRITE /t/l/{a*1800}| -> OK| ;O SKIP",
      "WRITE /t/l/{b*1800}| -> OK|", "WRITE /t/l/{c*494}| -> OK|", "LIST /t/l| -> !E2BIG"),
    Case("the parts of a short list", "PART /t/d|0| -> ?|x|y|| ;O !ENOSYS"),
    Case("the end of a list", "PART /t/d|4| -> ?|| ;O !ENOSYS"),
    Case("a part from the middle", "PART /t/d|2| -> ?|y|| ;O !ENOSYS"),
    Case("the parts of no children", "PART /t/a|0| -> ?|| ;O !ENOSYS"),
    Case("parts of a missing node", "PART /t/n|0| -> !ENOENT ;O !ENOSYS"),
    Case("a part beyond the list", "PART /t/d|5| -> !EINVAL ;C ?|| ;O !ENOSYS"),
    Case(
      "a part that begins within a name", "WRITE /t/l/name| -> OK|",
      "PART /t/l|2| -> !EINVAL ;C ?|me|| ;O !ENOSYS"),
    Case(
      "the parts of a long list", "WRITE /t/l/{a*1800}| -> OK| ;O SKIP",
      "WRITE /t/l/{b*1800}| -> OK|", "WRITE /t/l/{c*1800}| -> OK|",
      "PART /t/l|0| -> ?|{a*1800}|{b*1800}|", "PART /t/l|3602| -> ?|{c*1800}||"),
    Case(
      "parts within a transaction", "START | -> $x", "WRITE@x /t/d/z| -> OK|",
      "PART@x /t/d|0| -> ?|x|y|z|| ;O !ENOSYS", "PART /t/d|0| -> ?|x|y|| ;O !ENOSYS"),
  ]
}
