/// Locks that own what they guard, and words that a guest writes too.
///
/// The hypervisor runs with interrupts off from entry to exit, so no lock needs to disable them and
/// none is taken twice by an interrupt. A CPU that spins still answers its neighbours: every
/// turn of a spin loop calls `spinTurn()`, which serves TLB shootdowns that others wait for. That is
/// why a lock may be held while waiting for a shootdown.
public enum Sync {}

#if hasFeature(Embedded)
  // The machine's part of a spin turn: serves this CPU's pending shootdowns, then PAUSE.
  @_extern(c, "martlet_spin_turn")
  func machineSpinTurn()
#else
  func machineSpinTurn() {}
#endif

/// One turn of a spin loop: lets the machine serve cross-CPU requests, then pauses.
public func spinTurn() { machineSpinTurn() }
