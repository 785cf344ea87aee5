// XenABI: the public interface of Xen 4.17 for x86-64 as Swift declarations.
//
// Owns numbers, structure layouts, error numbers and ring pages, one file per public header. It has
// no behaviour, no state, no locks and no imports. Every structure has C's size, and its stride is
// its size, so it may be copied to and from guest memory as it is; the ABI tests compare each with
// the C headers.
//
// A union of the C headers is one Swift structure per arm that matters, or a plain word where the
// arms overlay. The C name of a declaration stands in its comment.
