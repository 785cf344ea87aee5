/// Grant tables: what a domain lets others see of its memory, and which grants of others it has
/// mapped.
///
/// A `GrantTable` is a small handle onto state in frames charged to its domain. It has two sides:
/// - *granting*: the shared entries, which the guest writes, and an active entry beside each, which
///   counts the uses by others (`pin`, `unpin`);
/// - *mapping*: the handles of what this domain has mapped (`allocateHandle` ... `endUnmap`).
///
/// The two sides of one operation belong to two tables, and each method runs with the lock of its
/// own table held; no method needs two locks. Page references and page tables are the caller's:
///
///     map     mapper.allocateHandle -> granter.pin -> references, mapping -> mapper.setMapping
///     unmap   mapper.beginUnmap -> mapping, references -> granter.unpin -> mapper.endUnmap
///     copy    granter.pin -> references, copying -> granter.unpin
///
/// Entries are of version 1 only.
/// - Source: `xen/include/public/grant_table.h`.
public enum GrantTables {
  /// The most shared frames a domain can have.
  public static let sharedFrameLimit = 128
  /// The most frames of mapping records a domain can have.
  public static let maptrackFrameLimit = 64 * 512
  /// The first entries, which the toolstack fills for a guest (console, xenstore).
  public static let reservedEntries = 8
  /// Entries in a shared frame.
  public static let entriesPerFrame = 512
}
