// X86Format: how the x86-64 architecture encodes things in memory, in registers and on the bus:
// page-table entries, descriptors, control registers, MSR numbers, APIC and timer registers, CPUID
// bits. Encodings only: nothing here executes an instruction, decides a policy or keeps state, so
// all of it is tested on any host. It owns nothing and takes no lock. `X86PV` decides what a guest
// may write in these forms, `X86Machine` writes them to hardware.
