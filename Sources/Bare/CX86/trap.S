// Every way into the hypervisor and the one way out of it.
//
// A CPU's stack block: 64 KiB, aligned to 64 KiB, so that the CPU block is found from RSP alone.
//
//   0x0000  NMI stack      0x1000  machine-check stack   0x2000  double-fault stack
//   0x3000  debug stack    0x4000  guard, not mapped
//   0x5000  main stack, growing down from the frame
//   0xfef8  frame          the guest's registers (struct cpu_user_regs)
//   0xffc0  CPU block      struct x86_cpu_block
//
// Frame offsets (xen/include/public/arch-x86/xen-x86_64.h, struct cpu_user_regs). The processor
// aligns the stack to 16 below `es`; the frame therefore starts 8 past a multiple of 16.

#define R_ERROR   120
#define R_VECTOR  124
#define R_RIP     128
#define R_CS      136
#define R_RFLAGS  144
#define R_RSP     152
#define R_SS      160
#define R_ES      168
#define FRAME     200
#define CPU_BLOCK 64

#define GUEST_CS64 0xe033
#define GUEST_CS32 0xe023
#define GUEST_SS   0xe02b
// What a guest may have in RFLAGS: the arithmetic flags, TF, DF, RF, AC, ID.
#define RFLAGS_GUEST 0x250dd5
#define RFLAGS_FIXED 0x202

#define VECTOR_SYSCALL   0x100
#define VECTOR_SYSCALL32 0x101
#define VECTOR_SYSENTER  0x102

    .macro SAVE
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
    .endm

    .macro RESTORE
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
    .endm

    .macro EX from, to
    .pushsection .ex_table, "a"
    .balign 8
    .quad \from, \to
    .popsection
    .endm

    .text

// 256 stubs of 16 bytes, one per vector.
    .balign 16
    .global trap_stubs
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
    .else
    push $0
    .endif
    movl $vector, 4(%rsp)
    jmp trap_common
    .set vector, vector + 1
    .endr

    .balign 16
trap_common:
    SAVE
    cld
    testb $3, R_CS(%rsp)
    jz from_hypervisor
    xor %ebp, %ebp
    mov %rsp, %rdi
    call martlet_trap
leave_to_guest:
    mov %rsp, %rdi
    call martlet_leave
    mov R_RFLAGS(%rsp), %eax
    and $RFLAGS_GUEST, %eax
    or $RFLAGS_FIXED, %eax
    mov %rax, R_RFLAGS(%rsp)
    // SYSRET is quicker than IRET, and right if the guest came by SYSCALL and nothing in its frame
    // was replaced since (whoever replaces RIP or RFLAGS also clears the vector).
    cmpl $VECTOR_SYSCALL, R_VECTOR(%rsp)
    jne exit_by_iret
    mov R_RIP(%rsp), %rcx
    mov %rcx, %rdx
    shl $16, %rdx
    sar $16, %rdx
    cmp %rcx, %rdx
    jne exit_by_iret
    cmpw $GUEST_CS64, R_CS(%rsp)
    jne exit_by_iret
    cmpw $GUEST_SS, R_SS(%rsp)
    jne exit_by_iret
    RESTORE
    mov R_RIP - R_ERROR(%rsp), %rcx
    mov R_RFLAGS - R_ERROR(%rsp), %r11
    mov R_RSP - R_ERROR(%rsp), %rsp
    sysretq

exit_by_iret:
    RESTORE
    add $8, %rsp
    .global exit_iret
exit_iret:
    iretq
    EX exit_iret, exit_fault

// The IRET above faulted: the guest's frame is one that the processor refuses. RSP points at the
// frame's RIP again, and the registers are the guest's.
    .global exit_fault
exit_fault:
    push $0
    SAVE
    xor %ebp, %ebp
    mov %rsp, %rdi
    call martlet_exit_fault
    jmp leave_to_guest

from_hypervisor:
    mov %rsp, %rdi
    call martlet_trap
    RESTORE
    add $8, %rsp
    iretq

// NMI, machine check and debug arrive on stacks of their own, because they may arrive while SYSCALL's
// stub still runs on the guest's stack. Coming from the guest they move to the main stack.
    .macro IST_ENTRY name, number
    .balign 16
    .global \name
\name:
    push $0
    movl $\number, 4(%rsp)
    jmp ist_common
    .endm
    IST_ENTRY debug_entry, 1
    IST_ENTRY nmi_entry, 2
    IST_ENTRY mce_entry, 18

ist_common:
    testb $3, R_CS - R_ERROR(%rsp)
    jnz 1f
    SAVE
    cld
    jmp from_hypervisor
1:  push %rax
    mov %rsp, %rax
    or $0xffff, %rax
    lea 1 - CPU_BLOCK - FRAME + R_ES(%rax), %rax    // the end of what the processor pushes
    pushq 48(%rsp)
    popq -8(%rax)
    pushq 40(%rsp)
    popq -16(%rax)
    pushq 32(%rsp)
    popq -24(%rax)
    pushq 24(%rsp)
    popq -32(%rax)
    pushq 16(%rsp)
    popq -40(%rax)
    pushq 8(%rsp)
    popq -48(%rax)
    pushq (%rsp)
    popq -56(%rax)
    lea -56(%rax), %rsp
    pop %rax
    jmp trap_common

    .balign 16
    .global double_fault_entry
double_fault_entry:
    movl $8, 4(%rsp)
    SAVE
    cld
    mov %rsp, %rdi
    call martlet_trap
    ud2

// SYSCALL: the per-CPU stub has saved RAX in the CPU block, put the guest's RSP into RAX and loaded
// RSP with the end of the frame's processor part. RCX is the guest's RIP, R11 its RFLAGS.
    .macro SYSCALL_ENTRY name, cs, number
    .balign 16
    .global \name
\name:
    push $GUEST_SS
    push %rax
    push %r11
    push $\cs
    push %rcx
    push $0
    movl $\number, 4(%rsp)
    mov FRAME - R_ERROR(%rsp), %rax     // scratch: the CPU block's first word
    SAVE
    xor %ebp, %ebp
    mov %rsp, %rdi
    call martlet_guest_syscall
    jmp leave_to_guest
    .endm
    SYSCALL_ENTRY syscall_entry, GUEST_CS64, VECTOR_SYSCALL
    SYSCALL_ENTRY syscall32_entry, GUEST_CS32, VECTOR_SYSCALL32

// SYSENTER: the processor loaded RSP with the end of the frame's processor part. Where the guest came
// from is not known; the guest's own convention says where it goes on. Unlike SYSCALL it leaves TF,
// NT and AC as the guest had them: we would step through the hypervisor, and fail at the next IRET.
    .balign 16
    .global sysenter_entry
sysenter_entry:
    push $GUEST_SS
    push $0
    pushf
    push $2
    popf
    push $3
    push $0
    push $0
    movl $VECTOR_SYSENTER, 4(%rsp)
    SAVE
    cld
    xor %ebp, %ebp
    mov %rsp, %rdi
    call martlet_trap
    jmp leave_to_guest

// void x86_enter_guest(frame): forgets everything below the frame and leaves through it.
    .global x86_enter_guest
x86_enter_guest:
    mov %rdi, %rsp
    xor %ebp, %ebp
    jmp leave_to_guest

// void x86_switch_stack(rsp, which): goes on in martlet_on_stack(which) on another stack.
    .global x86_switch_stack
x86_switch_stack:
    mov %rdi, %rsp
    mov %rsi, %rdi
    xor %ebp, %ebp
    call martlet_on_stack
    ud2

// void x86_reload_segments(cs, ss): after LGDT, makes the segment registers the new table's.
    .global x86_reload_segments
x86_reload_segments:
    pop %rax
    push %rdi
    push %rax
    mov %esi, %ss
    xor %eax, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    lretq
