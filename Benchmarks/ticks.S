# ticks: a static Linux program, without a library, that reads the TSC where a measurement starts or ends.
#
#   as process 1 (rdinit=/ticks)   prints "TICKS init N", forks as below, becomes /init
#   ticks now NAME                 prints "TICKS NAME N": the TSC
#   ticks forks                    5 batches of 100 times fork, exec of itself, wait: prints
#                                  "TICKS fork N" after each, N being the ticks of one round
#   ticks exit                     what is executed there: ends with status 0
#
# A PV guest reads the processor's own counter (Xen: tsc_mode native, dom0's by default), which is 0
# when the machine is switched on.
.intel_syntax noprefix
.set SYS_WRITE, 1
.set SYS_GETPID, 39
.set SYS_FORK, 57
.set SYS_EXECVE, 59
.set SYS_EXIT, 60
.set SYS_WAIT4, 61
.set BATCHES, 5
.set ROUNDS, 100

.section .text
.global _start
_start:
  mov rbx, [rsp]                 # argc
  lea r12, [rsp + 8]             # argv
  lea r13, [r12 + rbx * 8 + 8]   # environment
  mov eax, SYS_GETPID
  syscall
  cmp eax, 1
  je first_process
  cmp rbx, 2
  jb finish
  mov rax, [r12 + 8]
  cmp byte ptr [rax], 'n'
  je now
  cmp byte ptr [rax], 'f'
  je forks_only
finish:
  xor edi, edi
  mov eax, SYS_EXIT
  syscall

now:
  rdtsc
  shl rdx, 32
  or rdx, rax
  lea rsi, [rip + name_now]
  cmp rbx, 3
  cmovae rsi, [r12 + 16]
  call report
  jmp finish

forks_only:
  call forks
  jmp finish

first_process:
  rdtsc
  shl rdx, 32
  or rdx, rax
  lea rsi, [rip + name_init]
  call report
  call forks
  lea rdi, [rip + path_init]
  mov rsi, r12
  mov rdx, r13
  mov eax, SYS_EXECVE
  syscall
  jmp finish

# Batches of rounds, a report for each.
forks:
  mov r14d, BATCHES
1:
  mov r15d, ROUNDS
  rdtsc
  shl rdx, 32
  or rdx, rax
  mov rbp, rdx
2:
  mov eax, SYS_FORK
  syscall
  test eax, eax
  js finish
  jz child
  mov edi, eax
  xor esi, esi
  xor edx, edx
  xor r10d, r10d
  mov eax, SYS_WAIT4
  syscall
  dec r15d
  jnz 2b
  rdtsc
  shl rdx, 32
  or rax, rdx
  sub rax, rbp
  xor edx, edx
  mov ecx, ROUNDS
  div rcx
  mov rdx, rax
  lea rsi, [rip + name_fork]
  call report
  dec r14d
  jnz 1b
  ret

child:
  lea rdi, [rip + path_self]
  lea rsi, [rip + child_words]
  lea rax, [rip + path_self]
  mov [rsi], rax
  lea rax, [rip + word_exit]
  mov [rsi + 8], rax
  mov rdx, r13
  mov eax, SYS_EXECVE
  syscall
  jmp finish

# Prints "TICKS ", the name at RSI, a space, RDX in decimal and a line feed, by one write.
report:
  lea rdi, [rip + line]
  mov rax, 0x20534b434954        # "TICKS "
  mov [rdi], rax
  add rdi, 6
1:
  mov al, [rsi]
  test al, al
  jz 2f
  mov [rdi], al
  inc rsi
  inc rdi
  lea rcx, [rip + line + 64]
  cmp rdi, rcx
  jb 1b
2:
  mov byte ptr [rdi], ' '
  inc rdi
  mov rax, rdx
  mov ecx, 10
  lea r8, [rip + digits_end]
3:
  xor edx, edx
  div rcx
  add dl, '0'
  dec r8
  mov [r8], dl
  test rax, rax
  jnz 3b
  lea r9, [rip + digits_end]
4:
  mov al, [r8]
  mov [rdi], al
  inc rdi
  inc r8
  cmp r8, r9
  jb 4b
  mov byte ptr [rdi], '\n'
  inc rdi
  lea rsi, [rip + line]
  mov rdx, rdi
  sub rdx, rsi
  mov edi, 1
  mov eax, SYS_WRITE
  syscall
  ret

.section .rodata
path_init: .asciz "/init"
path_self: .asciz "/ticks"
word_exit: .asciz "exit"
name_now: .asciz "now"
name_init: .asciz "init"
name_fork: .asciz "fork"

.section .bss
line: .skip 128
digits: .skip 24
digits_end:
child_words: .skip 24
