// Sync: to be written.
