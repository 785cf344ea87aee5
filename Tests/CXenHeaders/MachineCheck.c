// The numbers and layouts of xen/arch-x86/xen-mca.h, for the ABI tests.
#include "xentable.h"

#include <xen/arch-x86/xen-mca.h>

static const struct xen_number numbers[] = {
  NUMBER(XEN_MC_fetch),
  NUMBER(XEN_MC_notifydomain),
  NUMBER(XEN_MC_physcpuinfo),
  NUMBER(XEN_MC_msrinject),
  NUMBER(XEN_MC_mceinject),
  NUMBER(XEN_MC_inject_v2),
  NUMBER(XEN_MC_NONURGENT),
  NUMBER(XEN_MC_URGENT),
  NUMBER(XEN_MC_ACK),
  NUMBER(XEN_MC_NODATA),
  NUMBER(XEN_MCA_INTERFACE_VERSION),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xen_mc),
  STRUCT_FIELD(xen_mc, u),
  STRUCT_SIZE(xen_mc_fetch),
  STRUCT_FIELD(xen_mc_fetch, flags),
  STRUCT_FIELD(xen_mc_fetch, fetch_id),
  STRUCT_FIELD(xen_mc_fetch, data),
  STRUCT_SIZE(xen_mc_physcpuinfo),
  STRUCT_FIELD(xen_mc_physcpuinfo, ncpus),
  STRUCT_FIELD(xen_mc_physcpuinfo, info),
  STRUCT_SIZE(mcinfo_logical_cpu),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_cpunr),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_chipid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_coreid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_threadid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_apicid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_clusterid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_ncores),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_ncores_active),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_nthreads),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_cpuid_level),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_family),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_vendor),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_model),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_step),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_vendorid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_brandid),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_cpu_caps),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_cache_size),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_cache_alignment),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_nmsrvals),
  STRUCT_FIELD(mcinfo_logical_cpu, mc_msrvalues),
};

const struct xen_table xen_table_MachineCheck = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
