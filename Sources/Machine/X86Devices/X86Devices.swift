// What a guest sees of an x86 processor, as pure values and functions.
//
// - `DecodedInstruction`: the instructions that fault in ring 3 and that a hypervisor carries out,
//   and those by which a kernel writes its page tables.
// - `CPUPolicy`: what CPUID and the model-specific registers of a policy say to a guest, and how a
//   toolstack reads and writes that.
//
// Nothing here touches hardware or guest memory: bytes come from an `InstructionSource`, registers
// are values.
