// The tests of `X86Format` stand beside this file, one suite for each group of encodings.
