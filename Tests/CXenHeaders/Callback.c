// The numbers and layouts of xen/callback.h, for the ABI tests.
#include "xentable.h"

#include <xen/callback.h>

static const struct xen_number numbers[] = {
  NUMBER(CALLBACKOP_register),
  NUMBER(CALLBACKOP_unregister),
  NUMBER(CALLBACKTYPE_event),
  NUMBER(CALLBACKTYPE_failsafe),
  NUMBER(CALLBACKTYPE_syscall),
  NUMBER(CALLBACKTYPE_sysenter_deprecated),
  NUMBER(CALLBACKTYPE_nmi),
  NUMBER(CALLBACKTYPE_sysenter),
  NUMBER(CALLBACKTYPE_syscall32),
  NUMBER(CALLBACKF_mask_events),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(callback_register),
  STRUCT_FIELD(callback_register, type),
  STRUCT_FIELD(callback_register, flags),
  STRUCT_FIELD(callback_register, address),
  STRUCT_SIZE(callback_unregister),
  STRUCT_FIELD(callback_unregister, type),
  STRUCT_FIELD(callback_unregister, _unused),
};

const struct xen_table xen_table_Callback = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
