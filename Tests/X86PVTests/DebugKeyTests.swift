import Domains
import FakeMachine
import Hypercalls
import Machine
import Primitives
import Synchronization
import Testing
import XenABI

@testable import X86PV

/// Serialised: whose turn it is to tell registers is one word of the whole hypervisor.
@Suite(.serialized) struct DebugKeyTests {
  @Test func noKeyWaitsForTheControlLock() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let isTaken = w.hv.state.pointee.controlLock.tryAcquire()
      #expect(isTaken)
      for code in UInt8.min...UInt8.max { w.hv.handleDebugKey(code) }
      w.hv.state.pointee.controlLock.release()
      let isHeld =
        w.hv.state.pointee.schedulerLock.isHeld() || w.dom0.pointee.pageLock.isHeld()
        || w.dom0.pointee.grantLock.isHeld() || w.dom0.pointee.eventLock.isHeld()
      #expect(!isHeld)
    }
  }

  @Test func theMachinesKeysReachTheMachine() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      for code in "h%R+-Gwq".utf8 { w.hv.handleDebugKey(code) }
      #expect(
        Processor.update { $0.machineKeys } == [
          .trap, .reboot, .raiseThreshold, .lowerThreshold, .toggleThreshold, .dumpRing,
        ])
    }
  }

  @Test func allDiagnosticsLeaveTheMachineAlone() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      w.hv.handleDebugKey(UInt8(ascii: "*"))
      #expect(Processor.update { $0.machineKeys } == [])
    }
  }

  @Test func cpusTellTheirRegistersOneAfterTheOther() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let count = w.hv.state.pointee.cpus.count
      #expect(count > 1)
      w.host.update {
        $0.currentCPU = CPUIndex(1)
        $0.kicks = []
      }
      w.hv.handleDebugKey(UInt8(ascii: "d"))
      var expected: [CPUIndex] = []
      for step in 1..<count {
        let next = CPUIndex((1 + step) % count)
        expected.append(next)
        #expect(w.host.update { $0.kicks } == expected)
        let work = PendingWork(
          rawValue: w.hv.state.pointee.cpus[next.index].pointee.pending.load(ordering: .relaxed))
        #expect(work.contains(.console))
        // Whoever else comes by has no turn.
        w.hv.continueRegisterDump()
        #expect(w.host.update { $0.kicks } == expected)
        w.host.update { $0.currentCPU = next }
        w.hv.continueRegisterDump()
      }
      #expect(w.host.update { $0.kicks } == expected)
    }
  }
}
