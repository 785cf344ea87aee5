/// All cases.
enum Conformance {
  static let cases =
    paths + messages + nodes + lists + permissions + transactions + conflicts + watches + domains
    + server
}
