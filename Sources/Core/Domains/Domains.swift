// Domains: to be written.
