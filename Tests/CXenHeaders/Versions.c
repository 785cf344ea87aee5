// Interface versions and counts, for the ABI tests.
#include "xentable.h"

#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/features.h>
#include <xen/hvm/params.h>
#include <xen/platform.h>
#include <xen/sysctl.h>

static const struct xen_number numbers[] = {
  NUMBER(HVM_NR_PARAMS),
  NUMBER(NR_VIRQS),
  NUMBER(XENFEAT_NR_SUBMAPS),
  NUMBER(XENPF_INTERFACE_VERSION),
  NUMBER(XEN_DOMCTL_INTERFACE_VERSION),
  NUMBER(XEN_EDEADLOCK),
  NUMBER(XEN_EWOULDBLOCK),
  NUMBER(XEN_SYSCTL_INTERFACE_VERSION),
};

const struct xen_table xen_table_Versions = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
};
