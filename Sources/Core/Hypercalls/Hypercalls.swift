/// The door: a guest's request comes in as six words and leaves as one.
///
/// One file per hypercall. A handler reads its arguments through `GuestMemory` into plain values,
/// checks them once, acts on the owner under its lock, and returns an outcome or throws the ABI's
/// error. What takes long stops at a preemption point and returns `.again` with arguments that
/// stand for the rest; the guest re-executes the same hypercall.
public enum Hypercalls {}
