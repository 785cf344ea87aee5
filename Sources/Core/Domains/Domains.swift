/// Domains and vCPUs, and the hypervisor's state as a whole.
///
/// A `Domain` and each `VCPU` live in frames of their own for as long as anybody holds a reference;
/// a domain is found by its id in the `DomainTable`. A domain embeds the state of the subsystems
/// below (event channels, grants, scheduling entities) beside the lock that guards each.
///
/// Lock order: see `docs/locks.md`.
public enum Domains {}
