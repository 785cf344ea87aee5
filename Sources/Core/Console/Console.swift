// Console: to be written.
