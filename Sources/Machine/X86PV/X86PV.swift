// X86PV: to be written.
