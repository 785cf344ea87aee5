// Formats: to be written.
