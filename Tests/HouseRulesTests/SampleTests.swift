import Testing

/// The rules' own eyes, tried on small samples: a rule that sees nothing passes everything.
@Suite struct RuleSamples {
  @Test func commentsAndStringsAreNotCode() {
    let file = SourceFile(
      path: "Sources/Base/Text/Sample.swift",
      text: """
        let a = "unsafe" // unsafe
        /* unsafe
        unsafe */ let b = unsafe c
        """)
    #expect(file.code == ["let a =  ", "", " let b = unsafe c"])
    #expect(file.module == "Text")
  }

  @Test func importsAreReadWithTheirAttributes() {
    let file = SourceFile(
      path: "Sources/Core/Memory/Sample.swift",
      text:
        "import Machine\npublic import X86Format\n@testable import Domains\nimport struct Text.Line"
    )
    #expect(Floors.imports(of: file).map(\.module) == ["Machine", "X86Format", "Domains", "Text"])
  }

  @Test func modulesAreReadFromTheManifest() {
    let manifest = """
      let base = ["XenABI", "Text"]
      func module(_ name: String, in folder: String, _ dependencies: [String] = []) -> Target {}
      module("XenABI", in: "ABI"),
      module(
        "Memory", in: "Core",
        base + ["Machine"]),
      """
    let modules = Floors.declared(in: manifest)
    #expect(modules.map(\.name) == ["XenABI", "Memory"])
    #expect(modules.map(\.group) == ["ABI", "Core"])
    #expect(modules.last?.dependencies == ["XenABI", "Text", "Machine"])
  }

  @Test func undocumentedDeclarationsAreSeen() {
    let file = SourceFile(
      path: "Sources/Core/Memory/Sample.swift",
      text: """
        /// Documented.
        @inline(__always) public mutating func first() {}
        public static func second() {}
        /// A table.
        public enum Table {
          public static let one = 1
          public static let two = 2

          public static let three = 3
        }
        func hidden() {}
        package init(_ value: Int) {}
        """)
    let seen = file.code.indices.filter {
      Documentation.exported(file.code[$0]) != nil && !Documentation.isPresent(before: $0, in: file)
    }
    #expect(seen == [2, 8, 11])
  }

  @Test func protocolRequirementsAreKnownByName() {
    let file = SourceFile(
      path: "Sources/Core/Memory/Sample.swift",
      text: """
        public protocol Machine: Sendable {
          /// Now.
          static var now: UInt64 { get }
          static func kick(_ cpu: Int)
        }
        struct Other {
          func alone() {}
        }
        """)
    #expect(Documentation.requirements(of: [file]) == ["var now", "func kick"])
  }
}
