import Primitives
import Machine
import Memory
import X86Format

@testable import X86PV

/// The reference model: counts every reference and every use from scratch, by looking at what all
/// tables say, and compares with the counts that `MMU` keeps.
struct Recount {
  /// References and uses that the test itself holds, beside those of tables, pins and owners.
  var heldReferences: [MFN: Int] = [:]
  var heldUses: [MFN: Int] = [:]

  /// What does not agree, one line each.
  func disagreements(_ host: TestHost) -> [String] {
    var references: [MFN: Int] = heldReferences
    var uses: [MFN: Int] = heldUses
    var kinds: [MFN: Set<UInt8>] = [:]
    var linear: [MFN: Int] = [:]
    var lines: [String] = []
    for n in 2..<host.frameCount {
      let mfn = host.frame(n)
      let page = host.frames[mfn]
      let word = host.mmu.type(of: mfn)
      if page.pointee.isAllocated { references[mfn, default: 0] += 1 }
      if word.isPinned { uses[mfn, default: 0] += 1; references[mfn, default: 0] += 1 }
      if word.isPartial {
        references[mfn, default: 0] += 1
        uses[mfn, default: 0] += 1
      }
      guard let level = word.kind.level else { continue }
      let progress = TableProgress(stored: page.pointee.progress)
      var held = 0
      if word.isPartial { held = progress.entries } else if word.count > 0 { held = 512 }
      if word.count > 0, !word.isPartial, !word.isValidated {
        lines.append("\(n): left in somebody's hands")
      }
      for i in 0..<held {
        let entry = host.entry(mfn, i)
        guard entry.isPresent, !EntryRules.isHypervisorSlot(i, level) else { continue }
        if entry.frame.rawValue >= UInt64(host.frameCount) { continue }
        if level == .l1 {
          references[entry.frame, default: 0] += 1
          if entry.flags.contains(.writable) {
            uses[entry.frame, default: 0] += 1
            kinds[entry.frame, default: []].insert(PageKind.writable.rawValue)
          }
          continue
        }
        if entry.frame == mfn { continue }
        references[entry.frame, default: 0] += 1
        uses[entry.frame, default: 0] += 1
        let child = host.mmu.type(of: entry.frame).kind
        if child == word.kind {
          linear[mfn, default: 0] += 1
          linear[entry.frame, default: 0] -= 1
          if entry.flags.contains(.writable) { lines.append("\(n): writable linear entry \(i)") }
          kinds[entry.frame, default: []].insert(word.kind.rawValue)
        } else {
          kinds[entry.frame, default: []].insert(word.kind.rawValue - 1)
        }
      }
      if word.isPartial, progress.holdsNext {
        references[host.entry(mfn, progress.entries).frame, default: 0] += 1
      }
    }
    for n in 2..<host.frameCount {
      let mfn = host.frame(n)
      let word = host.mmu.type(of: mfn)
      let r = Int(host.references(mfn))
      if r != references[mfn, default: 0] {
        lines.append(
          "\(n): \(r) references, \(references[mfn, default: 0]) expected (\(word.kind))")
      }
      if Int(word.count) != uses[mfn, default: 0] {
        lines.append("\(n): \(word.count) uses, \(uses[mfn, default: 0]) expected (\(word.kind))")
      }
      if word.count > 0, Int(word.linear) != linear[mfn, default: 0] {
        lines.append("\(n): linear \(word.linear), \(linear[mfn, default: 0]) expected")
      }
      for kind in kinds[mfn, default: []] where kind != word.kind.rawValue {
        lines.append("\(n): used as kind \(kind), is \(word.kind)")
      }
    }
    return lines
  }
}
