// X86Format: to be written.
