// The x86-64 shim: one instruction per function, and the names of what the assembly and the link
// script provide. Nothing here decides anything.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

#define X86_FN static inline __attribute__((always_inline))

// --- The stack block of a CPU (trap.S draws it) ------------------------------------------------

// What a CPU knows about itself, at the very top of its stack block; see trap.S for who uses what.
struct x86_cpu_block {
  uint64_t scratch;       // guest RAX while SYSCALL's stub switches stacks
  uint64_t cpu;           // this CPU's index
  uint64_t area;          // address of this CPU's per-CPU area
  uint64_t vcpu;          // whatever the composition root keeps for the running vCPU
  uint64_t fault_vector;  // set when the exit to a guest faulted
  uint64_t fault_error;
  uint64_t depth;         // nesting of panics
  uint64_t reserved;
};

// The current CPU's block: the last 64 bytes of the 64 KiB aligned block that RSP points into.
X86_FN struct x86_cpu_block *x86_this_cpu(void) {
  uintptr_t top;
  __asm__("mov %%rsp, %0\n\tor $0xffff, %0" : "=r"(top));
  return (struct x86_cpu_block *)(top + 1 - sizeof(struct x86_cpu_block));
}
X86_FN uint64_t x86_rsp(void) { uint64_t v; __asm__ volatile("mov %%rsp, %0" : "=r"(v)); return v; }
X86_FN uint64_t x86_rbp(void) { uint64_t v; __asm__ volatile("mov %%rbp, %0" : "=r"(v)); return v; }

// --- Ports ------------------------------------------------------------------------------------

X86_FN void x86_outb(uint16_t p, uint8_t v) { __asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(p)); }
X86_FN void x86_outw(uint16_t p, uint16_t v) { __asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(p)); }
X86_FN void x86_outl(uint16_t p, uint32_t v) { __asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(p)); }
X86_FN uint8_t x86_inb(uint16_t p) { uint8_t v; __asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(p)); return v; }
X86_FN uint16_t x86_inw(uint16_t p) { uint16_t v; __asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(p)); return v; }
X86_FN uint32_t x86_inl(uint16_t p) { uint32_t v; __asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(p)); return v; }

// --- Control registers, debug registers, descriptor tables ---------------------------------------

#define X86_REG(name, reg) \
  X86_FN uint64_t x86_read_##name(void) { uint64_t v; __asm__ volatile("mov %%" #reg ", %0" : "=r"(v)); return v; } \
  X86_FN void x86_write_##name(uint64_t v) { __asm__ volatile("mov %0, %%" #reg : : "r"(v) : "memory"); }
X86_REG(cr0, cr0)
X86_REG(cr2, cr2)
X86_REG(cr3, cr3)
X86_REG(cr4, cr4)
X86_REG(cr8, cr8)
X86_REG(dr0, dr0)
X86_REG(dr1, dr1)
X86_REG(dr2, dr2)
X86_REG(dr3, dr3)
X86_REG(dr6, dr6)
X86_REG(dr7, dr7)
#undef X86_REG

struct x86_table_pointer { uint16_t limit; uint64_t base; } __attribute__((packed));
X86_FN void x86_lgdt(uint64_t base, uint16_t limit) {
  struct x86_table_pointer p = {limit, base};
  __asm__ volatile("lgdt %0" : : "m"(p));
}
X86_FN void x86_lidt(uint64_t base, uint16_t limit) {
  struct x86_table_pointer p = {limit, base};
  __asm__ volatile("lidt %0" : : "m"(p));
}
X86_FN void x86_lldt(uint16_t selector) { __asm__ volatile("lldt %0" : : "r"(selector) : "memory"); }
X86_FN void x86_ltr(uint16_t selector) { __asm__ volatile("ltr %0" : : "r"(selector) : "memory"); }
X86_FN uint16_t x86_read_ds(void) { uint32_t v; __asm__ volatile("mov %%ds, %0" : "=r"(v)); return (uint16_t)v; }
X86_FN uint16_t x86_read_es(void) { uint32_t v; __asm__ volatile("mov %%es, %0" : "=r"(v)); return (uint16_t)v; }
X86_FN uint16_t x86_read_fs(void) { uint32_t v; __asm__ volatile("mov %%fs, %0" : "=r"(v)); return (uint16_t)v; }
X86_FN uint16_t x86_read_gs(void) { uint32_t v; __asm__ volatile("mov %%gs, %0" : "=r"(v)); return (uint16_t)v; }
X86_FN void x86_swapgs(void) { __asm__ volatile("swapgs" : : : "memory"); }

// --- Model-specific registers, counters, identification ------------------------------------------

X86_FN uint64_t x86_rdmsr(uint32_t msr) {
  uint32_t lo, hi;
  __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
  return (uint64_t)hi << 32 | lo;
}
X86_FN void x86_wrmsr(uint32_t msr, uint64_t v) {
  __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
X86_FN uint64_t x86_rdtsc(void) {
  uint32_t lo, hi;
  __asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
  return (uint64_t)hi << 32 | lo;
}
X86_FN uint64_t x86_rdtsc_ordered(void) {
  uint32_t lo, hi;
  __asm__ volatile("lfence\n\trdtsc" : "=a"(lo), "=d"(hi) : : "memory");
  return (uint64_t)hi << 32 | lo;
}
struct x86_cpuid { uint32_t eax, ebx, ecx, edx; };
X86_FN struct x86_cpuid x86_cpuid(uint32_t leaf, uint32_t subleaf) {
  struct x86_cpuid r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

// --- TLB, caches, waiting ------------------------------------------------------------------------

X86_FN void x86_invlpg(uint64_t a) { __asm__ volatile("invlpg (%0)" : : "r"(a) : "memory"); }
X86_FN void x86_wbinvd(void) { __asm__ volatile("wbinvd" : : : "memory"); }
X86_FN void x86_clflush(uint64_t a) { __asm__ volatile("clflush (%0)" : : "r"(a) : "memory"); }
X86_FN void x86_pause(void) { __asm__ volatile("pause" : : : "memory"); }
X86_FN void x86_mfence(void) { __asm__ volatile("mfence" : : : "memory"); }
X86_FN void x86_cli(void) { __asm__ volatile("cli" : : : "memory"); }
// Waits for an interrupt and serves it; returns with interrupts off again.
X86_FN void x86_sti_hlt_cli(void) { __asm__ volatile("sti\n\thlt\n\tcli" : : : "memory"); }
X86_FN void x86_sti_nop_cli(void) { __asm__ volatile("sti\n\tnop\n\tcli" : : : "memory"); }
X86_FN void x86_hlt(void) { __asm__ volatile("hlt" : : : "memory"); }
X86_FN void x86_ud2(void) { __asm__ volatile("ud2"); }

// --- Floating-point and extended state -------------------------------------------------------------

X86_FN void x86_clts(void) { __asm__ volatile("clts" : : : "memory"); }
X86_FN void x86_fninit(void) { __asm__ volatile("fninit"); }
// FXRSTOR and XRSTOR leave the addresses of the last x87 instruction and operand alone on some
// processors (AMD, unless an exception is pending): without this they would be another guest's.
X86_FN void x86_forget_x87_addresses(void) {
  static const int32_t zero;
  __asm__ volatile("fnclex\n\temms\n\tfildl %0" : : "m"(zero));
}
X86_FN void x86_ldmxcsr(uint32_t v) { __asm__ volatile("ldmxcsr %0" : : "m"(v)); }
X86_FN void x86_fxsave(void *area) { __asm__ volatile("fxsave64 (%0)" : : "r"(area) : "memory"); }
X86_FN void x86_xsave(void *area, uint64_t mask) {
  __asm__ volatile("xsave64 (%0)" : : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)) : "memory");
}
X86_FN void x86_xsaveopt(void *area, uint64_t mask) {
  __asm__ volatile("xsaveopt64 (%0)" : : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)) : "memory");
}
X86_FN uint64_t x86_xgetbv(uint32_t i) {
  uint32_t lo, hi;
  __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(i));
  return (uint64_t)hi << 32 | lo;
}

// --- Instructions that may fault: the exception table sends the fault to the fixup -----------------
// Each returns 0, or 1 if it faulted.

#define X86_EX(from, to) \
  ".pushsection .ex_table, \"a\"\n\t.balign 8\n\t.quad " from ", " to "\n\t.popsection\n\t"

X86_FN uint32_t x86_rdmsr_safe(uint32_t msr, uint64_t *value) {
  uint32_t lo = 0, hi = 0, failed = 1;
  __asm__ volatile("1: rdmsr\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : "+a"(lo), "+d"(hi), [f] "+r"(failed) : "c"(msr));
  *value = (uint64_t)hi << 32 | lo;
  return failed;
}
X86_FN uint32_t x86_wrmsr_safe(uint32_t msr, uint64_t v) {
  uint32_t failed = 1;
  __asm__ volatile("1: wrmsr\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed) : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
  return failed;
}
X86_FN uint32_t x86_xsetbv_safe(uint32_t i, uint64_t v) {
  uint32_t failed = 1;
  __asm__ volatile("1: xsetbv\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed) : "c"(i), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
  return failed;
}
X86_FN uint32_t x86_fxrstor_safe(const void *area) {
  uint32_t failed = 1;
  __asm__ volatile("1: fxrstor64 (%1)\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed) : "r"(area) : "memory");
  return failed;
}
X86_FN uint32_t x86_xrstor_safe(const void *area, uint64_t mask) {
  uint32_t failed = 1;
  __asm__ volatile("1: xrstor64 (%1)\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed) : "r"(area), "a"((uint32_t)mask), "d"((uint32_t)(mask >> 32)) : "memory");
  return failed;
}
#define X86_LOAD_SEGMENT(seg) \
  X86_FN uint32_t x86_load_##seg##_safe(uint16_t selector) { \
    uint32_t failed = 1; \
    __asm__ volatile("1: mov %k1, %%" #seg "\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b") \
                     : [f] "+r"(failed) : "r"((uint32_t)selector) : "memory"); \
    return failed; \
  }
X86_LOAD_SEGMENT(ds)
X86_LOAD_SEGMENT(es)
X86_LOAD_SEGMENT(fs)
X86_LOAD_SEGMENT(gs)
#undef X86_LOAD_SEGMENT
// The address must have been checked to be a guest's (these only catch the fault).
X86_FN uint32_t x86_read64_safe(uint64_t address, uint64_t *value) {
  uint32_t failed = 1;
  uint64_t v = 0;
  __asm__ volatile("1: mov (%2), %1\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed), "+r"(v) : "r"(address) : "memory");
  *value = v;
  return failed;
}
X86_FN uint32_t x86_read8_safe(uint64_t address, uint8_t *value) {
  uint32_t failed = 1, v = 0;
  __asm__ volatile("1: movzbl (%2), %1\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed), "+r"(v) : "r"(address) : "memory");
  *value = (uint8_t)v;
  return failed;
}
X86_FN uint32_t x86_write64_safe(uint64_t address, uint64_t value) {
  uint32_t failed = 1;
  __asm__ volatile("1: mov %1, (%2)\n\txor %k[f], %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed) : "r"(value), "r"(address) : "memory");
  return failed;
}
// On return *expected is what was there.
X86_FN uint32_t x86_cmpxchg64_safe(uint64_t address, uint64_t *expected, uint64_t desired) {
  uint32_t failed = 1;
  uint64_t old = *expected;
  __asm__ volatile("1: lock cmpxchg %2, (%3)\n\tmov $0, %k[f]\n\t2:\n\t" X86_EX("1b", "2b")
                   : [f] "+r"(failed), "+a"(old) : "r"(desired), "r"(address) : "memory", "cc");
  *expected = old;
  return failed;
}
// Copies `count` bytes; returns how many were not copied because of a fault (copy.S).
uint64_t x86_copy_safe(void *destination, const void *source, uint64_t count);

// --- Memory-mapped registers -----------------------------------------------------------------------

X86_FN uint32_t x86_mmio_read32(uint64_t a) { uint32_t v; __asm__ volatile("movl (%1), %0" : "=r"(v) : "r"(a) : "memory"); return v; }
X86_FN void x86_mmio_write32(uint64_t a, uint32_t v) { __asm__ volatile("movl %0, (%1)" : : "r"(v), "r"(a) : "memory"); }
X86_FN uint64_t x86_mmio_read64(uint64_t a) { uint64_t v; __asm__ volatile("movq (%1), %0" : "=r"(v) : "r"(a) : "memory"); return v; }
X86_FN void x86_mmio_write64(uint64_t a, uint64_t v) { __asm__ volatile("movq %0, (%1)" : : "r"(v), "r"(a) : "memory"); }
X86_FN uint16_t x86_mmio_read16(uint64_t a) { uint32_t v; __asm__ volatile("movzwl (%1), %0" : "=r"(v) : "r"(a) : "memory"); return (uint16_t)v; }
X86_FN void x86_mmio_write16(uint64_t a, uint16_t v) { __asm__ volatile("movw %0, (%1)" : : "r"(v), "r"(a) : "memory"); }
X86_FN uint8_t x86_mmio_read8(uint64_t a) { uint32_t v; __asm__ volatile("movzbl (%1), %0" : "=r"(v) : "r"(a) : "memory"); return (uint8_t)v; }
X86_FN void x86_mmio_write8(uint64_t a, uint8_t v) { __asm__ volatile("movb %b0, (%1)" : : "q"(v), "r"(a) : "memory"); }

// --- Addresses that the assembly and the link script provide (names.c) -------------------------------

uint64_t x86_image_start(void);     // first byte of the high image
uint64_t x86_text_end(void);        // end of what is executable
uint64_t x86_rodata_end(void);      // end of what is read-only
uint64_t x86_image_end(void);       // end of it all, bss included
uint64_t x86_low_image_start(void); // physical address of the low (32-bit) part
uint64_t x86_ex_table_start(void);
uint64_t x86_ex_table_end(void);
uint64_t x86_symbols_start(void);   // the embedded name table (Tools/link-image)
uint64_t x86_symbols_end(void);
uint64_t x86_trap_stubs(void);      // 256 entries of 16 bytes
uint64_t x86_nmi_entry(void);
uint64_t x86_mce_entry(void);
uint64_t x86_debug_entry(void);
uint64_t x86_double_fault_entry(void);
uint64_t x86_syscall_entry(void);   // where the per-CPU stubs jump to
uint64_t x86_syscall32_entry(void);
uint64_t x86_sysenter_entry(void);
uint64_t x86_exit_iret(void);       // the IRET that enters guests, and where its faults go
uint64_t x86_exit_fault(void);
uint64_t x86_boot_l4(void);         // boot page tables: identity, image and 4 GiB of direct map
uint64_t x86_trampoline_start(void);
uint64_t x86_trampoline_end(void);
uint64_t x86_trampoline_arguments(void);
uint64_t x86_secondary_entry(void); // where the trampoline jumps to

// Enters the guest through the frame at the top of the stack block; never returns (trap.S).
void x86_enter_guest(uint64_t stack_top_frame);
// Makes the segment registers those of the table that LGDT loaded (trap.S).
void x86_reload_segments(uint64_t cs, uint64_t ss);
// Runs martlet_on_stack(which) on another stack and never comes back (trap.S).
void x86_switch_stack(uint64_t rsp, uint64_t which);

// --- Storage that must exist before there is an allocator (storage.c) ---------------------------------

#define X86_STATE_BYTES 32768
#define X86_CONSOLE_RING_BYTES 65536
extern uint8_t x86_state[X86_STATE_BYTES];
X86_FN void * x86_state_storage(void) { return x86_state; }
void * x86_console_ring_storage(void);

#pragma clang assume_nonnull end
