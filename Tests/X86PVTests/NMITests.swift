import Domains
import FakeMachine
import Hypercalls
import Machine
import Memory
import Primitives
import Synchronization
import Testing
import X86Format
import XenABI

@testable import X86PV

/// NMIs of guests, and the page of hypercalls that a guest asks for by MSR.
struct NMITests {
  private static let stack: UInt64 = GuestWorld.data + 2048
  private static let handler: UInt64 = 0x1234_5000

  // A vCPU in its kernel, with a trap table and a stack.
  private func prepare(_ g: GuestWorld) throws -> Ref<VCPU> {
    let vcpu = try g.vcpu(g.guest)
    vcpu.pv.pointee.isKernelMode = true
    g.registers.pointee.cs = FlatSelector.kernelCS64
    g.registers.pointee.ss = FlatSelector.kernelCS64
    g.registers.pointee.rsp = Self.stack
    g.registers.pointee.rip = GuestWorld.code
    g.registers.pointee.rflags = RFLAGS.if.rawValue
    return vcpu
  }

  private func register(_ address: UInt64, _ g: GuestWorld) throws -> Int64? {
    try g.perform(.nmiOp, UInt64(NMIOp.registerCallback.rawValue), address, by: g.guest).0
  }

  @Test func anNMIIsDeliveredOnceAndTheNextWaitsForItsEnd() throws {
    try GuestWorld.run { (g: GuestWorld) throws -> Void in
      let vcpu = try prepare(g)
      #expect(try register(Self.handler, g) == 0)
      let send = HypercallArguments(UInt64(VCPUOp.sendNMI.rawValue), 0, 0)
      #expect(try g.hypercall(.vcpuOp, send, by: g.guest) == 0)
      g.hv.deliverPending(to: vcpu)
      #expect(g.registers.pointee.rip == Self.handler)
      // The handler runs: the next one waits.
      #expect(try g.hypercall(.vcpuOp, send, by: g.guest) == 0)
      g.registers.pointee.rip = Self.handler + 8
      g.hv.deliverPending(to: vcpu)
      #expect(g.registers.pointee.rip == Self.handler + 8)
      // Its end lets the next one in.
      var frame = IRETContext()
      frame.rip = GuestWorld.code
      frame.cs = UInt64(FlatSelector.kernelCS64 & ~3)
      frame.rsp = Self.stack
      try g.hv.write(frame, to: GuestHandle(address: GuestWorld.data))
      g.registers.pointee.rsp = GuestWorld.data
      g.hv.iretOperation(vcpu)
      #expect(g.registers.pointee.rip == GuestWorld.code)
      g.hv.deliverPending(to: vcpu)
      #expect(g.registers.pointee.rip == Self.handler)
      let isPending = vcpu.pointee.isNMIPending.load(ordering: .relaxed)
      #expect(!isPending)
    }
  }

  @Test func anNMIWithoutAHandlerWaitsForOne() throws {
    try GuestWorld.run { (g: GuestWorld) throws -> Void in
      let vcpu = try prepare(g)
      vcpu.pointee.isNMIPending.store(true, ordering: .relaxed)
      g.hv.deliverPending(to: vcpu)
      #expect(g.registers.pointee.rip == GuestWorld.code)
      #expect(try register(0x0000_8000_0000_0000, g) == negative(.EINVAL))
      #expect(try register(Self.handler, g) == 0)
      g.hv.deliverPending(to: vcpu)
      #expect(g.registers.pointee.rip == Self.handler)
    }
  }

  @Test func theHypercallPageIsFilledIntoAFrameOfTheGuestsAlone() throws {
    try GuestWorld.run { (g: GuestWorld) throws -> Void in
      let vcpu = try prepare(g)
      let mine = try g.hv.allocateFrames(for: g.guest, order: 0)
      let theirs = try g.hv.allocateFrames(for: g.dom0, order: 0)
      func write(_ value: UInt64) -> Bool { g.hv.writeGuestMSR(.hypercallPage, value, vcpu) }
      #expect(write(mine.rawValue << 12))
      // mov $0, %eax; syscall; ret
      let first = g.host.memory[mine].load(UInt64.self, at: 0) ?? 0
      #expect(first != 0)
      #expect(!write(mine.rawValue << 12 | 1))
      #expect(!write(theirs.rawValue << 12))
      #expect(!write(1 << 60))
      #expect(g.host.memory[theirs][word: 0] == 0)
    }
  }
}
