/// Building blocks that know nothing of hypervisors: bit flags, references to objects that a table
/// owns, bitmaps of fixed size, checked arithmetic. No locks here (see `Sync`), no machine.
public enum Primitives {
  /// The size of a frame and of a page, in bytes.
  public static let pageBytes = 4096
}
