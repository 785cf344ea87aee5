// XenABI: the public interface of Xen 4.17 for x86-64 as Swift declarations.
//
// Owns numbers, structure layouts, error numbers and ring pages; each file says which public header
// it renders. It has no behaviour, no state, no locks and no imports. Every structure has C's size,
// and its stride is its size, so it may be copied to and from guest memory as it is; the ABI tests
// compare each number, size and offset with the C headers.
//
// A union of the C headers is one Swift structure per arm that matters, or a plain word where the
// arms overlay. A structure named `…Header` is the part before a union. Padding is private and
// always zero in a value made here. The C name of a declaration stands in its comment.
