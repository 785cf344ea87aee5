// Timekeeping: to be written.
