// The numbers and layouts of xen/sched.h, for the ABI tests.
#include "xentable.h"

#include <xen/sched.h>

static const struct xen_number numbers[] = {
  NUMBER(SCHEDOP_yield),
  NUMBER(SCHEDOP_block),
  NUMBER(SCHEDOP_shutdown),
  NUMBER(SCHEDOP_poll),
  NUMBER(SCHEDOP_remote_shutdown),
  NUMBER(SCHEDOP_shutdown_code),
  NUMBER(SCHEDOP_watchdog),
  NUMBER(SCHEDOP_pin_override),
  NUMBER(SHUTDOWN_poweroff),
  NUMBER(SHUTDOWN_reboot),
  NUMBER(SHUTDOWN_suspend),
  NUMBER(SHUTDOWN_crash),
  NUMBER(SHUTDOWN_watchdog),
  NUMBER(SHUTDOWN_soft_reset),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(sched_shutdown),
  STRUCT_FIELD(sched_shutdown, reason),
  STRUCT_SIZE(sched_poll),
  STRUCT_FIELD(sched_poll, ports),
  STRUCT_FIELD(sched_poll, nr_ports),
  STRUCT_FIELD(sched_poll, timeout),
  STRUCT_SIZE(sched_remote_shutdown),
  STRUCT_FIELD(sched_remote_shutdown, domain_id),
  STRUCT_FIELD(sched_remote_shutdown, reason),
  STRUCT_SIZE(sched_watchdog),
  STRUCT_FIELD(sched_watchdog, id),
  STRUCT_FIELD(sched_watchdog, timeout),
  STRUCT_SIZE(sched_pin_override),
  STRUCT_FIELD(sched_pin_override, pcpu),
};

const struct xen_table xen_table_Sched = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
