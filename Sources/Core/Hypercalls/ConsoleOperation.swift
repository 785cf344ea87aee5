import Domains
import Machine
import Primitives
import XenABI

/// `HYPERVISOR_console_io`: dom0's way to the hypervisor's console.
extension Hypervisor {
  /// Performs a `CONSOLEIO_*`.
  public func consoleOperation(
    _ caller: Caller, _ arguments: HypercallArguments
  ) throws(XenErrno) -> HypercallOutcome {
    guard let operation = ConsoleIOOp(rawValue: UInt32(truncatingIfNeeded: arguments.first)) else {
      throw .ENOSYS
    }
    // A guest other than dom0 has no business on the host's console, and so cannot flood it: a Xen
    // that is not built for debugging refuses it, too.
    guard caller.domain.pointee.isPrivileged else { throw .EPERM }
    let count = arguments.second & 0xffff_ffff
    let bytes = GuestHandle<UInt8>(address: arguments.third)
    switch operation {
    case .write:
      var done: UInt64 = 0
      while done < count {
        var piece = InlineArray<128, UInt8>(repeating: 0)
        let length = min(128, count - done)
        for i in 0..<length { piece[Int(i)] = try read(bytes, at: done + i) }
        M.writeConsole(piece, count: Int(length))
        done += length
        if done < count, M.hasPendingInterrupt {
          return .again(
            HypercallArguments(arguments.first, count - done, bytes.address &+ done))
        }
      }
      return .success
    case .read:
      // The result tells a count from an error by its sign.
      guard count <= UInt64(Int32.max) else { throw .E2BIG }
      var done: UInt64 = 0
      while done < min(count, 4096), let byte = M.readConsole() {
        try write(byte, to: bytes, at: done)
        done += 1
      }
      return .done(Int64(done))
    }
  }
}
