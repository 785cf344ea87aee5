// Per-vCPU areas, the trap path's policy-free part, and the memory functions compilers call.
#include "cguest.h"
#include <stddef.h>

struct cpu_area {
  uint64_t number;
  uint64_t catch_sp; // guest_try's saved stack pointer, or 0
};

extern char guest_stacks[], guest_landing[], hypercall_page[], _end[], guest_virt_base_symbol[];
extern const uint64_t guest_trap_table[];

static char shared_info_page[4096] __attribute__((aligned(4096)));
static char spare_page[4096] __attribute__((aligned(4096)));
static char scratch[GUEST_MAX_CPUS][4096] __attribute__((aligned(4096)));
static struct { uint64_t fill; char bytes[256]; } lines[GUEST_MAX_CPUS];

static struct cpu_area *area(void) {
  uint64_t sp = (uint64_t)__builtin_frame_address(0);
  return (struct cpu_area *)(sp & ~(uint64_t)(GUEST_STACK_BYTES - 1));
}

uint64_t guest_cpu(void) { return area()->number; }
uint64_t guest_line(void) { return (uint64_t)&lines[guest_cpu()]; }
uint64_t guest_scratch(void) { return (uint64_t)scratch[guest_cpu()]; }
uint64_t guest_shared_info_page(void) { return (uint64_t)shared_info_page; }
uint64_t guest_spare_page(void) { return (uint64_t)spare_page; }
uint64_t guest_hypercall_page(void) { return (uint64_t)hypercall_page; }
uint64_t guest_image_end(void) { return (uint64_t)_end; }
uint64_t guest_virt_base(void) { return (uint64_t)guest_virt_base_symbol; }

uint64_t guest_stack_top(uint64_t vcpu) {
  struct cpu_area *a = (struct cpu_area *)(guest_stacks + vcpu * GUEST_STACK_BYTES);
  a->number = vcpu;
  a->catch_sp = 0;
  return (uint64_t)a + GUEST_STACK_BYTES;
}

uint64_t guest_stack_pointer_top(void) { return (uint64_t)area() + GUEST_STACK_BYTES; }

void guest_enter_user(const struct guest_frame *frame, uint64_t flags) {
  uint64_t below = ((uint64_t)__builtin_frame_address(0) - 2048) & ~(uint64_t)15;
  guest_hypercall(3, GUEST_KERNEL_DS, below, 0, 0, 0); // stack_switch
  guest_enter(frame, flags);
}

uint64_t guest_trap_entry(uint64_t vector) { return guest_trap_table[vector == 0x80 ? 32 : vector]; }

static uint64_t run_section(uint64_t fn, uint64_t b, uint64_t c) {
  ((guest_section)fn)();
  return 0;
}
void guest_try_section(guest_section fn, struct guest_fault *out) {
  guest_try(run_section, (uint64_t)fn, 0, 0, out);
}

static struct {
  _Atomic(guest_work) fn;
  uint64_t argument;
} mailboxes[GUEST_MAX_CPUS];

void guest_post(uint64_t vcpu, guest_work fn, uint64_t argument) {
  mailboxes[vcpu].argument = argument;
  __c11_atomic_store(&mailboxes[vcpu].fn, fn, __ATOMIC_RELEASE);
}
int guest_busy(uint64_t vcpu) {
  return __c11_atomic_load(&mailboxes[vcpu].fn, __ATOMIC_ACQUIRE) != 0;
}
void guest_serve(void) {
  uint64_t vcpu = guest_cpu();
  guest_work fn = __c11_atomic_load(&mailboxes[vcpu].fn, __ATOMIC_ACQUIRE);
  if (!fn) return;
  fn(mailboxes[vcpu].argument);
  __c11_atomic_store(&mailboxes[vcpu].fn, (guest_work)0, __ATOMIC_RELEASE);
}

// vcpu_info.arch.cr2 of this vCPU: the hypervisor stores the fault address there.
static uint64_t fault_address(void) {
  return guest_load64((uint64_t)shared_info_page + guest_cpu() * 64 + 16);
}

// guest_try keeps, at its saved stack pointer: the outer guest_try's stack pointer, then `out`.
void guest_trap(struct guest_frame *f) {
  struct cpu_area *a = area();
  if (f->vector == GUEST_VECTOR_EVENT) {
    guest_upcall((uint64_t)f);
    return;
  }
  if (a->catch_sp == 0) {
    guest_unexpected_trap((uint64_t)f);
    return;
  }
  uint64_t *saved = (uint64_t *)a->catch_sp;
  struct guest_fault *out = (struct guest_fault *)saved[1];
  out->frame = *f;
  out->cr2 = fault_address();
  f->rip = (uint64_t)guest_landing;
  f->cs = GUEST_KERNEL_CS & ~3;
  f->ss = GUEST_KERNEL_DS;
  f->rsp = a->catch_sp;
  f->rflags &= ~(uint64_t)0x40500; // trap, direction and alignment-check flags
}

void *memset(void *d, int c, size_t n) {
  void *r = d;
  __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
  return r;
}
void *memcpy(void *d, const void *s, size_t n) {
  void *r = d;
  __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n)::"memory");
  return r;
}
void *memmove(void *d, const void *s, size_t n) {
  if (d <= s) return memcpy(d, s, n);
  char *to = d;
  const char *from = s;
  while (n--) to[n] = from[n];
  return d;
}
int memcmp(const void *a, const void *b, size_t n) {
  const unsigned char *x = a, *y = b;
  for (; n; n--, x++, y++)
    if (*x != *y) return *x - *y;
  return 0;
}

// Each program in a slot of 64 bytes.
#define PROGRAM_SLOT(name, code) "9: " code "; .org 9b + 64, 0xcc\n"
__asm__(".pushsection .rodata.programs, \"a\"\n.balign 64\nguest_programs:\n" GUEST_PROGRAMS(PROGRAM_SLOT) ".popsection");
extern const char guest_programs[];

void guest_copy_program(uint64_t program, uint64_t to) {
  memcpy((void *)to, guest_programs + program * 64, 64);
}
