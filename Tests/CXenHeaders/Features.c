// The numbers and layouts of xen/features.h, for the ABI tests.
#include "xentable.h"

#include <xen/features.h>

static const struct xen_number numbers[] = {
  NUMBER(XENFEAT_writable_page_tables),
  NUMBER(XENFEAT_writable_descriptor_tables),
  NUMBER(XENFEAT_auto_translated_physmap),
  NUMBER(XENFEAT_supervisor_mode_kernel),
  NUMBER(XENFEAT_pae_pgdir_above_4gb),
  NUMBER(XENFEAT_mmu_pt_update_preserve_ad),
  NUMBER(XENFEAT_highmem_assist),
  NUMBER(XENFEAT_gnttab_map_avail_bits),
  NUMBER(XENFEAT_hvm_callback_vector),
  NUMBER(XENFEAT_hvm_safe_pvclock),
  NUMBER(XENFEAT_hvm_pirqs),
  NUMBER(XENFEAT_dom0),
  NUMBER(XENFEAT_memory_op_vnode_supported),
  NUMBER(XENFEAT_ARM_SMCCC_supported),
  NUMBER(XENFEAT_linux_rsdp_unrestricted),
  NUMBER(XENFEAT_not_direct_mapped),
  NUMBER(XENFEAT_direct_mapped),
};

const struct xen_table xen_table_Features = {
  .numbers = numbers, .number_count = sizeof(numbers) / sizeof(*numbers),
};
