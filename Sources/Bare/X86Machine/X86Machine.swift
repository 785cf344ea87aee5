// X86Machine: to be written.
