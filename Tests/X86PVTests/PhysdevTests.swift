import Domains
import EventChannels
import FakeMachine
import Machine
import Primitives
import Testing
import X86Devices
import X86Format
import XenABI

@testable import X86PV

@Suite struct PhysdevTests {
  /// Maps a line for dom0 and binds it to an event channel; returns the port.
  private func bind(_ gsi: Int32, _ w: GuestWorld) throws -> Port {
    let (mapped, request) = try w.physdev(
      .mapPIRQ,
      PhysdevMapPIRQ(
        domain: 0x7ff0, type: MapPIRQType.gsi.rawValue, index: gsi, pirq: gsi), by: w.dom0)
    #expect(mapped == 0)
    #expect(request.pirq == gsi)
    return try bindPort(UInt32(gsi), w)
  }

  private func bindPort(_ pirq: UInt32, _ w: GuestWorld) throws -> Port {
    let port = try w.hv.withPorts(of: w.dom0) { ports throws(XenErrno) in
      try ports.bindPIRQ(pirq) { w.hv.allocateOwnFrame() }
    }
    try w.hv.bindPIRQ(pirq, flags: 0, to: w.dom0)
    return port
  }

  @Test func aLevelLineInterruptsAgainOnlyAfterItsEnd() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let port = try bind(20, w)
      #expect(Processor.update { $0.lines[20] } == [0x31, 1, 1, 0])
      #expect(Processor.update { $0.openLines } == [20])
      // The machine masks the line when it fires.
      FakeMachine.maskGSI(20)
      w.hv.handleDeviceInterrupt(0x31)
      #expect(try w.hv.isPortPending(w.dom0, port.rawValue))
      #expect(try w.physdev(.endOfInterrupt, PhysdevEOI(irq: 20), by: w.dom0).0 == 0)
      #expect(Processor.update { $0.openLines } == [20])
    }
  }

  @Test func anEdgeNeedsNoEnd() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      _ = try bindPort(4, w)  // ISA lines need no mapping.
      #expect(Processor.update { $0.lines[4] } == [0x31, 0, 0, 0])
      FakeMachine.maskGSI(4)
      #expect(try w.physdev(.endOfInterrupt, PhysdevEOI(irq: 4), by: w.dom0).0 == 0)
      #expect(Processor.update { $0.openLines } == [])
    }
  }

  @Test func dom0SaysHowALineIsWiredUnlessItIsInUse() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let edge = PhysdevSetupGSI(gsi: 21, triggering: 0, polarity: 0)
      #expect(try w.physdev(.setupGSI, edge, by: w.dom0).0 == 0)
      _ = try bind(21, w)
      #expect(Processor.update { $0.lines[21] } == [0x31, 0, 0, 0])
      #expect(try w.physdev(.setupGSI, edge, by: w.dom0).0 == negative(.EEXIST))
      #expect(
        try w.physdev(.setupGSI, PhysdevSetupGSI(gsi: 24), by: w.dom0).0 == negative(.EINVAL))
      #expect(try w.physdev(.setupGSI, edge, by: w.guest).0 == negative(.EPERM))
    }
  }

  @Test func closingTheChannelSilencesTheLine() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      _ = try bind(20, w)
      w.hv.releasePIRQ(20, of: w.dom0)
      #expect(Processor.update { $0.openLines } == [])
      #expect(Processor.update { $0.freeVectors.contains(0x31) })
      w.hv.handleDeviceInterrupt(0x31)
      // It can be bound again.
      try w.hv.bindPIRQ(20, flags: 0, to: w.dom0)
      #expect(Processor.update { $0.openLines } == [20])
      #expect(throws: XenErrno.EBUSY) { try w.hv.bindPIRQ(20, flags: 0, to: w.dom0) }
    }
  }

  @Test func messagesGetNumbersAboveTheLines() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let msi = PhysdevMapPIRQ(
        domain: 0x7ff0, type: MapPIRQType.msi.rawValue, index: -1, pirq: -1, bus: 0, devfn: 0x10)
      let (first, one) = try w.physdev(.mapPIRQ, msi, by: w.dom0)
      #expect(first == 0)
      #expect(one.pirq == 511)
      var msix = msi
      msix.type = MapPIRQType.msiSegment.rawValue
      msix.devfn = 0x18
      msix.entryNumber = 2
      msix.tableBase = 0xfebd_0000
      let (second, two) = try w.physdev(.mapPIRQ, msix, by: w.dom0)
      #expect(second == 0)
      #expect(two.pirq == 510)
      let port = try bindPort(UInt32(two.pirq), w)
      #expect(Processor.update { $0.messages } == ["0:24 2 true": 0x31])
      w.hv.handleDeviceInterrupt(0x31)
      #expect(try w.hv.isPortPending(w.dom0, port.rawValue))
      // Unmapping takes everything back.
      #expect(
        try w.physdev(.unmapPIRQ, PhysdevUnmapPIRQ(domain: 0x7ff0, pirq: two.pirq), by: w.dom0).0
          == 0)
      #expect(Processor.update { $0.messages } == [:])
      #expect(
        try w.physdev(.unmapPIRQ, PhysdevUnmapPIRQ(domain: 0x7ff0, pirq: two.pirq), by: w.dom0).0
          == negative(.EINVAL))
    }
  }

  @Test func mappingIsRefusedWithXensErrors() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      func map(_ change: (inout PhysdevMapPIRQ) -> Void, by domain: Ref<Domain>? = nil) throws
        -> Int64?
      {
        var request = PhysdevMapPIRQ(
          domain: 0x7ff0, type: MapPIRQType.gsi.rawValue, index: 20, pirq: 20)
        change(&request)
        return try w.physdev(.mapPIRQ, request, by: domain ?? w.dom0).0
      }
      #expect(try map({ _ in }, by: w.guest) == negative(.EPERM))
      #expect(try map { $0.domain = 9 } == negative(.ESRCH))
      #expect(try map { $0.index = 24 } == negative(.EINVAL))
      #expect(try map { $0.index = -1 } == negative(.EINVAL))
      #expect(try map { $0.type = 9 } == negative(.EINVAL))
      #expect(try map { $0.pirq = 512 } == negative(.EINVAL))
      #expect(try map { _ in } == 0)
      #expect(try map { _ in } == 0)  // again is the same
      #expect(try map { $0.pirq = 22 } == negative(.EEXIST))
      #expect(try map { $0.index = 21 } == negative(.EEXIST))
      #expect(
        try map {
          $0.type = MapPIRQType.multiMSI.rawValue
          $0.entryNumber = 4
        } == negative(.EOPNOTSUPP))
      #expect(
        try map {
          $0.type = MapPIRQType.msiSegment.rawValue
          $0.bus = 1 << 16
        } == negative(.ENODEV))
      Processor.update { $0.pciVendor = 0xffff_ffff }
      #expect(try map { $0.type = MapPIRQType.msi.rawValue } == negative(.ENODEV))
    }
  }

  @Test func twoDomainsCannotHaveOneLine() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      _ = try bind(20, w)
      let (mapped, _) = try w.physdev(
        .mapPIRQ,
        PhysdevMapPIRQ(domain: 1, type: MapPIRQType.gsi.rawValue, index: 20, pirq: 20),
        by: w.dom0)
      #expect(mapped == 0)
      #expect(throws: XenErrno.EBUSY) { try w.hv.bindPIRQ(20, flags: 0, to: w.guest) }
    }
  }

  @Test func withoutVectorsNothingIsBound() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      Processor.update { $0.freeVectors = [] }
      #expect(throws: XenErrno.ENOSPC) { try w.hv.bindPIRQ(4, flags: 0, to: w.dom0) }
      #expect(throws: XenErrno.EINVAL) { try w.hv.bindPIRQ(20, flags: 0, to: w.dom0) }
      #expect(throws: XenErrno.EINVAL) { try w.hv.bindPIRQ(512, flags: 0, to: w.dom0) }
      #expect(throws: XenErrno.EINVAL) { try w.hv.bindPIRQ(4, flags: 0, to: w.guest) }
    }
  }

  @Test func thePrivilegeLevelIsAtMostThree() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      #expect(try w.physdev(.setIOPL, PhysdevSetIOPL(iopl: 1), by: w.guest).0 == 0)
      #expect(try w.vcpu(w.guest).pv.pointee.iopl == 1)
      #expect(try w.physdev(.setIOPL, PhysdevSetIOPL(iopl: 4), by: w.guest).0 == negative(.EINVAL))
    }
  }

  @Test func thePortBitmapCoversAtMostAllPorts() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let bitmap = GuestHandle<UInt8>(address: GuestWorld.data)
      let good = PhysdevSetIOBitmap(bitmap: bitmap, portCount: 65536)
      #expect(try w.physdev(.setIOBitmap, good, by: w.guest).0 == 0)
      #expect(try w.vcpu(w.guest).pv.pointee.ioBitmapPorts == 65536)
      let long = PhysdevSetIOBitmap(bitmap: bitmap, portCount: 65537)
      #expect(try w.physdev(.setIOBitmap, long, by: w.guest).0 == negative(.EINVAL))
      let ours = PhysdevSetIOBitmap(
        bitmap: GuestHandle<UInt8>(address: 0xffff_8000_0000_0000), portCount: 8)
      #expect(try w.physdev(.setIOBitmap, ours, by: w.guest).0 == negative(.EINVAL))
    }
  }

  @Test func thePageOfBitsSaysWhichPIRQsNeedAnEnd() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      _ = try bind(20, w)
      let mfn = try w.hv.allocateFrames(for: w.dom0, order: 0)
      let page = PhysdevPIRQEOIGMFN(gmfn: mfn.rawValue)
      #expect(try w.physdev(.pirqEOIGMFNv2, page, by: w.dom0).0 == 0)
      #expect(w.host.memory[mfn][word: 0] == 1 << 20)
      _ = try bindPort(4, w)
      _ = try bind(22, w)
      #expect(w.host.memory[mfn][word: 0] == 1 << 20 | 1 << 22)
      #expect(try w.physdev(.pirqEOIGMFNv2, page, by: w.dom0).0 == negative(.EBUSY))
      let none = PhysdevPIRQEOIGMFN(gmfn: 1 << 40)
      #expect(try w.physdev(.pirqEOIGMFNv2, none, by: w.guest).0 == negative(.EINVAL))
    }
  }

  @Test func dom0LooksAtIOAPICsButTheyAreNotItsOwn() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      let (result, answer) = try w.physdev(
        .apicRead, PhysdevAPIC(apicPhysicalBase: 0xfec0_0000, register: 1), by: w.dom0)
      #expect(result == 0)
      #expect(answer.value == 0x0017_0020)
      #expect(
        try w.physdev(.apicRead, PhysdevAPIC(apicPhysicalBase: 0x1000), by: w.dom0).0
          == negative(.EINVAL))
      #expect(
        try w.physdev(.apicRead, PhysdevAPIC(apicPhysicalBase: 0xfec0_0000), by: w.guest).0
          == negative(.EPERM))
    }
  }

  @Test func unknownOperationsDoNotExist() throws {
    try GuestWorld.run { (w: GuestWorld) throws -> Void in
      for number: UInt64 in [0, 1, 3, 18, 22, 32] {
        #expect(
          try w.perform(.physdevOp, number, UInt64(0), by: w.dom0).0 == negative(.ENOSYS),
          "\(number)")
      }
    }
  }
}
