// Entry points of a 64-bit PV guest, and the ELF notes that describe it to a domain builder.

#define STACK 0x8000
#define CPUS 16
#define PAGE_IRET 23

  .macro NOTE type
  .align 4
  .long 4, 9f - 8f, \type
  .asciz "Xen"
8:
  .endm
  .macro ENDNOTE
9:
  .align 4
  .endm

  .section .note.Xen, "a", @note
  NOTE 6              // GUEST_OS
  .asciz "martlet-guest"
  ENDNOTE
  NOTE 7              // GUEST_VERSION
  .asciz "1"
  ENDNOTE
  NOTE 5              // XEN_VERSION
  .asciz "xen-3.0"
  ENDNOTE
  NOTE 8              // LOADER
  .asciz "generic"
  ENDNOTE
  NOTE 3              // VIRT_BASE
  .quad guest_virt_base_symbol
  ENDNOTE
  NOTE 4              // PADDR_OFFSET
  .quad 0
  ENDNOTE
  NOTE 1              // ENTRY
  .quad _start
  ENDNOTE
  NOTE 2              // HYPERCALL_PAGE
  .quad hypercall_page
  ENDNOTE
  NOTE 10             // FEATURES
  .asciz "!writable_page_tables|pae_pgdir_above_4gb"
  ENDNOTE
  NOTE 17             // SUPPORTED_FEATURES: writable page tables not needed; dom0 (bit 11)
  .long 1 << 11 | 1 << 5
  ENDNOTE
  NOTE 9              // PAE_MODE
  .asciz "yes"
  ENDNOTE

  .text
  .globl _start
_start:
  cld
  xor %ebp, %ebp
  lea guest_stacks + STACK(%rip), %rsp
  push %rsi
  push %rsi
  xor %edi, %edi
  call guest_stack_top       // marks the stack as vCPU 0's
  pop %rdi
  pop %rdi
  call guest_main
  ud2

  // A vCPU started by VCPUOP_initialise: rdi holds its number, rsp its stack.
  .globl guest_secondary
guest_secondary:
  cld
  xor %ebp, %ebp
  and $-16, %rsp
  call guest_secondary_main
  ud2

  .globl guest_secondary_entry
guest_secondary_entry:
  lea guest_secondary(%rip), %rax
  ret
  .globl guest_event_entry
guest_event_entry:
  lea event_stub(%rip), %rax
  ret
  .globl guest_syscall_entry
guest_syscall_entry:
  lea syscall_stub(%rip), %rax
  ret
  .globl guest_failsafe_entry
guest_failsafe_entry:
  lea failsafe_stub(%rip), %rax
  ret
  .globl guest_nmi_entry
guest_nmi_entry:
  lea trap_2(%rip), %rax
  ret

  // The hypervisor's frames begin with rcx and r11, then the error code where there is one.
  .macro TRAP vector, haserror
trap_\vector:
  pop %rcx
  pop %r11
  .if \haserror == 0
  push $0
  .endif
  push $\vector
  jmp common
  .endm

  .irp v, 0,1,2,3,4,5,6,7,9,15,16,18,19,20,22,23,24,25,26,27,28,31,128
  TRAP \v, 0
  .endr
  .irp v, 8,10,11,12,13,14,17,21,29,30
  TRAP \v, 1
  .endr

event_stub:
  pop %rcx
  pop %r11
  push $0
  push $256
  jmp common
syscall_stub:
  pop %rcx
  pop %r11
  push $0
  push $257
  jmp common
failsafe_stub:
  pop %rcx
  pop %r11
  lea 32(%rsp), %rsp         // ds, es, fs, gs
  push $0
  push $258

common:
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %rax
  push %r8
  push %r9
  push %r10
  push %r11
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
  cld
  mov %rsp, %rdi
  mov %rsp, %rbx
  and $-16, %rsp
  call guest_trap
  mov %rbx, %rsp
resume:
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  pop %r11
  pop %r10
  pop %r9
  pop %r8
  pop %rax
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  add $8, %rsp               // vector
  movq $0, (%rsp)            // the error code's place holds iret's flags
  jmp hypercall_page + PAGE_IRET * 32

  // guest_enter(frame, flags): as `resume`, on a copy of the frame, with chosen flags.
  .globl guest_enter
guest_enter:
  mov %rsi, 128(%rdi)        // error <- flags
  sub $176, %rsp
  mov %rdi, %rsi
  mov %rsp, %rdi
  mov $22, %ecx
  rep movsq
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbp
  pop %rbx
  pop %r11
  pop %r10
  pop %r9
  pop %r8
  pop %rax
  pop %rcx
  pop %rdx
  pop %rsi
  pop %rdi
  add $8, %rsp
  jmp hypercall_page + PAGE_IRET * 32

  // guest_try(fn, a, b, c, out). The vCPU area's second word holds the innermost catch.
  .globl guest_try
guest_try:
  push %rbp
  push %rbx
  push %r12
  push %r13
  push %r14
  push %r15
  push %r8
  mov %rsp, %rbx
  and $-STACK, %rbx
  push 8(%rbx)
  mov %rsp, 8(%rbx)
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  sub $8, %rsp
  call *%rax
  add $8, %rsp
  mov 8(%rsp), %rdx
  movq $1000, 120(%rdx)      // frame.vector <- GUEST_NO_FAULT
  jmp 1f
  .globl guest_landing
guest_landing:
  xor %eax, %eax
1:
  mov %rsp, %rbx
  and $-STACK, %rbx
  pop 8(%rbx)
  pop %r8
  pop %r15
  pop %r14
  pop %r13
  pop %r12
  pop %rbx
  pop %rbp
  ret

  .section .rodata, "a"
  .align 8
  .globl guest_trap_table
guest_trap_table:
  .irp v, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,128
  .quad trap_\v
  .endr

  .section .hypercall_page, "ax", @progbits
  .globl hypercall_page
  .align 4096
hypercall_page:
  .fill 4096, 1, 0xcc

  .section .stacks, "aw", @nobits
  .globl guest_stacks
  .align STACK
guest_stacks:
  .skip STACK * CPUS
