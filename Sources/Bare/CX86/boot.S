// From the boot loader's 32-bit protected mode to 64-bit code in the upper half.
//
// The image has two parts: `.boot`, linked where it is loaded (2 MiB), and everything else, linked
// at IMAGE_OFFSET above where it is loaded. The boot page tables show the first 4 GiB three times:
// at 0, at the image's offset (1 GiB of it), and at the direct map.

#define IMAGE_OFFSET 0xffff82d040000000
#define PHYS(symbol) ((symbol) - IMAGE_OFFSET)

#define STACK_BLOCK 65536
#define CPU_BLOCK 64
#define FRAME 200

    .section .boot, "awx", @progbits
    .code32

// Multiboot 1: modules page-aligned, memory information.
    .align 8
multiboot1:
    .long 0x1BADB002, 0x00000003, -(0x1BADB002 + 0x00000003)

// Multiboot 2: i386 entry; modules page-aligned.
    .align 8
multiboot2:
    .long 0xE85250D6, 0, multiboot2_end - multiboot2
    .long -(0xE85250D6 + (multiboot2_end - multiboot2))
    .short 1, 0             // information request: modules, memory map, ACPI
    .long 8 + 5 * 4
    .long 1, 3, 6, 14, 15
    .align 8
    .short 6, 0             // modules aligned
    .long 8
    .short 0, 0             // end
    .long 8
multiboot2_end:

    .global _start
_start:
    cli
    cld
    mov %eax, %edi          // the loader's magic and information: arguments of martlet_start
    mov %ebx, %esi
    mov $boot_stack_low_end, %esp

    // Long mode, and room for its extensions, is required.
    mov $0x80000000, %eax
    cpuid
    cmp $0x80000001, %eax
    jb  no_long_mode
    mov $0x80000001, %eax
    cpuid
    bt  $29, %edx
    jnc no_long_mode
    mov %edx, %ecx

    // Low tables: L4[0], L4[261] and L4[262] all lead to the same 4 GiB of 2 MiB pages.
    mov $PHYS(boot_l2), %eax
    mov $0x83, %edx         // present, writable, 2 MiB
    mov $2048, %ebp
1:  mov %edx, (%eax)
    movl $0, 4(%eax)
    add $0x200000, %edx
    add $8, %eax
    dec %ebp
    jnz 1b
    mov $PHYS(boot_l3), %eax
    movl $PHYS(boot_l2) + 0x0003, (%eax)
    movl $PHYS(boot_l2) + 0x1003, 8(%eax)
    movl $PHYS(boot_l2) + 0x2003, 16(%eax)
    movl $PHYS(boot_l2) + 0x3003, 24(%eax)
    mov $PHYS(boot_l3_image), %eax
    movl $PHYS(boot_l2) + 0x0003, (321 * 8)(%eax)
    mov $PHYS(boot_l4), %eax
    movl $PHYS(boot_l3) + 3, (%eax)
    movl $PHYS(boot_l3_image) + 3, (261 * 8)(%eax)
    movl $PHYS(boot_l3) + 3, (262 * 8)(%eax)
    mov %eax, %cr3

    mov %cr4, %eax
    or  $0x20, %eax         // PAE
    mov %eax, %cr4
    mov %ecx, %ebp          // the extended feature bits
    mov $0xC0000080, %ecx   // EFER: LME, SCE, NXE if there
    rdmsr
    or  $0x101, %eax
    bt  $20, %ebp
    jnc 2f
    or  $0x800, %eax
2:  wrmsr
    mov $0x80050033, %eax   // CR0: PG, AM, WP, NE, ET, MP, PE
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $0xe008 - 0xe000, $boot64

no_long_mode:
    mov $message, %esi
1:  lodsb
    test %al, %al
    jz  2f
    mov $0x3f8, %dx
    out %al, %dx
    jmp 1b
2:  hlt
    jmp 2b

    .code64
boot64:
    mov $0x10, %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    movabs $boot_stack_top - CPU_BLOCK - FRAME, %rsp
    mov %edi, %edi
    mov %esi, %esi
    xor %ebp, %ebp
    movabs $martlet_start, %rax
    call *%rax
1:  cli
    hlt
    jmp 1b

    .align 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    // 64-bit code
    .quad 0x00cf93000000ffff    // data
boot_gdt_end:
boot_gdt_pointer:
    .short boot_gdt_end - boot_gdt - 1
    .quad boot_gdt
message:
    .asciz "Martlet needs a 64-bit CPU.\r\n"
    .align 16
    .fill 256, 1, 0
boot_stack_low_end:

    .section .bss.page_aligned, "aw", @nobits
    .align 4096
    .global boot_l4
boot_l4:        .skip 4096
boot_l3:        .skip 4096
boot_l3_image:  .skip 4096
boot_l2:        .skip 4 * 4096

// The boot CPU's first stack; a block like every CPU's, so that the CPU block is found in it.
    .section .bss.stack, "aw", @nobits
    .align STACK_BLOCK
boot_stack:
    .skip STACK_BLOCK
    .global boot_stack_top
boot_stack_top:
