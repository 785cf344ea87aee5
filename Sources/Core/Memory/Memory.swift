// Memory: to be written.
