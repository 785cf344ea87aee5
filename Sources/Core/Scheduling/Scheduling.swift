// Scheduling: to be written.
