import CX86
import Formats
import Machine
import Primitives
import Synchronization
import Text
import X86Format

/// The composition root's own start, on the boot CPU, once the machine is up.
@_extern(c, "martlet_main")
func compositionMain()

/// Goes on on a new stack (`trap.S` calls it).
@c(martlet_on_stack)
public func onStack(_ which: UInt64) {
  X86.continueStart()
  compositionMain()
  panic("the composition root returned")
}

extension X86 {
  /// Brings the machine up as far as the composition root needs it.
  ///
  /// - Parameters:
  ///   - magic: what the boot loader left in EAX.
  ///   - information: what it left in EBX: the physical address of its structure.
  public static func start(magic: UInt32, information: UInt64) -> Never {
    initialiseState()
    log(.info, "Martlet version 4.17.0 (Embedded Swift) x86-64")
    readBootInformation(magic: magic, address: information)
    prepareFreeMemory()
    state.pointee.space.hasNoExecute = has(.nx)
    buildAddressSpace()
    makeInterruptTable()
    let first = CPUIndex(0)
    makeCPU(first, apicID: cpuid(CPUIDNumber.features).ebx >> 24)
    state.pointee.cpuCount = 1
    x86_switch_stack(stackTop(of: first) &- FramePlace.block &- FramePlace.bytes, 0)
    panic("returned from the boot CPU's own stack")
  }

  /// Goes on with the start of the machine on the boot CPU's own stack.
  static func continueStart() {
    loadCPU()
    LegacyPIC.disable(movingTo: 0x20)
    readPlatform()
    LocalAPICDriver.prepare()
    LocalAPICDriver.enable()
    startTime()
    enableTimer()
    here.pointee.isOnline.store(true, ordering: .releasing)
    prepareIOAPICs()
    prepareDevicePages()
    findCapabilities()
    enlargeConsoleRing()
    let options = boot.pointee.options
    let limit = Int(options.maximumCPUs ?? UInt32(CPULimit.count))
    startProcessors(limit: options.isSMPDisabled ? 1 : min(max(limit, 1), CPULimit.count))
    enableSerialInput()
    state.pointee.isStarting = false
    log(.info, "Xen heap: \(boot.pointee.freeMap.ramBytes >> 20)MB free")
  }

  /// What the boot loader handed over.
  public static var boot: Ref<BootRecord> {
    // Safety: part of the machine's state, which stays where it is for ever.
    unsafe withUnsafeMutablePointer(to: &state.pointee.boot) { unsafe Ref($0) }
  }

  private static func readBootInformation(magic: UInt32, address: UInt64) {
    // The boot page tables show the first 4 GiB.
    let reader = DirectMapReader(limit: 4 << 30)
    let boot = Self.boot
    do throws(MultibootError) {
      boot.pointee.information = try Multiboot.decode(magic: magic, address: address, reader)
      let dropped = try boot.pointee.information.insertMemory(
        into: &boot.pointee.firmwareMap, reader)
      if dropped > 0 { log(.warning, "\(dropped) entries of the memory map dropped") }
    } catch {
      panic("boot loader's information cannot be used (magic \(hex: magic))")
    }
    readOptions()
    log(.info, "Physical memory map:")
    boot.pointee.firmwareMap.forEach { entry in
      log(
        .info,
        " [\(hex: entry.range.start, digits: 16), \(hex: entry.range.end &- 1, digits: 16)] (\(name(of: entry.type)))"
      )
    }
    log(
      .info,
      "System RAM: \(boot.pointee.firmwareMap.ramBytes >> 20)MB (\(boot.pointee.firmwareMap.ramBytes >> 10)kB)"
    )
  }

  private static func name(of type: MemoryType) -> StaticString {
    switch type {
    case .ram: "usable"
    case .reserved: "reserved"
    case .acpiReclaimable: "ACPI data"
    case .acpiNVS: "ACPI NVS"
    case .unusable: "unusable"
    }
  }
}
