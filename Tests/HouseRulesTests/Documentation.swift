/// What counts as a declaration that leaves its file, and as its documentation.
enum Documentation {
  private static let kinds: Set<String> = [
    "func", "var", "let", "struct", "enum", "protocol", "class", "actor", "typealias",
    "associatedtype", "macro",
  ]
  private static let modifiers: Set<String> = [
    "static", "final", "mutating", "nonmutating", "consuming", "borrowing", "indirect",
    "nonisolated", "override", "required", "convenience", "lazy", "weak", "unowned", "isolated",
    "nonisolated(unsafe)", "private(set)", "package(set)", "fileprivate(set)", "internal(set)",
  ]

  /// The declaration's words when a line of code begins one that is public or package; else nil.
  static func exported(_ line: String) -> String? {
    var words = attributesRemoved(line).split(separator: " ").map(String.init)[...]
    guard let access = words.first, ["public", "package", "open"].contains(access) else {
      return nil
    }
    words = words.dropFirst()
    return declaration(words)
  }

  /// The names that protocols ask for: who provides one of them need not explain it again.
  static func requirements(of files: [SourceFile]) -> Set<String> {
    var result: Set<String> = []
    for file in files {
      var depth = 0
      var inProtocol = false
      for line in file.code {
        if depth == 0, line.contains(#/\bprotocol \w/#) { inProtocol = true }
        if inProtocol, depth == 1,
          let found = declaration(
            attributesRemoved(line).split(separator: " ").map(String.init)[...])
        {
          result.insert(baseName(found))
        }
        depth += line.count { $0 == "{" } - line.count { $0 == "}" }
        if depth == 0, line.contains("}") { inProtocol = false }
      }
    }
    return result
  }

  /// `func wake` of `func wake(_`: what a requirement and its provider have in common.
  static func baseName(_ name: String) -> String {
    String(name.prefix { $0 != "(" && $0 != ":" && $0 != "<" })
  }

  private static func declaration(_ given: ArraySlice<String>) -> String? {
    var words = given
    while let word = words.first, modifiers.contains(word) {
      words = words.dropFirst()
    }
    guard let kind = words.first else { return nil }
    let isMember = kind.hasPrefix("init") || kind.hasPrefix("subscript")
    guard kinds.contains(kind) || isMember else { return nil }
    return words.prefix(2).joined(separator: " ")
  }

  /// Whether a doc comment stands above line `index`. Attributes may stand in between, and so may
  /// other variables and constants of one line each: a table needs its comment once, and the
  /// comment of the type that begins right above them serves.
  static func isPresent(before index: Int, in file: SourceFile) -> Bool {
    let isVariable = variable(file.code[index])
    var above = index - 1
    while above >= 0 {
      let line = trimmed(file.lines[above])
      if line.hasPrefix("///") { return true }
      let isAttribute = line.hasPrefix("@") && exported(file.code[above]) == nil
      let isDirective = line.hasPrefix("#")
      let isSafetyNote = line.hasPrefix("//")
      let isNeighbour = isVariable && variable(file.code[above])
      let isTheirType = isVariable && line.hasSuffix("{") && exported(file.code[above]) != nil
      guard isAttribute || isDirective || isSafetyNote || isNeighbour || isTheirType else {
        return false
      }
      above -= 1
    }
    return false
  }

  private static func variable(_ line: String) -> Bool {
    guard let name = exported(line) else { return false }
    return name.hasPrefix("let ") || name.hasPrefix("var ")
  }

  /// A line without the attributes it begins with.
  private static func attributesRemoved(_ line: String) -> String {
    var rest = trimmed(line)[...]
    while rest.hasPrefix("@") {
      var depth = 0
      var end = rest.endIndex
      for index in rest.indices.dropFirst() {
        if rest[index] == "(" { depth += 1 }
        if rest[index] == ")" { depth -= 1 }
        if rest[index] == " ", depth == 0 {
          end = index
          break
        }
      }
      rest = rest[end...].drop { $0 == " " }
    }
    return String(rest)
  }

  private static func trimmed(_ line: String) -> String {
    String(line.drop { $0 == " " || $0 == "\t" })
  }
}
