import Foundation

/// One file of the repository, as the house rules look at it.
struct SourceFile {
  /// Path from the repository's root.
  let path: String
  let lines: [String]
  /// The lines with comments and string literals blanked out.
  let code: [String]

  init(path: String, text: String) {
    self.path = path
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var stripper = CodeStripper()
    code = lines.map { stripper.strip($0) }
  }

  /// The module's name: the third part of `Sources/<group>/<module>/...`.
  var module: String {
    let parts = path.split(separator: "/")
    return parts.count > 3 ? String(parts[2]) : ""
  }

  /// Where a line is, in the form that editors jump to.
  func place(_ index: Int) -> String { "\(path):\(index + 1)" }
}

/// Blanks out comments and the text of string literals, across the lines of one file.
struct CodeStripper {
  private var inMultilineString = false
  private var commentDepth = 0

  mutating func strip(_ line: String) -> String {
    var result = ""
    let characters = Array(line)
    var index = 0
    var inString = false
    func next(_ offset: Int) -> Character? {
      index + offset < characters.count ? characters[index + offset] : nil
    }
    while index < characters.count {
      let character = characters[index]
      if commentDepth > 0 {
        if character == "*", next(1) == "/" {
          commentDepth -= 1
          index += 1
        } else if character == "/", next(1) == "*" {
          commentDepth += 1
          index += 1
        }
      } else if character == "\"", next(1) == "\"", next(2) == "\"" {
        inMultilineString.toggle()
        index += 2
      } else if inMultilineString {
      } else if inString {
        if character == "\\" {
          index += 1
        } else if character == "\"" {
          inString = false
        }
      } else if character == "\"" {
        inString = true
      } else if character == "/", next(1) == "/" {
        break
      } else if character == "/", next(1) == "*" {
        commentDepth += 1
        index += 1
      } else {
        result.append(character)
      }
      index += 1
    }
    return result
  }
}

/// The repository that this test was built from.
enum SourceTree {
  static let root: URL = {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    repeat {
      folder.deleteLastPathComponent()
    } while folder.path != "/"
      && !FileManager.default.fileExists(
        atPath: folder.appendingPathComponent("Package.swift").path)
    return folder
  }()

  static let swiftSources: [SourceFile] = files(below: "Sources", endings: ["swift"])
  static let swiftTests: [SourceFile] = files(below: "Tests", endings: ["swift"])

  /// The text of one file.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  /// The files below a folder whose names end in one of `endings` (no dot), sorted by path.
  static func files(below folder: String, endings: Set<String>) -> [SourceFile] {
    let base = root.appendingPathComponent(folder).path
    guard let paths = FileManager.default.enumerator(atPath: base) else { return [] }
    return paths.compactMap { $0 as? String }
      .filter { endings.contains(($0 as NSString).pathExtension) }
      .sorted()
      .compactMap { path in
        guard let text = try? text("\(folder)/\(path)") else { return nil }
        return SourceFile(path: "\(folder)/\(path)", text: text)
      }
  }
}
