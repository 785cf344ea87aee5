// Registration of a PV guest's entry points.
//
// Source: xen/callback.h.

/// Command of `callback_op`.
public enum CallbackOp: UInt32, Sendable {
  /// Registers an entry point (`CALLBACKOP_register`).
  case register = 0
  /// Removes an entry point (`CALLBACKOP_unregister`).
  case unregister = 1
}

/// Which entry point.
public enum CallbackType: UInt16, Sendable {
  /// Event upcall (`CALLBACKTYPE_event`).
  case event = 0
  /// Failsafe: the hypervisor could not restore the guest's state (`CALLBACKTYPE_failsafe`).
  case failsafe = 1
  /// System call from 64-bit user mode (`CALLBACKTYPE_syscall`).
  case syscall = 2
  /// System call by sysenter, 32-bit hypervisor (`CALLBACKTYPE_sysenter_deprecated`).
  case sysenterDeprecated = 3
  /// NMI (`CALLBACKTYPE_nmi`).
  case nmi = 4
  /// System call by sysenter (`CALLBACKTYPE_sysenter`).
  case sysenter = 5
  /// System call from 32-bit user mode (`CALLBACKTYPE_syscall32`).
  case syscall32 = 7
}

/// Flags of `CallbackRegister.flags`.
public enum CallbackFlags {
  /// Masks events on entry (`CALLBACKF_mask_events`).
  public static var maskEvents: UInt16 { 1 << 0 }
}

/// Argument of `CALLBACKOP_register` (`struct callback_register`).
public struct CallbackRegister: BitwiseCopyable, Sendable {
  /// A `CallbackType` (`type`).
  public var type: UInt16 = 0
  /// `CallbackFlags` (`flags`).
  public var flags: UInt16 = 0
  private var _pad0: UInt32 = 0
  /// Virtual address of the entry (`address`).
  public var address: UInt64 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt16 = 0, flags: UInt16 = 0, address: UInt64 = 0) {
    self.type = type
    self.flags = flags
    self.address = address
  }
}

/// Argument of `CALLBACKOP_unregister` (`struct callback_unregister`).
public struct CallbackUnregister: BitwiseCopyable, Sendable {
  /// A `CallbackType` (`type`).
  public var type: UInt16 = 0
  /// Unused (`_unused`).
  public var reserved: UInt16 = 0

  /// Makes a value of zeroes.
  public init() {}

  /// Makes a value from its fields; what is left out is zero.
  public init(type: UInt16 = 0, reserved: UInt16 = 0) {
    self.type = type
    self.reserved = reserved
  }
}
