// Machine: to be written.
