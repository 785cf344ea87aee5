import Foundation

/// One module as Package.swift declares it.
struct DeclaredModule {
  let name: String
  let group: String
  let dependencies: [String]
}

/// What Package.swift says about modules, read from its text.
enum Floors {
  /// The modules in the order of their declarations: the floors, lowest first.
  static func declared(in manifest: String) -> [DeclaredModule] {
    let base = strings(in: between("let base = [", "]", of: manifest) ?? "")
    var result: [DeclaredModule] = []
    var rest = manifest[...]
    while let start = rest.range(of: "module(") {
      rest = rest[start.upperBound...]
      let arguments = balanced(rest)
      let quoted = strings(in: String(arguments))
      // The function's own declaration has no quoted name; the guests' shared one is a pattern.
      guard quoted.count >= 2, arguments.contains("in:") else { continue }
      let usesBase = arguments.range(of: #"\bbase\b"#, options: .regularExpression) != nil
      result.append(
        DeclaredModule(
          name: quoted[0], group: quoted[1],
          dependencies: (usesBase ? base : []) + quoted.dropFirst(2)))
    }
    return result
  }

  /// The modules that a file imports.
  static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
    file.code.enumerated().compactMap { index, line in
      var words = line.split(separator: " ").map(String.init)
      while let first = words.first, first.hasPrefix("@") || access.contains(first) {
        words.removeFirst()
      }
      guard words.count >= 2, words[0] == "import" else { return nil }
      return (index, words[words.count == 2 ? 1 : 2].split(separator: ".").map(String.init)[0])
    }
  }

  private static let access: Set<String> = [
    "public", "package", "internal", "private", "fileprivate",
  ]

  private static func between(_ open: String, _ close: String, of text: String) -> String? {
    guard let start = text.range(of: open),
      let end = text.range(of: close, range: start.upperBound..<text.endIndex)
    else { return nil }
    return String(text[start.upperBound..<end.lowerBound])
  }

  /// What stands before the parenthesis that closes the one just passed.
  private static func balanced(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }

  private static func strings(in text: String) -> [String] {
    text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }
      .map { String($0.element) }
  }
}
