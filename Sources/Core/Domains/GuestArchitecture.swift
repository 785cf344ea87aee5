import GrantTables
import Machine
import Primitives
import XenABI

/// What the core asks of the processor's floor about domains and vCPUs.
///
/// `Domain.architecture` and `VCPU.architecture` belong to the conforming type: the core only
/// carries them.
public protocol GuestArchitecture: Machine {
  /// Makes the processor's part of a fresh domain.
  static func makeDomain(_ domain: Ref<Domain>, in hv: Hypervisor<Self>) throws(XenErrno)

  /// Makes the processor's part of a fresh vCPU.
  static func makeVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<Self>) throws(XenErrno)

  /// Gives back what the processor's part of a vCPU holds, its memory included.
  static func releaseVCPU(_ vcpu: Ref<VCPU>, in hv: Hypervisor<Self>)

  /// Gives back what the processor's part of a domain holds, its memory included.
  static func releaseDomain(_ domain: Ref<Domain>, in hv: Hypervisor<Self>)

  /// Takes page tables and memory away from a dying domain, a bounded piece at a time.
  /// - Returns: whether nothing is left to do.
  static func relinquishMemory(_ domain: Ref<Domain>, in hv: Hypervisor<Self>) -> Bool

  /// Loads the registers of `next` in place of those of `previous`; nil stands for idle.
  /// `isLoaded` of both is kept true.
  static func switchContext(
    from previous: Ref<VCPU>?, to next: Ref<VCPU>?, in hv: Hypervisor<Self>)

  /// dom0 has shut down: powers off, reboots or halts the machine as `reason` (`SHUTDOWN_*`) says.
  static func controlDomainEnded(reason: UInt32)

  /// Gives a vCPU that is down its first registers, read from the caller's memory at `address`
  /// (`struct vcpu_guest_context`).
  static func initialiseVCPU(
    _ vcpu: Ref<VCPU>, contextAt address: UInt64, in hv: Hypervisor<Self>) throws(XenErrno)

  /// The names of a CPU, as `VCPUOP_get_physid` puts them together; nil without such a CPU.
  static func physicalID(of cpu: CPUIndex) -> UInt64?

  /// Copies the present time into a vCPU's `vcpu_info` and its own time area. The vCPU is loaded on
  /// this CPU.
  static func publishTime(_ vcpu: Ref<VCPU>, in hv: Hypervisor<Self>)

  /// Whether a domain wants `XEN_RUNSTATE_UPDATE` set while its runstate areas are being written.
  static func marksRunstateUpdates(_ domain: Ref<Domain>) -> Bool

  /// Takes a reference, and the right to write, to a frame that a guest names as its own.
  static func holdWritableFrame(
    _ frame: GFN, of domain: Ref<Domain>, in hv: Hypervisor<Self>
  ) throws(XenErrno) -> MFN

  /// Gives back what `holdWritableFrame` took.
  static func releaseWritableFrame(_ frame: MFN, in hv: Hypervisor<Self>)

  /// Writes dom0's output to the machine's console: `count` bytes of `bytes`.
  static func writeConsole(_ bytes: InlineArray<128, UInt8>, count: Int)

  /// Takes the next character that an operator typed for dom0, if there is one.
  static func readConsole() -> UInt8?

  /// Writes the PFN of a machine frame of RAM into the table that guests read.
  static func setMachineToPhysical(_ mfn: MFN, _ pfn: UInt64)

  /// The PFN that the table has for a machine frame of RAM.
  static func machineToPhysical(_ mfn: MFN) -> UInt64

  /// Does what the console has pending: input from the serial line, output that waits.
  static func pollConsole(in hv: Hypervisor<Self>)

  /// Writes a granted frame into a page-table entry of a vCPU's domain. The caller has taken the
  /// references that the entry stands for: to the frame and, to write, to its type.
  /// - Throws: `badVirtualAddress`, `generalError`.
  static func installGrantMapping(
    _ place: GrantPlacement, for vcpu: Ref<VCPU>, in hv: Hypervisor<Self>) throws(GrantStatus)

  /// Clears the page-table entry of a granted frame. The caller flushes TLBs, then drops the
  /// references.
  /// - Parameter replacement: an address whose entry moves here (`GNTTABOP_unmap_and_replace`);
  ///   0 for none.
  /// - Throws: `badVirtualAddress`, `generalError`, if the frame is not mapped there as described.
  static func removeGrantMapping(
    _ place: GrantPlacement, replacement: UInt64, for vcpu: Ref<VCPU>, in hv: Hypervisor<Self>
  ) throws(GrantStatus)

  /// Lets a physical interrupt come to a domain as events on its port.
  /// - Parameter flags: `BindPIRQFlags`.
  static func bindInterrupt(
    _ pirq: UInt32, flags: UInt32, to domain: Ref<Domain>, in hv: Hypervisor<Self>
  ) throws(XenErrno)

  /// Ends `bindInterrupt`.
  static func releaseInterrupt(_ pirq: UInt32, of domain: Ref<Domain>, in hv: Hypervisor<Self>)

  /// Makes a bound interrupt arrive at the CPU that a vCPU runs on.
  static func moveInterrupt(_ pirq: UInt32, to vcpu: Ref<VCPU>, in hv: Hypervisor<Self>)
}

// What a machine answers that has no such thing.
extension GuestArchitecture {
  public static func physicalID(of cpu: CPUIndex) -> UInt64? { nil }

  public static func marksRunstateUpdates(_ domain: Ref<Domain>) -> Bool { false }

  public static func installGrantMapping(
    _ place: GrantPlacement, for vcpu: Ref<VCPU>, in hv: Hypervisor<Self>
  ) throws(GrantStatus) { throw .generalError }

  public static func removeGrantMapping(
    _ place: GrantPlacement, replacement: UInt64, for vcpu: Ref<VCPU>, in hv: Hypervisor<Self>
  ) throws(GrantStatus) { throw .generalError }

  public static func bindInterrupt(
    _ pirq: UInt32, flags: UInt32, to domain: Ref<Domain>, in hv: Hypervisor<Self>
  ) throws(XenErrno) { throw .EINVAL }

  public static func releaseInterrupt(
    _ pirq: UInt32, of domain: Ref<Domain>, in hv: Hypervisor<Self>
  ) {}

  public static func moveInterrupt(
    _ pirq: UInt32, to vcpu: Ref<VCPU>, in hv: Hypervisor<Self>
  ) {}
}
