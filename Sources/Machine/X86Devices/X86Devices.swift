// X86Devices: to be written.
