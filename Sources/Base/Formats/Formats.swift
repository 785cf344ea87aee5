// Formats: decoders of bytes nobody vouches for.
//
// The module turns boot-time input (a domain's kernel image and its compressed payload, firmware
// tables, boot loader records) into checked values. It owns nothing and locks nothing: everything
// takes a `RawSpan` and answers with values, ranges, or bytes in a caller's buffer. It never
// allocates, never traps and keeps its stack frames small; state above about a kilobyte lives in
// scratch memory that the caller lends.
