import CGuest
import XenABI

/// Makes a hypercall through the hypercall page.
@inline(__always)
public func hypercall(
  _ number: HypercallNumber, _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0,
  _ e: UInt64 = 0
) -> Int64 {
  guest_hypercall(number.rawValue, a, b, c, d, e)
}

/// Makes a hypercall of form (operation, pointer to a structure).
@inline(__always)
public func hypercall<T: BitwiseCopyable>(
  _ number: HypercallNumber, _ operation: UInt64, _ argument: inout T
) -> Int64 {
  // Safety: the structure outlives the call, and the hypervisor writes inside it only.
  unsafe withUnsafeMutablePointer(to: &argument) { pointer in
    guest_hypercall(number.rawValue, operation, UInt64(UInt(bitPattern: pointer)), 0, 0, 0)
  }
}

/// Makes a hypercall of form (operation, address of a structure).
@inline(__always)
public func hypercall(
  _ number: HypercallNumber, _ operation: some RawRepresentable<UInt32>, _ address: UInt64 = 0
) -> Int64 {
  hypercall(number, UInt64(operation.rawValue), address)
}

/// Makes a hypercall of form (operation, pointer to a structure).
@inline(__always)
public func hypercall<T: BitwiseCopyable>(
  _ number: HypercallNumber, _ operation: some RawRepresentable<UInt32>, _ argument: inout T
) -> Int64 {
  hypercall(number, UInt64(operation.rawValue), &argument)
}

/// Stores up to eight words of 8 bytes in this vCPU's argument area, and returns its address.
public func quads(
  _ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0, _ e: UInt64 = 0,
  _ f: UInt64 = 0, _ g: UInt64 = 0, _ h: UInt64 = 0
) -> UInt64 {
  let at = guest_scratch()
  guest_store64(at, a)
  guest_store64(at &+ 8, b)
  guest_store64(at &+ 16, c)
  guest_store64(at &+ 24, d)
  guest_store64(at &+ 32, e)
  guest_store64(at &+ 40, f)
  guest_store64(at &+ 48, g)
  guest_store64(at &+ 56, h)
  return at
}

/// Stores up to eight words of 4 bytes in this vCPU's argument area, and returns its address.
public func words(
  _ a: UInt32 = 0, _ b: UInt32 = 0, _ c: UInt32 = 0, _ d: UInt32 = 0, _ e: UInt32 = 0,
  _ f: UInt32 = 0, _ g: UInt32 = 0, _ h: UInt32 = 0
) -> UInt64 {
  quads(
    UInt64(a) | UInt64(b) << 32, UInt64(c) | UInt64(d) << 32, UInt64(e) | UInt64(f) << 32,
    UInt64(g) | UInt64(h) << 32)
}

/// Addresses no hypercall may read or write through.
public enum BadAddress {
  /// Mapped by nobody.
  public static let unmapped: UInt64 = 0x1000
  /// In the hypervisor's direct map.
  public static let hypervisor: UInt64 = 0xffff_8300_0000_0000
  /// In the machine-to-physical table, which the guest may read itself.
  public static let machineToPhysical: UInt64 = 0xffff_8000_0000_0000
  /// Neither half of the address space.
  public static let nonCanonical: UInt64 = 0x0000_8000_0000_0000
}

/// Ends the domain.
/// - Parameter reason: SHUTDOWN_*: 0 power off, 1 reboot, 3 crash.
public func shutdown(_ reason: UInt32) -> Never {
  var argument = reason
  while true { _ = hypercall(.schedOp, SchedOp.shutdown, &argument) }
}
