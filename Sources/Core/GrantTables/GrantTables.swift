// GrantTables: to be written.
