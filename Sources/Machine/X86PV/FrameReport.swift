import Domains
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import Text
import X86Format
import XenABI

/// What the debug keys tell of a domain's frames.
extension Hypervisor where M: X86Hardware {
  /// Tells what the frames of dying domains are still used as: how many, and a few of the tables.
  func tellFramesOfTheDying() {
    var next = DomainID(0)
    while let found = firstDomain(from: next) {
      next = DomainID(found.domain.pointee.id.rawValue &+ 1)
      if found.domain.pointee.isDying { tellKinds(found.domain) }
    }
  }

  private func tellKinds(_ domain: Ref<Domain>) {
    var counts = InlineArray<8, UInt32>(repeating: 0)
    var shown = 0
    domain.pointee.pageLock.withLock {
      var next = domain.pointee.pages.first
      while let mfn = next {
        next = domain.pointee.pages.next(after: mfn, in: frames)
        let page = frames[mfn]
        let word = PageTypeWord(rawValue: page.pointee.type.load(ordering: .relaxed))
        let kind = word.count == 0 ? PageKind.none : word.kind
        counts[Int(kind.rawValue)] += 1
        guard kind == .l4 || (kind.level != nil && shown < 4) else { continue }
        if kind != .l4 { shown += 1 }
        log(
          .answer,
          "    table \(hex: mfn.rawValue): level \(kind.rawValue) uses=\(word.count) references=\(page.pointee.references) pinned=\(word.isPinned) valid=\(word.isValidated) partial=\(word.isPartial) linear=\(word.linear) progress=\(hex: page.pointee.progress)"
        )
      }
    }
    for i in 0..<domain.pointee.maximumVCPUs {
      guard let vcpu = domain.pointee.vcpus[i], vcpu.pointee.architecture != 0 else { continue }
      let memory = vcpu.pv
      log(
        .answer,
        "  v\(i): roots \(hex: memory.pointee.memory.kernelRoot.rawValue) \(hex: memory.pointee.memory.userRoot.rawValue)"
      )
    }
    log(
      .answer,
      "  d\(domain.pointee.id.rawValue) frames: unused \(counts[0]), L1 \(counts[1]), L2 \(counts[2]), L3 \(counts[3]), L4 \(counts[4]), descriptors \(counts[5]), writable \(counts[7])"
    )
  }
}
