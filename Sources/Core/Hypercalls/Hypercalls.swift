// Hypercalls: to be written.
