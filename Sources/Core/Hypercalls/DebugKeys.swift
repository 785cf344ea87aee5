import Domains
import EventChannels
import GrantTables
import Machine
import Memory
import Primitives
import Scheduling
import Sync
import Synchronization
import Text
import XenABI

/// Keys by which an operator, at the console or through `XEN_SYSCTL_debug_keys`, has the hypervisor
/// tell of itself.
extension Hypervisor {
  /// Acts on a key.
  /// - Returns: false if the key means nothing here.
  @discardableResult public func debugKey(_ key: UInt8) -> Bool {
    switch key {
    case UInt8(ascii: "h"): tellKeys()
    case UInt8(ascii: "q"): tellDomains()
    case UInt8(ascii: "r"): tellRunQueues()
    case UInt8(ascii: "e"): tellEvents()
    case UInt8(ascii: "g"): tellGrants()
    case UInt8(ascii: "t"): tellTime()
    case UInt8(ascii: "m"): tellMemory()
    case UInt8(ascii: "R"):
      log(.info, "'R' pressed -> rebooting machine")
      M.controlDomainEnded(reason: ShutdownReason.reboot.rawValue)
    default: return false
    }
    return true
  }

  private func tellKeys() {
    log(.info, "'h' pressed -> showing installed handlers")
    log(.info, " key '0' => dump Dom0 registers")
    log(.info, " key 'R' => reboot machine")
    log(.info, " key 'e' => dump evtchn info")
    log(.info, " key 'g' => print grant table usage")
    log(.info, " key 'h' => show this message")
    log(.info, " key 'm' => memory info")
    log(.info, " key 'q' => dump domain (and guest debug) info")
    log(.info, " key 'r' => dump run queues")
    log(.info, " key 't' => display multi-cpu clock info")
  }

  // Calls `body` for every domain, held.
  private func forEachDomain(_ body: (Ref<Domain>) -> Void) {
    var next = DomainID(0)
    while let found = firstDomain(from: next) {
      body(found.domain)
      next = DomainID(found.domain.pointee.id.rawValue &+ 1)
    }
  }

  private func tellDomains() {
    log(.info, "'q' pressed -> dumping domain info (now = \(M.now.nanoseconds))")
    forEachDomain { domain in
      let references = domain.pointee.references.load(ordering: .relaxed)
      let pauses = domain.pointee.pauseCount.load(ordering: .relaxed)
      log(.info, "General information for domain \(domain.pointee.id.rawValue):")
      log(
        .info,
        "    refcnt=\(references) dying=\(domain.pointee.isDying) pause_count=\(pauses)")
      log(
        .info,
        "    nr_pages=\(domain.pointee.totalFrames) xenheap_pages=\(domain.pointee.sharedFrames) max_pages=\(domain.pointee.maximumFrames)"
      )
      tellFrames(domain)
      for i in 0..<domain.pointee.maximumVCPUs {
        guard let vcpu = domain.pointee.vcpus[i] else { continue }
        tellVCPU(vcpu)
      }
    }
  }

  // The first frames of a domain that has few, or that should have none: who still uses them?
  private func tellFrames(_ domain: Ref<Domain>) {
    guard domain.pointee.isDying || domain.pointee.pages.count < 10 else { return }
    var left = 10
    var next = domain.pointee.pageLock.withLock { domain.pointee.pages.first }
    while left > 0, let mfn = next {
      let page = frames[mfn]
      let count = page.pointee.count.load(ordering: .relaxed)
      let type = page.pointee.type.load(ordering: .relaxed)
      log(
        .info,
        "    DomPage \(hex: mfn.rawValue): caf=\(hex: count, digits: 16), taf=\(hex: type, digits: 16)"
      )
      next = domain.pointee.pageLock.withLock {
        page.pointee.flags.contains(.listed)
          ? domain.pointee.pages.next(after: mfn, in: frames) : nil
      }
      left -= 1
    }
  }

  private func tellVCPU(_ vcpu: Ref<VCPU>) {
    let blockers = vcpu.pointee.blockers.load(ordering: .relaxed)
    let pauses = vcpu.pointee.pauseCount.load(ordering: .relaxed)
    let running = vcpu.pointee.isLoaded.load(ordering: .relaxed)
    log(
      .info,
      "    VCPU\(vcpu.pointee.id.rawValue): CPU\(vcpu.pointee.scheduling.cpu.rawValue) [has=\(running)] flags=\(blockers) pause_count=\(pauses) upcall_pend=\(isUpcallPending(vcpu)) upcall_mask=\(isUpcallMasked(vcpu))"
    )
  }

  private func tellRunQueues() {
    log(.info, "'r' pressed -> dumping run queues (now = \(M.now.nanoseconds))")
    log(.info, "Scheduler: SMP Credit Scheduler (credit)")
    forEachDomain { domain in
      for i in 0..<domain.pointee.maximumVCPUs {
        guard let vcpu = domain.pointee.vcpus[i] else { continue }
        let (credit, priority, cpu, running) = state.pointee.schedulerLock.withLock {
          (
            vcpu.pointee.scheduling.credit, vcpu.pointee.scheduling.priority.rawValue,
            vcpu.pointee.scheduling.cpu.rawValue, vcpu.pointee.scheduling.isRunning
          )
        }
        log(
          .info,
          "  [\(domain.pointee.id.rawValue).\(i)] pri=\(priority) cpu=\(cpu) credit=\(credit) running=\(running) [w=\(domain.pointee.scheduling.weight),cap=\(domain.pointee.scheduling.cap)]"
        )
      }
    }
  }

  private func tellEvents() {
    log(.info, "'e' pressed -> dumping event-channel info")
    forEachDomain { domain in
      let ports = domain.pointee.eventLock.withLock { domain.pointee.events?.activePorts ?? 0 }
      log(.info, "Event channel information for domain \(domain.pointee.id.rawValue):")
      log(.info, "    active ports: \(ports)")
    }
  }

  private func tellGrants() {
    log(.info, "'g' pressed -> printing grant table usage")
    forEachDomain { domain in
      let usage = domain.pointee.grantLock.withLock {
        (
          domain.pointee.grants?.sharedFrames ?? 0, domain.pointee.grants?.sharedFrameLimit ?? 0
        )
      }
      log(
        .info,
        "grant-table for remote d\(domain.pointee.id.rawValue) (v1): \(usage.0) of \(usage.1) frames"
      )
    }
  }

  private func tellTime() {
    log(.info, "'t' pressed -> system time \(M.now.nanoseconds) ns")
    for i in 0..<state.pointee.cpus.count {
      log(.info, "    CPU\(i): idle \(state.pointee.cpus[i].pointee.idleNanoseconds) ns")
    }
  }

  private func tellMemory() {
    let (free, claimed) = state.pointee.heap.withLock { ($0.freeFrames, $0.claimedFrames) }
    log(.info, "'m' pressed -> memory info")
    log(
      .info,
      "    total \(state.pointee.totalFrames << 2) KiB, free \(free << 2) KiB, claimed \(claimed << 2) KiB"
    )
  }
}
