// The numbers and layouts of xen/version.h, for the ABI tests.
#include "xentable.h"

#include <xen/version.h>

static const struct xen_number numbers[] = {
  NUMBER(XENVER_version),
  NUMBER(XENVER_extraversion),
  NUMBER(XENVER_compile_info),
  NUMBER(XENVER_capabilities),
  NUMBER(XENVER_changeset),
  NUMBER(XENVER_platform_parameters),
  NUMBER(XENVER_get_features),
  NUMBER(XENVER_pagesize),
  NUMBER(XENVER_guest_handle),
  NUMBER(XENVER_commandline),
  NUMBER(XENVER_build_id),
  NUMBER(XEN_EXTRAVERSION_LEN),
  NUMBER(XEN_CAPABILITIES_INFO_LEN),
  NUMBER(XEN_CHANGESET_INFO_LEN),
  NUMBER(sizeof(xen_commandline_t)),
};

static const struct xen_layout layouts[] = {
  STRUCT_SIZE(xen_compile_info),
  STRUCT_FIELD(xen_compile_info, compiler),
  STRUCT_FIELD(xen_compile_info, compile_by),
  STRUCT_FIELD(xen_compile_info, compile_domain),
  STRUCT_FIELD(xen_compile_info, compile_date),
  STRUCT_SIZE(xen_platform_parameters),
  STRUCT_FIELD(xen_platform_parameters, virt_start),
  STRUCT_SIZE(xen_feature_info),
  STRUCT_FIELD(xen_feature_info, submap_idx),
  STRUCT_FIELD(xen_feature_info, submap),
  STRUCT_SIZE(xen_build_id),
  STRUCT_FIELD(xen_build_id, len),
};

const struct xen_table xen_table_Version = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
  .layouts = layouts, .layout_count = sizeof(layouts) / sizeof(*layouts),
};
