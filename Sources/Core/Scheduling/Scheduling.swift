/// Which vCPU runs where, and for how long: pure decisions over run queues of entities.
///
/// A vCPU embeds a `SchedulingEntity`; the scheduler links entities and never sees vCPUs. All state
/// is guarded by the scheduler's one lock, which the owner of the `Scheduler` holds around each call.
public enum Scheduling {}
