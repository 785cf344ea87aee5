import CGuest

/// Hypercall numbers.
/// - Source: public/xen.h, __HYPERVISOR_*
public enum HypercallNumber: UInt64, Sendable {
  case setTrapTable = 0
  case mmuUpdate = 1
  case setGDT = 2
  case stackSwitch = 3
  case setCallbacks = 4
  case fpuTaskswitch = 5
  case schedOpCompat = 6
  case platformOp = 7
  case setDebugReg = 8
  case getDebugReg = 9
  case updateDescriptor = 10
  case memoryOp = 12
  case multicall = 13
  case updateVAMapping = 14
  case setTimerOp = 15
  case eventChannelOpCompat = 16
  case xenVersion = 17
  case consoleIO = 18
  case physdevOpCompat = 19
  case grantTableOp = 20
  case vmAssist = 21
  case updateVAMappingOtherDomain = 22
  case iret = 23
  case vcpuOp = 24
  case setSegmentBase = 25
  case mmuextOp = 26
  case xsmOp = 27
  case nmiOp = 28
  case schedOp = 29
  case callbackOp = 30
  case xenoprofOp = 31
  case eventChannelOp = 32
  case physdevOp = 33
  case hvmOp = 34
  case sysctl = 35
  case domctl = 36
  case kexecOp = 37
  case tmemOp = 38
  case argoOp = 39
  case xenpmuOp = 40
  case dmOp = 41
  case hypfsOp = 42
  case mca = 48
}

/// Sub-operations of sched_op.
/// - Source: public/sched.h
public enum SchedOp: UInt64, Sendable {
  case yield = 0
  case block = 1
  case shutdown = 2
  case poll = 3
  case remoteShutdown = 4
  case shutdownCode = 5
  case watchdog = 6
  case pinOverride = 7
}

/// Error numbers the hypervisor returns negated.
/// - Source: public/errno.h
public enum XenError: Int64, Sendable {
  case notPermitted = 1
  case noEntry = 2
  case noSuchProcess = 3
  case tooBig = 7
  case again = 11
  case noMemory = 12
  case accessDenied = 13
  case fault = 14
  case busy = 16
  case exists = 17
  case noDevice = 19
  case invalid = 22
  case noSpace = 28
  case range = 34
  case noSuchCall = 38
  case alreadyConnected = 106
  case timedOut = 62
  case notSupported = 95
}

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

/// Ends the domain.
/// - Parameter reason: SHUTDOWN_*: 0 power off, 1 reboot, 3 crash.
public func shutdown(_ reason: UInt32) -> Never {
  var argument = reason
  while true { _ = hypercall(.schedOp, SchedOp.shutdown.rawValue, &argument) }
}
