// Primitives: to be written.
