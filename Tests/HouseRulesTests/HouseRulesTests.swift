import Foundation
import Testing

/// Rules of the house that a program can check. What each is for: CONTRIBUTING.md.
@Suite struct HouseRules {
  /// Modules of the toolchain, which any of ours may import where they exist.
  static let toolchain: Set<String> = ["Swift", "Builtin", "Synchronization", "_Volatile"]
  /// What a module that is only ever hosted may import besides.
  static let host: Set<String> = ["Foundation", "Glibc", "Darwin"]

  @Test func theTreeIsWhereTheTestsLookForIt() {
    #expect(SourceTree.swiftSources.count > 50)
    #expect(Floors.declared(in: (try? SourceTree.text("Package.swift")) ?? "").count > 15)
  }

  @Test func everyDependencyPointsDown() throws {
    var violations: [String] = []
    let modules = Floors.declared(in: try SourceTree.text("Package.swift"))
    let names = Set(modules.map(\.name))
    var below: Set<String> = []
    for module in modules {
      for dependency in module.dependencies where names.contains(dependency) {
        if !below.contains(dependency) {
          violations.append("\(module.name) depends on \(dependency), declared after it")
        }
      }
      below.insert(module.name)
    }
    expectNone(violations)
  }

  @Test func importsStayWithinWhatThePackageDeclares() throws {
    var violations: [String] = []
    let declared = Floors.declared(in: try SourceTree.text("Package.swift"))
    let allowed = Dictionary(
      declared.map { ($0.name, Set($0.dependencies)) }, uniquingKeysWith: { $0.union($1) })
    for file in SourceTree.swiftSources {
      let module = file.module.hasPrefix("guest-") ? "guest-\\($0)" : file.module
      // A program's main file: thin, and declared without the function that declares modules.
      if file.path.hasSuffix("/main.swift") { continue }
      guard let allowed = allowed[module] else {
        violations.append("\(file.path): module \(module) is not in Package.swift")
        continue
      }
      let isHosted = ["Sources/Fake/", "Sources/Toolstack/"].contains(where: file.path.hasPrefix)
      let free = isHosted ? Self.toolchain.union(Self.host) : Self.toolchain
      for (line, imported) in Floors.imports(of: file)
      where !free.contains(imported) && !allowed.contains(imported) {
        violations.append("\(file.place(line)): \(module) may not import \(imported)")
      }
    }
    expectNone(violations)
  }

  @Test func commonCodeKnowsNoArchitecture() {
    var violations: [String] = []
    let architecture = #/^(X86|Arm|CX86|CArm)/#
    for file in SourceTree.swiftSources
    where ["Sources/Core/", "Sources/Base/", "Sources/ABI/"].contains(where: file.path.hasPrefix) {
      for (line, imported) in Floors.imports(of: file) where imported.contains(architecture) {
        violations.append("\(file.place(line)): common code imports \(imported)")
      }
    }
    expectNone(violations)
  }

  @Test func onlyBareCodeAsksForTheArchitecture() {
    var violations: [String] = []
    for file in SourceTree.swiftSources where !file.path.hasPrefix("Sources/Bare/") {
      for (index, line) in file.code.enumerated() where line.contains(#/#(if|elseif) .*\barch\(/#) {
        violations.append("\(file.place(index)): the architecture is a Machine, not a condition")
      }
    }
    expectNone(violations)
  }

  @Test func unsafeStandsOnlyInTheListedFiles() throws {
    var violations: [String] = []
    let listed = Set(
      try SourceTree.text("docs/unsafe.md").split(separator: "\n").compactMap { line in
        line.firstMatch(of: #/^- `(Sources\/[^`]+)`/#).map { String($0.1) }
      })
    #expect(!listed.isEmpty, "docs/unsafe.md lists nothing")
    var found: Set<String> = []
    for file in SourceTree.swiftSources {
      guard let index = file.code.firstIndex(where: { $0.contains(#/\bunsafe\b/#) }) else {
        continue
      }
      found.insert(file.path)
      if !listed.contains(file.path) {
        violations.append("\(file.place(index)): unsafe, but docs/unsafe.md lacks this file")
      }
    }
    for path in listed.subtracting(found).sorted() {
      violations.append("docs/unsafe.md lists \(path), which has no unsafe code")
    }
    expectNone(violations)
  }

  @Test func theTableOfChecksNamesWhatThereIs() throws {
    var tests: Set<String> = []
    for file in SourceTree.files(below: "Tests", endings: ["swift"]) {
      for line in file.code where line.hasPrefix("  ") {
        guard let start = line.firstRange(of: "func ") else { continue }
        tests.insert(String(line[start.upperBound...].prefix { $0 != "(" }))
      }
    }
    let sources = Set(SourceTree.swiftSources.map { ($0.path as NSString).lastPathComponent })
    var violations: [String] = []
    var rows = 0
    for line in try SourceTree.text("docs/validation.md").split(separator: "\n") {
      guard let row = line.firstMatch(of: #/\| `([^`]+\.swift)` \| `(\w+)` \|$/#) else { continue }
      rows += 1
      let (source, test) = (String(row.1), String(row.2))
      if !sources.contains(source) {
        violations.append("docs/validation.md names \(source), which does not exist")
      }
      if !tests.contains(test) {
        violations.append("docs/validation.md names the test \(test), which does not exist")
      }
    }
    #expect(rows > 100)
    expectNone(violations)
  }

  @Test func everythingThatLeavesItsFileIsDocumented() {
    var violations: [String] = []
    let requirements = Documentation.requirements(of: SourceTree.swiftSources)
    // A test guest's first comment is its manual page; its entry needs no other.
    let explained = requirements.union(["func guestMain"])
    for file in SourceTree.swiftSources {
      for index in file.code.indices {
        guard let name = Documentation.exported(file.code[index]),
          !explained.contains(Documentation.baseName(name)),
          !Documentation.isPresent(before: index, in: file)
        else { continue }
        violations.append("\(file.place(index)): \(name) has no doc comment")
      }
    }
    expectNone(violations)
  }

  @Test func nothingIsLeftToDo() {
    var violations: [String] = []
    let others =
      SourceTree.files(below: "Sources", endings: ["c", "h", "S", "ld"])
      + SourceTree.files(below: "Tools", endings: ["py", ""])
      + SourceTree.files(below: "docs", endings: ["md"])
    let ours = SourceTree.swiftTests.filter { !$0.path.hasPrefix("Tests/HouseRulesTests/") }
    for file in SourceTree.swiftSources + ours + others {
      for (index, line) in file.lines.enumerated() where line.contains(#/\b(TODO|FIXME|XXX)\b/#) {
        violations.append("\(file.place(index)): unfinished work belongs in an issue")
      }
    }
    expectNone(violations)
  }

  @Test func nothingForcesAValueThatMayBeMissing() {
    var violations: [String] = []
    let bare = ["Sources/Base/", "Sources/Core/", "Sources/Machine/", "Sources/Bare/"]
    let force = #/\btry!|\bas!|[\w\)\]]!(\.|\)|$|,| |\[)/#
    for file in SourceTree.swiftSources where bare.contains(where: file.path.hasPrefix) {
      for (index, line) in file.code.enumerated()
      where line.contains(force) && !line.contains("!=") {
        violations.append("\(file.place(index)): this can trap: \(line)")
      }
    }
    expectNone(violations)
  }

  /// Lengths are for a person to judge: this only prints them, longest first.
  @Test func longestFilesAreReported() {
    print("longest files:")
    for file in SourceTree.swiftSources.sorted(by: { $0.lines.count > $1.lines.count }).prefix(10) {
      print("  \(file.lines.count) \(file.path)")
    }
  }

  private func expectNone(_ violations: [String], at location: SourceLocation = #_sourceLocation) {
    if !violations.isEmpty {
      Issue.record(
        "\n\(Comment(rawValue: violations.joined(separator: "\n")))", sourceLocation: location)
    }
  }
}
