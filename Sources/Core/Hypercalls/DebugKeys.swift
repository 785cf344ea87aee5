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

/// What debug keys tell that any processor has.
///
/// A key is acted on when its CPU is on the way to a guest, or inside a sysctl: never as an
/// interrupt, so no lock but the control lock is held, and none for longer than one line's facts take.
extension Hypervisor {
  /// Tells what a key asks for; keys that are the processor's or the machine's do nothing here.
  public func tell(_ key: DebugKey) {
    switch key {
    case .help: tellKeys()
    case .domains: tellDomains()
    case .runQueues: tellRunQueues()
    case .events: tellEvents()
    case .grants: tellGrants()
    case .time: tellTime()
    case .memory: tellMemory()
    case .trap, .allDiagnostics, .raiseThreshold, .lowerThreshold, .toggleThreshold, .reboot,
      .controlDomainRegisters, .registers, .dumpRing:
      return
    }
  }

  private func tellKeys() {
    log(.answer, "'h' pressed -> showing installed handlers")
    DebugKey.forEach { key in
      var line = Line()
      line.buffer.append(" key '")
      line.buffer.append(byte: key.rawValue)
      log(
        .answer,
        "\(line)' (ascii '\(digits: key.rawValue)') => \(key.explanation)")
    }
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
    log(.answer, "'q' pressed -> dumping domain info (now = \(M.now.nanoseconds))")
    forEachDomain { domain in
      let references = domain.pointee.references.load(ordering: .relaxed)
      let pauses = domain.pointee.pauseCount.load(ordering: .relaxed)
      log(.answer, "General information for domain \(domain.pointee.id.rawValue):")
      log(
        .answer,
        "    refcnt=\(references) dying=\(domain.pointee.isDying) pause_count=\(pauses)")
      log(
        .answer,
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
        .answer,
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
      .answer,
      "    VCPU\(vcpu.pointee.id.rawValue): CPU\(vcpu.pointee.scheduling.cpu.rawValue) [has=\(running)] flags=\(blockers) pause_count=\(pauses) upcall_pend=\(isUpcallPending(vcpu)) upcall_mask=\(isUpcallMasked(vcpu))"
    )
  }

  private func tellRunQueues() {
    log(.answer, "'r' pressed -> dumping run queues (now = \(M.now.nanoseconds))")
    log(.answer, "Scheduler: SMP Credit Scheduler (credit)")
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
          .answer,
          "  [\(domain.pointee.id.rawValue).\(i)] pri=\(priority) cpu=\(cpu) credit=\(credit) running=\(running) [w=\(domain.pointee.scheduling.weight),cap=\(domain.pointee.scheduling.cap)]"
        )
      }
    }
  }

  private func tellEvents() {
    log(.answer, "'e' pressed -> dumping event-channel info")
    forEachDomain { domain in
      let ports = domain.pointee.eventLock.withLock { domain.pointee.events?.activePorts ?? 0 }
      log(.answer, "Event channel information for domain \(domain.pointee.id.rawValue):")
      log(.answer, "    active ports: \(ports)")
    }
  }

  private func tellGrants() {
    log(.answer, "'g' pressed -> printing grant table usage")
    forEachDomain { domain in
      let usage = domain.pointee.grantLock.withLock {
        (
          domain.pointee.grants?.sharedFrames ?? 0, domain.pointee.grants?.sharedFrameLimit ?? 0
        )
      }
      log(
        .answer,
        "grant-table for remote d\(domain.pointee.id.rawValue) (v1): \(usage.0) of \(usage.1) frames"
      )
    }
  }

  private func tellTime() {
    log(.answer, "'t' pressed -> system time \(M.now.nanoseconds) ns")
    for i in 0..<state.pointee.cpus.count {
      log(.answer, "    CPU\(i): idle \(state.pointee.cpus[i].pointee.idleNanoseconds) ns")
    }
  }

  private func tellMemory() {
    let (free, claimed) = state.pointee.heap.withLock { ($0.freeFrames, $0.claimedFrames) }
    log(.answer, "'m' pressed -> memory info")
    log(
      .answer,
      "    total \(state.pointee.totalFrames << 2) KiB, free \(free << 2) KiB, claimed \(claimed << 2) KiB"
    )
  }
}
