// uint64_t x86_copy_safe(void *destination, const void *source, uint64_t count)
// Copies upwards; a fault ends the copy. Returns the number of bytes not copied (a faulting word
// counts as not copied at all).

    .text
    .balign 16
    .global x86_copy_safe
x86_copy_safe:
    mov %rdx, %rcx
    mov %edx, %eax
    shr $3, %rcx
    and $7, %eax
1:  rep movsq
    jz 5f                       // flags of the AND: most copies are whole words
    mov %eax, %ecx
2:  rep movsb
3:  mov %rcx, %rax
5:  ret

4:  lea (%rax, %rcx, 8), %rcx   // words left and the tail
    jmp 3b

    .pushsection .ex_table, "a"
    .balign 8
    .quad 1b, 4b
    .quad 2b, 3b
    .popsection
