// Martlet: to be written.
