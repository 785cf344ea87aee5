/// Real memory: the frame table, the buddy allocator, who owns a frame and who refers to it.
///
/// Every frame of RAM has a `PageInfo`. A frame is free (in a free list), the hypervisor's own, or a
/// domain's. A domain's frame is given back only when its last reference is dropped; the "allocated"
/// reference stands for the domain's own hold on it. Counts are atomic words, so taking and dropping
/// a reference needs no lock; lists and totals are guarded by the lock of the domain or the heap.
public enum Memory {}
