// Addresses of what the assembly and the link script define, as functions: Swift may not import C
// globals.
#include "cx86.h"

#define NAME(function, symbol) \
  extern char symbol[]; \
  uint64_t function(void) { return (uint64_t)(uintptr_t)symbol; }

NAME(x86_image_start, image_start)
NAME(x86_text_end, text_end)
NAME(x86_rodata_end, rodata_end)
NAME(x86_image_end, image_end)
NAME(x86_low_image_start, low_image_start)
NAME(x86_ex_table_start, ex_table_start)
NAME(x86_ex_table_end, ex_table_end)
NAME(x86_symbols_start, symbols_start)
NAME(x86_symbols_end, symbols_end)
NAME(x86_trap_stubs, trap_stubs)
NAME(x86_nmi_entry, nmi_entry)
NAME(x86_mce_entry, mce_entry)
NAME(x86_debug_entry, debug_entry)
NAME(x86_double_fault_entry, double_fault_entry)
NAME(x86_syscall_entry, syscall_entry)
NAME(x86_syscall32_entry, syscall32_entry)
NAME(x86_sysenter_entry, sysenter_entry)
NAME(x86_exit_iret, exit_iret)
NAME(x86_exit_fault, exit_fault)
NAME(x86_boot_l4, boot_l4)
NAME(x86_trampoline_start, trampoline_start)
NAME(x86_trampoline_end, trampoline_end)
NAME(x86_trampoline_arguments, trampoline_arguments)
NAME(x86_secondary_entry, martlet_ap_start)
