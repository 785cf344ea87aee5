// The shim under the test guests: what Swift cannot say (instructions, entry frames, hypercall
// registers). Addresses are plain 64-bit numbers: a test guest's business is to use any of them.
#pragma once
#include <stdint.h>

#define GUEST_INLINE static inline __attribute__((always_inline))

// --- entry -------------------------------------------------------------------------------------

/// Registers at a trap, upcall or system call, lowest address first: what the entry stubs push,
/// then what the hypervisor pushed (public/arch-x86/xen-x86_64.h).
struct guest_frame {
  uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
  uint64_t vector, error;
  uint64_t rip, cs, rflags, rsp, ss;
};

/// How a call made by `guest_try` ended: `vector` is `GUEST_NO_FAULT`, or the frame it was cut
/// short with and the fault address the hypervisor reported.
struct guest_fault {
  struct guest_frame frame;
  uint64_t cr2;
};

enum {
  GUEST_NO_FAULT = 1000,
  GUEST_VECTOR_EVENT = 256,
  GUEST_VECTOR_SYSCALL = 257,
  GUEST_VECTOR_FAILSAFE = 258,
  GUEST_STACK_BYTES = 0x8000,
  GUEST_MAX_CPUS = 16,
  GUEST_KERNEL_CS = 0xe033,
  GUEST_KERNEL_DS = 0xe02b,
};

/// The guest's program: called once on vCPU 0 with the virtual address of start_info.
void guest_main(uint64_t start_info);
/// A trap nobody asked for; must not return.
void guest_unexpected_trap(uint64_t frame);
/// An event upcall, with events masked.
void guest_upcall(uint64_t frame);
/// A vCPU other than 0 has started.
void guest_secondary_main(uint64_t vcpu);

/// A function `guest_try` can run: three words in, one out.
typedef uint64_t (*guest_attempt)(uint64_t, uint64_t, uint64_t);

/// Calls `fn`; if a trap cuts it short, abandons it, stores the frame in `*out` and returns 0.
uint64_t guest_try(guest_attempt fn, uint64_t a, uint64_t b, uint64_t c, struct guest_fault *out);
/// A part of a guest's tests.
typedef void (*guest_section)(void);
/// Runs a section as `guest_try` does an attempt.
void guest_try_section(guest_section fn, struct guest_fault *out);
/// Enters `frame` by HYPERVISOR_iret with `flags` (VGCF_*) and does not return: run it inside `guest_try`.
void guest_enter(const struct guest_frame *frame, uint64_t flags);

/// As `guest_enter`, after pointing the kernel stack of this vCPU (stack_switch) below what is in use.
void guest_enter_user(const struct guest_frame *frame, uint64_t flags);

/// Start of the trap entry stubs; entry `i` is `guest_trap_entries()[i]` for vectors 0...31 and 0x80.
uint64_t guest_trap_entry(uint64_t vector);
uint64_t guest_event_entry(void);
uint64_t guest_syscall_entry(void);
uint64_t guest_failsafe_entry(void);
uint64_t guest_nmi_entry(void);
uint64_t guest_secondary_entry(void);
/// Highest address of the stack of a vCPU, already marked with its number.
uint64_t guest_stack_top(uint64_t vcpu);
/// Highest address of the stack of the vCPU that runs, unchanged.
uint64_t guest_stack_pointer_top(void);
/// Address of the hypercall page named in the ELF notes.
uint64_t guest_hypercall_page(void);
/// A page of the image whose mapping is to be replaced by that of shared_info.
uint64_t guest_shared_info_page(void);
/// A page of the image whose mapping a test may replace for good.
uint64_t guest_spare_page(void);
/// First address after the image's own data.
uint64_t guest_image_end(void);
/// Virtual address at which pseudo-physical page 0 is mapped.
uint64_t guest_virt_base(void);
/// The vCPU that runs: known from its stack.
uint64_t guest_cpu(void);
/// A buffer of 256 bytes belonging to this vCPU, preceded by its fill count in 8 bytes.
uint64_t guest_line(void);
/// An area of 4096 aligned bytes per vCPU for arguments of hypercalls.
uint64_t guest_scratch(void);

/// Work for another vCPU.
typedef void (*guest_work)(uint64_t);
/// Leaves `fn(argument)` for a vCPU to run; it must have nothing to do.
void guest_post(uint64_t vcpu, guest_work fn, uint64_t argument);
/// Whether a vCPU has work it has not finished.
int guest_busy(uint64_t vcpu);
/// Runs the work left for this vCPU, if any.
void guest_serve(void);

/// User-mode programs: position-independent, code at 0x400000, data at 0x402000.
#define GUEST_PROGRAMS(P) \
  P(UD2, "ud2") \
  P(INT3, "int3") \
  P(INT80, "int $0x80") \
  P(DIVIDE, "xor %ecx,%ecx; div %ecx") \
  P(READ, "mov (%rdi),%rax; ud2") \
  P(WRITE, "mov %rax,(%rdi); ud2") \
  P(JUMP, "jmp *%rdi") \
  P(CLI, "cli") \
  P(HLT, "hlt") \
  P(WRITE_CR3, "mov %rax,%cr3") \
  P(READ_CR0, "mov %cr0,%rax") \
  P(RDMSR, "rdmsr") \
  P(WRMSR, "wrmsr") \
  P(OUT, "out %al,$0x80; ud2") \
  P(IN, "in $0x61,%al; ud2") \
  P(CLTS, "clts") \
  P(SWAPGS, "swapgs") \
  P(RDTSC_CPUID, "rdtsc; cpuid; ud2") \
  P(SEGMENTS, "mov %gs:8,%rax; mov %fs:8,%rbx; ud2") \
  P(CALLS, "mov $42,%eax; syscall; mov $43,%eax; syscall; ud2") \
  P(CONSOLE, "mov $18,%eax; syscall") \
  P(SPIN, "1: rdtsc; shl $32,%rdx; or %rdx,%rax; cmp (%rdi),%rax; jb 1b; ud2") \
  P(STEP, "pushfq; orq $0x100,(%rsp); popfq; nop; ud2")
#define GUEST_PROGRAM_NUMBER(name, code) GUEST_PROGRAM_##name,
enum { GUEST_PROGRAMS(GUEST_PROGRAM_NUMBER) GUEST_PROGRAM_COUNT };
/// Copies a program to an address.
void guest_copy_program(uint64_t program, uint64_t to);

// --- memory ------------------------------------------------------------------------------------

GUEST_INLINE uint64_t guest_load64(uint64_t a) { return *(volatile uint64_t *)a; }
GUEST_INLINE uint32_t guest_load32(uint64_t a) { return *(volatile uint32_t *)a; }
GUEST_INLINE uint16_t guest_load16(uint64_t a) { return *(volatile uint16_t *)a; }
GUEST_INLINE uint8_t guest_load8(uint64_t a) { return *(volatile uint8_t *)a; }
GUEST_INLINE void guest_store64(uint64_t a, uint64_t v) { *(volatile uint64_t *)a = v; }
GUEST_INLINE void guest_store32(uint64_t a, uint32_t v) { *(volatile uint32_t *)a = v; }
GUEST_INLINE void guest_store16(uint64_t a, uint16_t v) { *(volatile uint16_t *)a = v; }
GUEST_INLINE void guest_store8(uint64_t a, uint8_t v) { *(volatile uint8_t *)a = v; }
GUEST_INLINE uint8_t guest_exchange8(uint64_t a, uint8_t v) {
  __asm__ volatile("xchgb %0,%1" : "+q"(v), "+m"(*(volatile uint8_t *)a)::"memory");
  return v;
}
GUEST_INLINE uint64_t guest_exchange64(uint64_t a, uint64_t v) {
  __asm__ volatile("xchgq %0,%1" : "+r"(v), "+m"(*(volatile uint64_t *)a)::"memory");
  return v;
}
GUEST_INLINE uint64_t guest_compare_exchange64(uint64_t a, uint64_t expected, uint64_t v) {
  __asm__ volatile("lock cmpxchgq %2,%1" : "+a"(expected), "+m"(*(volatile uint64_t *)a) : "r"(v) : "memory");
  return expected;
}
GUEST_INLINE void guest_or64(uint64_t a, uint64_t v) {
  __asm__ volatile("lock orq %1,%0" : "+m"(*(volatile uint64_t *)a) : "r"(v) : "memory");
}
GUEST_INLINE void guest_and64(uint64_t a, uint64_t v) {
  __asm__ volatile("lock andq %1,%0" : "+m"(*(volatile uint64_t *)a) : "r"(v) : "memory");
}
GUEST_INLINE void guest_fence(void) { __asm__ volatile("mfence" ::: "memory"); }

// --- hypercalls --------------------------------------------------------------------------------

/// A hypercall through the hypercall page, as kernels make it. `number` must be below 128.
GUEST_INLINE int64_t guest_hypercall(
    uint64_t number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5) {
  uint64_t result = guest_hypercall_page() + number * 32;
  register uint64_t r10 __asm__("r10") = a4;
  register uint64_t r8 __asm__("r8") = a5;
  __asm__ volatile("call *%%rax"
                   : "+a"(result), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10), "+r"(r8)
                   :
                   : "rcx", "r9", "r11", "memory", "cc");
  return (int64_t)result;
}

/// A hypercall by the SYSCALL instruction itself, for numbers the page has no entry for.
GUEST_INLINE int64_t guest_syscall(
    uint64_t number, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5) {
  uint64_t result = number;
  register uint64_t r10 __asm__("r10") = a4;
  register uint64_t r8 __asm__("r8") = a5;
  __asm__ volatile("syscall"
                   : "+a"(result), "+D"(a1), "+S"(a2), "+d"(a3), "+r"(r10), "+r"(r8)
                   :
                   : "rcx", "r9", "r11", "memory", "cc");
  return (int64_t)result;
}

// --- instructions ------------------------------------------------------------------------------

GUEST_INLINE uint64_t guest_rdtsc(void) {
  uint32_t lo, hi;
  __asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi)::"memory");
  return (uint64_t)hi << 32 | lo;
}
GUEST_INLINE void guest_pause(void) { __asm__ volatile("pause" ::: "memory"); }
GUEST_INLINE uint8_t guest_inb(uint16_t port) {
  uint8_t v;
  __asm__ volatile("inb %w1,%b0" : "=a"(v) : "Nd"(port));
  return v;
}
GUEST_INLINE void guest_outb(uint16_t port, uint8_t v) {
  __asm__ volatile("outb %b0,%w1" ::"a"(v), "Nd"(port));
}
/// CPUID as the processor answers it to ring 3; returns the four registers in `out` (4 words of 4 bytes).
GUEST_INLINE void guest_cpuid(uint32_t leaf, uint32_t sub, uint64_t out) {
  uint32_t a = leaf, b, c = sub, d;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  guest_store32(out, a); guest_store32(out + 4, b); guest_store32(out + 8, c); guest_store32(out + 12, d);
}
/// CPUID with the forced-emulation prefix: answered by the hypervisor.
GUEST_INLINE void guest_cpuid_forced(uint32_t leaf, uint32_t sub, uint64_t out) {
  uint32_t a = leaf, b, c = sub, d;
  __asm__ volatile(".byte 0x0f,0x0b,0x78,0x65,0x6e; cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  guest_store32(out, a); guest_store32(out + 4, b); guest_store32(out + 8, c); guest_store32(out + 12, d);
}
GUEST_INLINE uint64_t guest_rdmsr(uint32_t msr) {
  uint32_t lo, hi;
  __asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
  return (uint64_t)hi << 32 | lo;
}
GUEST_INLINE void guest_wrmsr(uint32_t msr, uint64_t v) {
  __asm__ volatile("wrmsr" ::"c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}
#define GUEST_CONTROL(n) \
  GUEST_INLINE uint64_t guest_read_cr##n(void) { \
    uint64_t v; \
    __asm__ volatile("mov %%cr" #n ",%0" : "=r"(v)); \
    return v; \
  } \
  GUEST_INLINE void guest_write_cr##n(uint64_t v) { __asm__ volatile("mov %0,%%cr" #n ::"r"(v) : "memory"); }
GUEST_CONTROL(0)
GUEST_CONTROL(2)
GUEST_CONTROL(3)
GUEST_CONTROL(4)
GUEST_CONTROL(8)
#define GUEST_DEBUG(n) \
  GUEST_INLINE uint64_t guest_read_dr##n(void) { \
    uint64_t v; \
    __asm__ volatile("mov %%dr" #n ",%0" : "=r"(v)); \
    return v; \
  } \
  GUEST_INLINE void guest_write_dr##n(uint64_t v) { __asm__ volatile("mov %0,%%dr" #n ::"r"(v) : "memory"); }
GUEST_DEBUG(0)
GUEST_DEBUG(1)
GUEST_DEBUG(6)
GUEST_DEBUG(7)
GUEST_INLINE void guest_invlpg(uint64_t a) { __asm__ volatile("invlpg (%0)" ::"r"(a) : "memory"); }
GUEST_INLINE void guest_clts(void) { __asm__ volatile("clts"); }
GUEST_INLINE void guest_hlt(void) { __asm__ volatile("hlt"); }
GUEST_INLINE void guest_cli(void) { __asm__ volatile("cli"); }
GUEST_INLINE void guest_sti(void) { __asm__ volatile("sti"); }
GUEST_INLINE void guest_wbinvd(void) { __asm__ volatile("wbinvd" ::: "memory"); }
GUEST_INLINE void guest_ud2(void) { __asm__ volatile("ud2"); }
GUEST_INLINE void guest_int3(void) { __asm__ volatile("int3"); }
GUEST_INLINE void guest_int80(void) { __asm__ volatile("int $0x80"); }
GUEST_INLINE void guest_int6(void) { __asm__ volatile("int $6"); }
GUEST_INLINE void guest_int4(void) { __asm__ volatile("int $4"); }
GUEST_INLINE void guest_fninit(void) { __asm__ volatile("fninit"); }
GUEST_INLINE void guest_swapgs(void) { __asm__ volatile("swapgs"); }
GUEST_INLINE void guest_ltr(uint16_t s) { __asm__ volatile("ltr %w0" ::"r"(s)); }
GUEST_INLINE void guest_lgdt(uint64_t a) { __asm__ volatile("lgdt (%0)" ::"r"(a)); }
GUEST_INLINE void guest_lidt(uint64_t a) { __asm__ volatile("lidt (%0)" ::"r"(a)); }
GUEST_INLINE void guest_lldt(uint16_t s) { __asm__ volatile("lldt %w0" ::"r"(s)); }
GUEST_INLINE uint64_t guest_rdpmc(uint32_t n) {
  uint32_t lo, hi;
  __asm__ volatile("rdpmc" : "=a"(lo), "=d"(hi) : "c"(n));
  return (uint64_t)hi << 32 | lo;
}
GUEST_INLINE void guest_set_flags(uint64_t v) {
  __asm__ volatile("pushq %0; popfq" ::"r"(v) : "memory", "cc");
}
GUEST_INLINE uint32_t guest_inl(uint16_t port) {
  uint32_t v;
  __asm__ volatile("inl %w1,%0" : "=a"(v) : "Nd"(port));
  return v;
}
GUEST_INLINE void guest_outl(uint16_t port, uint32_t v) {
  __asm__ volatile("outl %0,%w1" ::"a"(v), "Nd"(port));
}
/// Reads `count` bytes from a port into memory by REP INSB.
GUEST_INLINE void guest_rep_insb(uint16_t port, uint64_t to, uint64_t count) {
  __asm__ volatile("rep insb" : "+D"(to), "+c"(count) : "d"(port) : "memory");
}
GUEST_INLINE uint64_t guest_divide(uint64_t a, uint64_t b) {
  uint64_t hi = 0;
  __asm__ volatile("divq %2" : "+a"(a), "+d"(hi) : "r"(b) : "cc");
  return a;
}
/// Single-steps one instruction: the trap flag is set by POPF and hits after the next instruction.
GUEST_INLINE void guest_single_step(void) {
  __asm__ volatile("pushfq; orq $0x100,(%%rsp); popfq; nop; nop" ::: "memory", "cc");
}
GUEST_INLINE uint64_t guest_flags(void) {
  uint64_t v;
  __asm__ volatile("pushfq; popq %0" : "=r"(v)::"memory");
  return v;
}
#define GUEST_SEGMENT(s) \
  GUEST_INLINE uint64_t guest_read_##s(void) { \
    uint64_t v; \
    __asm__ volatile("mov %%" #s ",%0" : "=r"(v)); \
    return v; \
  } \
  GUEST_INLINE void guest_write_##s(uint64_t v) { __asm__ volatile("mov %0,%%" #s ::"r"(v) : "memory"); }
GUEST_SEGMENT(ds)
GUEST_SEGMENT(es)
GUEST_SEGMENT(fs)
GUEST_SEGMENT(gs)
GUEST_INLINE uint64_t guest_read_cs(void) {
  uint64_t v;
  __asm__ volatile("mov %%cs,%0" : "=r"(v));
  return v;
}
GUEST_INLINE uint64_t guest_read_ss(void) {
  uint64_t v;
  __asm__ volatile("mov %%ss,%0" : "=r"(v));
  return v;
}
GUEST_INLINE uint64_t guest_load_fs64(uint64_t offset) {
  uint64_t v;
  __asm__ volatile("movq %%fs:(%1),%0" : "=r"(v) : "r"(offset) : "memory");
  return v;
}
GUEST_INLINE uint64_t guest_load_gs64(uint64_t offset) {
  uint64_t v;
  __asm__ volatile("movq %%gs:(%1),%0" : "=r"(v) : "r"(offset) : "memory");
  return v;
}
