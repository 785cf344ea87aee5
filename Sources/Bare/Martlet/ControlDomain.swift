import Domains
import Formats
import Machine
import Memory
import Primitives
import Sync
import Text
import X86Machine
import X86PV
import XenABI

/// Starts dom0 from the boot loader's modules.
enum ControlDomain {
  /// Builds dom0 and lets it run. What prevents that is told in one line, and the machine stops.
  static func build(_ options: Options) {
    let hypervisor = Root.hypervisor
    let information = X86.boot.pointee.information
    guard let kernel = information.module(0) else {
      stop("no dom0 kernel: the boot loader passed no module")
    }
    let ramdisk = information.module(1)?.contents ?? .none
    let size = frames(options, hypervisor)
    var image = ControlDomainImage(
      kernel: kernel.contents, ramdisk: ramdisk, frames: size.initial,
      maximumFrames: size.maximum, vcpuCount: vcpuCount(options))
    image.isPinned = options.isDom0Pinned
    let end = copyCommandLine(of: kernel, to: &image.commandLine)
    _ = BootOptions.appendControlDomainWords(to: &image.commandLine, at: end)
    log(
      .info,
      "Building dom0: \(size.initial >> 8) MiB, \(image.vcpuCount) vCPUs, kernel \(kernel.contents.length >> 10) KiB, ramdisk \(ramdisk.length >> 10) KiB"
    )
    do throws(ControlDomainError) {
      try hypervisor.buildControlDomain(image)
    } catch {
      switch error {
      case .badKernel: stop("dom0's kernel cannot be used")
      case .missingFeature: stop("dom0's kernel needs what this hypervisor does not have")
      case .notEnoughMemory:
        stop("dom0_mem is too small for dom0's kernel and ramdisk, or larger than what there is")
      case .hypervisorOutOfMemory: stop("not enough memory left to build dom0")
      case .refusedPageTables: stop("dom0's first page tables are wrong")
      }
    }
    freeModules(information, hypervisor)
    guard let dom0 = hypervisor.domain(.dom0) else { stop("dom0 vanished") }
    let domain = dom0.domain
    domain.pointee.stateLock.withLock {
      domain.pointee.controllerPauses = 0
      domain.pointee.hasStarted = true
    }
    X86.endBoot()
    hypervisor.unpause(domain)
  }

  // The modules' memory is free now: their contents are in dom0.
  private static func freeModules(_ information: BootInformation, _ hypervisor: Hypervisor<X86>) {
    for i in 0..<information.moduleCount {
      guard let module = information.module(i) else { continue }
      let range = module.contents.wholeFrames
      var frame = range.start >> 12
      while frame < range.end >> 12 {
        if hypervisor.frames.isMemory(MFN(frame)) { hypervisor.freeOwnFrames(MFN(frame)) }
        frame += 1
      }
    }
  }

  private static func frames(
    _ options: Options, _ hypervisor: Hypervisor<X86>
  ) -> (initial: UInt64, maximum: UInt64) {
    let free = hypervisor.state.pointee.heap.withLock { $0.freeFrames }
    let available = free << 12
    // Without a wish: all but a sixteenth, of which the hypervisor keeps at most 128 MiB.
    let kept = min(available / 16, 128 << 20)
    var bytes = options.dom0Memory.initial?.resolved(available: available) ?? (available - kept)
    if let minimum = options.dom0Memory.minimum?.resolved(available: available) {
      bytes = max(bytes, minimum)
    }
    let maximum = options.dom0Memory.maximum?.resolved(available: available)
    if let maximum { bytes = min(bytes, maximum) }
    let initial = bytes >> 12
    return (initial, max(initial, maximum.map { $0 >> 12 } ?? UInt64(UInt32.max)))
  }

  private static func vcpuCount(_ options: Options) -> Int {
    let most = Int(options.dom0MaximumVCPUs ?? UInt32(X86.cpuCount))
    return max(1, min(Domain.vcpuCapacity, max(Int(options.dom0MinimumVCPUs), most)))
  }

  // The kernel's own words: its module's, without the image name that some loaders put first.
  private static func copyCommandLine(
    of kernel: BootModule, to line: inout InlineArray<1024, UInt8>
  ) -> Int {
    var end = 0
    let reader = DirectMapReader.all
    let loaderName = X86.boot.pointee.information.loaderName
    _ = reader.withBytes(
      at: kernel.commandLine.start, count: Int(truncatingIfNeeded: kernel.commandLine.length)
    ) { text in
      _ = reader.withBytes(
        at: loaderName.start, count: Int(truncatingIfNeeded: loaderName.length)
      ) { loader in
        let words = CommandLine.kernelWords(text, loaderName: loader)
        end = BootOptions.copy(text, words, to: &line, at: 0)
      }
    }
    return end
  }

  private static func stop(_ reason: StaticString) -> Never {
    panic("Cannot start dom0: \(reason)")
  }
}
