// Where the other CPUs start: copied to a page below 1 MiB, entered in real mode at its first byte.
// Needs the boot page tables' identity map; goes on in martlet_ap_start on the stack it is given.

    .section .rodata.trampoline, "a", @progbits
    .balign 16
    .global trampoline_start, trampoline_end, trampoline_arguments
    .code16
trampoline_start:
    cli
    cld
    mov %cs, %ax
    mov %ax, %ds
    xor %ebx, %ebx
    mov %ax, %bx
    shl $4, %ebx                // this page's address
    lea trampoline_gdt - trampoline_start(%ebx), %eax
    mov %eax, trampoline_gdt_pointer - trampoline_start + 2
    lea trampoline_32 - trampoline_start(%ebx), %eax
    mov %eax, trampoline_jump - trampoline_start
    movw $0x8, trampoline_jump - trampoline_start + 4   // the last CPU left 0x18
    lgdtl trampoline_gdt_pointer - trampoline_start
    mov $0x11, %eax             // PE, ET
    mov %eax, %cr0
    ljmpl *trampoline_jump - trampoline_start

    .code32
trampoline_32:
    mov $0x10, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $0x20, %eax             // PAE
    mov %eax, %cr4
    mov trampoline_cr3 - trampoline_start(%ebx), %eax
    mov %eax, %cr3
    mov $0xC0000080, %ecx
    mov trampoline_efer - trampoline_start(%ebx), %eax
    xor %edx, %edx
    wrmsr
    mov $0x80050033, %eax
    mov %eax, %cr0
    lea trampoline_64 - trampoline_start(%ebx), %eax
    mov %eax, trampoline_jump - trampoline_start(%ebx)
    movw $0x18, trampoline_jump - trampoline_start + 4(%ebx)
    ljmp *trampoline_jump - trampoline_start(%ebx)

    .code64
trampoline_64:
    mov %ebx, %ebx
    mov trampoline_rsp - trampoline_start(%rbx), %rsp
    mov trampoline_entry - trampoline_start(%rbx), %rax
    xor %edi, %edi
    mov %edi, %fs
    mov %edi, %gs
    xor %ebp, %ebp
    call *%rax
1:  hlt
    jmp 1b

    .balign 8
trampoline_gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    // 32-bit code
    .quad 0x00cf93000000ffff    // data
    .quad 0x00af9b000000ffff    // 64-bit code
trampoline_gdt_pointer:
    .short 4 * 8 - 1
    .long 0
    .balign 4
trampoline_jump:
    .long 0
    .short 0x8, 0
    .balign 8
// Filled in by the CPU that starts another: CR3, EFER, RSP, RIP.
trampoline_arguments:
trampoline_cr3:     .quad 0
trampoline_efer:    .quad 0
trampoline_rsp:     .quad 0
trampoline_entry:   .quad 0
trampoline_end:
