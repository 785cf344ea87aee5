import Testing
import XenABI

@Suite struct CallbackNumbers {
  @Test func callbackOpHasTheNumbersOfTheHeader() {
    expectNumber(CallbackOp.register.rawValue, "CALLBACKOP_register")
    expectNumber(CallbackOp.unregister.rawValue, "CALLBACKOP_unregister")
  }

  @Test func callbackTypeHasTheNumbersOfTheHeader() {
    expectNumber(CallbackType.event.rawValue, "CALLBACKTYPE_event")
    expectNumber(CallbackType.failsafe.rawValue, "CALLBACKTYPE_failsafe")
    expectNumber(CallbackType.syscall.rawValue, "CALLBACKTYPE_syscall")
    expectNumber(CallbackType.sysenterDeprecated.rawValue, "CALLBACKTYPE_sysenter_deprecated")
    expectNumber(CallbackType.nmi.rawValue, "CALLBACKTYPE_nmi")
    expectNumber(CallbackType.sysenter.rawValue, "CALLBACKTYPE_sysenter")
    expectNumber(CallbackType.syscall32.rawValue, "CALLBACKTYPE_syscall32")
  }

  @Test func callbackFlagsHasTheNumbersOfTheHeader() {
    expectNumber(CallbackFlags.maskEvents, "CALLBACKF_mask_events")
  }
}

@Suite struct CallbackLayouts {
  @Test func callbackRegisterIsLaidOutAsInC() {
    expectLayout(
      of: CallbackRegister.self, as: "callback_register",
      [
        (\.type, "type"),
        (\.flags, "flags"),
        (\.address, "address"),
      ])
  }

  @Test func callbackUnregisterIsLaidOutAsInC() {
    expectLayout(
      of: CallbackUnregister.self, as: "callback_unregister",
      [
        (\.type, "type"),
        (\.reserved, "_unused"),
      ])
  }
}
