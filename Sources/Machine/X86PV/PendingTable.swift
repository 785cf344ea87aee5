import Machine

/// A table whose last use a vCPU has given up but which is not undone yet, because that was
/// interrupted. The vCPU goes on with it before it changes any page table again, and holds a
/// reference to its frame meanwhile.
public struct PendingTable: BitwiseCopyable, Sendable {
  /// The table, nil if nothing is pending.
  public internal(set) var table: MFN?

  /// Nothing pending.
  public init() {}
}
