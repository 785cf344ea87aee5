import CXenHeaders
import Testing
import XenABI

/// Expects a Swift number to be what the C headers call `name`.
func expectNumber<T: FixedWidthInteger>(
  _ number: T, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  var value: Int64 = 0
  guard xen_number(name, &value) else {
    Issue.record("no table of CXenHeaders has \(name)", sourceLocation: sourceLocation)
    return
  }
  // C's macros have the type of their literals: only the bits of our type count.
  let expected = T(truncatingIfNeeded: value)
  #expect(number == expected, "\(name)", sourceLocation: sourceLocation)
}

/// Expects a Swift structure to have C's size, and each stored property the place of its C field.
///
/// `endingAt` names the C field before which a header structure ends.
func expectLayout<T>(
  of type: T.Type, as structure: String, endingAt end: String? = nil,
  _ fields: [(PartialKeyPath<T>, String)], sourceLocation: SourceLocation = #_sourceLocation
) {
  func cLayout(_ field: String) -> (offset: Int, size: Int)? {
    var offset = 0
    var size = 0
    guard xen_layout(structure, field, &offset, &size) else {
      Issue.record(
        "no table of CXenHeaders has \(structure).\(field)", sourceLocation: sourceLocation)
      return nil
    }
    return (offset, size)
  }

  if let end {
    guard let whole = cLayout(end) else { return }
    #expect(
      MemoryLayout<T>.size == whole.offset, "size of \(T.self)", sourceLocation: sourceLocation)
  } else {
    guard let whole = cLayout("") else { return }
    #expect(MemoryLayout<T>.size == whole.size, "size of \(T.self)", sourceLocation: sourceLocation)
  }
  #expect(
    MemoryLayout<T>.stride == MemoryLayout<T>.size, "stride of \(T.self)",
    sourceLocation: sourceLocation)

  for (path, name) in fields {
    guard let field = cLayout(name) else { continue }
    #expect(
      MemoryLayout<T>.offset(of: path) == field.offset, "offset of \(structure).\(name)",
      sourceLocation: sourceLocation)
    #expect(
      size(ofValueAt: path) == field.size, "size of \(structure).\(name)",
      sourceLocation: sourceLocation)
  }
}

private func size<T>(ofValueAt path: PartialKeyPath<T>) -> Int {
  func size<V>(_: V.Type) -> Int { MemoryLayout<V>.size }
  return _openExistential(Swift.type(of: path).valueType, do: size)
}

/// Expects a Swift constant to be the byte offset of a C field.
func expectOffset(
  _ offset: Int, of field: String, in structure: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var expected = 0
  var size = 0
  guard xen_layout(structure, field, &expected, &size) else {
    Issue.record(
      "no table of CXenHeaders has \(structure).\(field)", sourceLocation: sourceLocation)
    return
  }
  #expect(offset == expected, "offset of \(structure).\(field)", sourceLocation: sourceLocation)
}

/// Expects a Swift constant to be the size of a C structure.
func expectSize(
  _ size: Int, of structure: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  var offset = 0
  var expected = 0
  guard xen_layout(structure, "", &offset, &expected) else {
    Issue.record("no table of CXenHeaders has \(structure)", sourceLocation: sourceLocation)
    return
  }
  #expect(size == expected, "size of \(structure)", sourceLocation: sourceLocation)
}

@Suite struct ChecksThemselves {
  /// Two fields at the places that C gives those of `mmu_update`, in the other order.
  private struct Swapped {
    var val: UInt64 = 0
    var ptr: UInt64 = 0
  }

  @Test func aWrongNumberIsFound() {
    withKnownIssue { expectNumber(UInt32(2), "EVTCHNOP_bind_virq") }
  }

  @Test func anUnknownNumberIsFound() {
    withKnownIssue { expectNumber(UInt32(2), "EVTCHNOP_no_such_operation") }
  }

  @Test func aMisplacedFieldIsFound() {
    withKnownIssue { expectLayout(of: Swapped.self, as: "mmu_update", [(\.ptr, "ptr")]) }
  }

  @Test func aWrongSizeIsFound() {
    withKnownIssue { expectLayout(of: UInt32.self, as: "mmu_update", []) }
  }
}
