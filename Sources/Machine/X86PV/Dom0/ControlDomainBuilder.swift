import Domains
import Formats
import Machine
import Memory
import Primitives
import Sync
import Synchronization
import Text
import X86Format
import XenABI

/// Builds dom0 from what the boot loader left in memory.
extension Hypervisor where M: X86Hardware {
  /// Makes dom0, ready to be unpaused.
  /// - Throws: why it cannot be built; the machine is then of no use.
  public func buildControlDomain(_ image: ControlDomainImage) throws(ControlDomainError) {
    let kernelBytes = Int(truncatingIfNeeded: image.kernel.end &- image.kernel.start)
    let start = MachineAddress(image.kernel.start)
    let outcome = M.memory.withBytes(at: start, count: kernelBytes) {
      span -> ControlDomainError? in
      do throws(ControlDomainError) {
        try build(image, kernel: span)
        return nil
      } catch {
        return error
      }
    }
    guard let outcome else { throw .badKernel }
    if let outcome { throw outcome }
  }

  private func build(
    _ image: ControlDomainImage, kernel module: RawSpan
  ) throws(ControlDomainError) {
    // Unpack the kernel into memory of ours.
    let payload: Range<Int>
    let size: Int
    do throws(FormatError) {
      payload = try KernelPayload.range(in: module)
      size = try KernelPayload.uncompressedSize(module.extracting(payload))
    } catch {
      log(.error, "dom0's kernel is neither a bzImage nor an ELF file")
      throw .badKernel
    }
    guard size > 0, size <= 1 << 30 else { throw .badKernel }
    let order = FrameAllocator.order(forBytes: size)
    let scratchOrder = FrameAllocator.order(forBytes: KernelPayload.scratchByteCount)
    guard let buffer = allocateOwnFrames(order: order) else { throw .hypervisorOutOfMemory }
    defer { freeOwnFrames(buffer, order: order) }
    guard let scratch = allocateOwnFrames(order: scratchOrder) else {
      throw .hypervisorOutOfMemory
    }
    let unpacked = M.memory.withMutableBytes(at: buffer.address, count: size) { output in
      M.memory.withMutableBytes(at: scratch.address, count: KernelPayload.scratchByteCount) {
        work -> Int? in
        try? KernelPayload.decompress(module.extracting(payload), into: &output, scratch: &work)
      }
    }
    freeOwnFrames(scratch, order: scratchOrder)
    guard let unpacked, let unpacked, let unpacked else {
      log(.error, "dom0's kernel is corrupt: it cannot be unpacked")
      throw .badKernel
    }
    let outcome = M.memory.withBytes(at: buffer.address, count: unpacked) {
      elf -> ControlDomainError? in
      do throws(ControlDomainError) {
        try build(image, elf: elf)
        return nil
      } catch {
        return error
      }
    }
    guard let outcome else { throw .badKernel }
    if let outcome { throw outcome }
  }

  private func build(_ image: ControlDomainImage, elf bytes: RawSpan) throws(ControlDomainError) {
    let placement: XenKernelLayout
    let notes: XenNotes
    do throws(FormatError) {
      let elf = try ELF64Image(bytes)
      notes = try XenNotes(elf)
      placement = try XenKernelLayout(elf, notes)
    } catch {
      log(.error, "dom0's kernel has no usable Xen ELF notes: not a PV kernel?")
      throw .badKernel
    }
    guard notes.canBeDom0 else {
      log(.error, "this kernel is not made to be dom0, or wants to run in ring 0")
      throw .missingFeature
    }
    let ramdiskBytes = image.ramdisk.end &- image.ramdisk.start
    let layout = try ControlDomainLayout(
      virtualBase: placement.virtualBase, kernelEnd: placement.end,
      p2mAddress: notes.initialP2M, frames: image.frames, ramdiskBytes: ramdiskBytes,
      mapsRamdisk: !notes.acceptsUnmappedRamdisk)

    var wanted = DomainSpecification()
    wanted.id = .dom0
    wanted.isPrivileged = true
    wanted.maximumVCPUs = image.vcpuCount
    wanted.maximumGrantFrames = state.pointee.grantLimits.frames
    wanted.maximumMapTrackFrames = state.pointee.grantLimits.mapTrackFrames
    guard let id = try? createDomain(wanted), let held = self.domain(id) else {
      throw .hypervisorOutOfMemory
    }
    let domain = held.domain
    domain.pointee.pageLock.withLock { domain.pointee.maximumFrames = image.maximumFrames }
    grantHardware(to: domain)
    for i in 0..<image.vcpuCount {
      do throws(XenErrno) {
        try createVCPU(VCPUID(UInt32(i)), of: domain, isPinned: image.isPinned)
      } catch {
        throw .hypervisorOutOfMemory
      }
    }
    guard let vcpu = domain.pointee.vcpu(VCPUID(0)) else { throw .hypervisorOutOfMemory }

    let memory = try ControlDomainMemory(self, domain, layout)
    try load(bytes, placement, memory)
    if ramdiskBytes != 0 {
      _ = M.memory.withBytes(
        at: MachineAddress(image.ramdisk.start), count: Int(truncatingIfNeeded: ramdiskBytes)
      ) { ramdisk in
        memory.write(ramdisk, toPFN: layout.ramdiskPFN)
      }
    }
    memory.writeList()
    if let page = notes.hypercallPage {
      guard let frame = memory.frame(at: page) else { throw .badKernel }
      HypercallPage.fill(M.memory[frame])
    }
    let tables = try ControlDomainTables(memory)
    writeStartInfo(image, notes, memory)
    memory.finish()

    do throws(XenErrno) {
      try adoptInitialRoot(tables.root, for: vcpu)
    } catch {
      log(.error, "dom0's page tables were refused: error \(error.rawValue)")
      throw .refusedPageTables
    }
    let pv = vcpu.pv
    pv.pointee.frame.rip = placement.entry
    pv.pointee.frame.rsp = layout.stackEnd
    pv.pointee.frame.rsi = layout.startInfoAddress
    pv.pointee.frame.rflags = (RFLAGS.if | .fixed).rawValue
    pv.pointee.frame.cs = FlatSelector.kernelCS64
    pv.pointee.frame.ss = FlatSelector.kernelSS64
    domain.pointee.stateLock.withLock { vcpu.pointee.isInitialised = true }
    vcpu.pointee.blockers.bitwiseAnd(
      ~VCPUBlockers.down.rawValue, ordering: .sequentiallyConsistent)
    log(
      .info,
      "dom0: \(image.frames >> 8) MiB, \(image.vcpuCount) vCPUs, kernel \(hex: placement.start)-\(hex: placement.end), entry \(hex: placement.entry)"
    )
  }

  // Copies the kernel's segments; what they do not fill stays zero.
  private func load(
    _ bytes: RawSpan, _ placement: XenKernelLayout, _ memory: ControlDomainMemory<M>
  ) throws(ControlDomainError) {
    var index = 0
    while let segment = try segment(index, of: bytes, placement) {
      if let segment = segment.loadable {
        try memory.write(bytes, segment.file, to: segment.address)
      }
      index += 1
    }
  }

  // The program header at `index`, nil after the last; its segment if it is loadable.
  private func segment(
    _ index: Int, of bytes: RawSpan, _ placement: XenKernelLayout
  ) throws(ControlDomainError) -> (loadable: XenKernelSegment?, Void)? {
    do throws(FormatError) {
      let elf = try ELF64Image(bytes)
      guard index < elf.programHeaderCount else { return nil }
      return (try placement.segment(elf, index), ())
    } catch {
      throw .badKernel
    }
  }

  private func writeStartInfo(
    _ image: ControlDomainImage, _ notes: XenNotes, _ memory: ControlDomainMemory<M>
  ) {
    let layout = memory.layout
    guard let page = memory.frame(at: layout.startInfoAddress) else { return }
    var info = StartInfo()
    let magic: StaticString =
      notes.paeMode == .none ? "xen-3.0-x86_64" : "xen-3.0-x86_64p"
    for i in 0..<min(31, magic.utf8CodeUnitCount) {
      // Safety: below the text's own count.
      info.magic[i] = unsafe magic.utf8Start[i]
    }
    info.pageCount = layout.frames
    info.sharedInfo = memory.domain.pointee.sharedInfo.address.rawValue
    info.flags = StartInfoFlags.privileged | StartInfoFlags.initDomain
    info.ptBase = layout.pageTablesAddress
    info.ptFrameCount = layout.pageTableFrames
    info.mfnList = layout.p2mAddress
    if layout.isP2MApart {
      info.firstP2MPFN = layout.p2mPFN
      info.p2mFrameCount = layout.p2mFrames + layout.p2mTableFrames
    }
    let ramdiskBytes = image.ramdisk.end &- image.ramdisk.start
    if ramdiskBytes != 0 {
      info.modLength = ramdiskBytes
      if let address = layout.ramdiskAddress {
        info.modStart = address
      } else {
        info.modStart = layout.ramdiskPFN
        info.flags |= StartInfoFlags.modStartPFN
      }
    }
    info.commandLine = image.commandLine
    M.memory[page].store(info, at: 0)
  }

  // dom0 drives the machine's devices: all ports, frames and interrupts but those the hypervisor
  // keeps for itself.
  private func grantHardware(to domain: Ref<Domain>) {
    _ = domain.pointee.portPermissions.insert(0, through: 0xffff)
    _ = domain.pointee.memoryPermissions.insert(0, through: (1 << 40) - 1)
    _ = domain.pointee.interruptPermissions.insert(0, through: 1 << 16)
    WithheldPorts.withhold(from: domain)
    M.withholdHardware(from: domain, in: self)
  }
}
