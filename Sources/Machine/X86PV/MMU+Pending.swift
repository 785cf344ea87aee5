import Machine
import Memory
import Primitives
import X86Format
import XenABI

/// Uses of tables from outside other tables: pins, roots in use. What cannot be finished at once is
/// left in the vCPU's `PendingTable`; every function here wants an empty one and the owner's
/// page-table lock, except `finishPending`, which takes that lock.
extension MMU {
  /// Takes a reference to, and a use of, a frame of `owner`'s as a table.
  /// - Throws: `EINVAL` and what checking the table throws; `ERESTART` if interrupted: call again.
  func acquireTable(
    _ mfn: MFN, _ level: PageTableLevel, of owner: DomainID, _ pending: inout PendingTable
  ) throws(XenErrno) {
    try takeFrame(mfn, of: owner)
    do throws(TypeRefusal) { try takeType(mfn, PageKind(level)) } catch {
      // An interrupted table waits in its partial state for the next call; one that failed half-way
      // is undone first.
      if error.leavesPartial, error.reason != .ERESTART {
        pending.table = mfn
      } else {
        putFrame(mfn)
      }
      throw error.reason
    }
  }

  /// Drops a use of, and a reference to, a table; the rest of the work, if it was interrupted, is
  /// pending then.
  func releaseTable(_ mfn: MFN, _ pending: inout PendingTable) {
    do throws(TypeRefusal) { try putType(mfn) } catch {
      pending.table = mfn
      return
    }
    putFrame(mfn)
  }

  /// Goes on with what is pending.
  /// - Throws: `ERESTART` if interrupted again.
  public func finishPending(_ pending: inout PendingTable) throws(XenErrno) {
    guard let table = pending.table else { return }
    let owner = host.frames[table].pointee.owner
    do throws(TypeRefusal) {
      host.lockPageTables(of: owner)
      defer { host.unlockPageTables(of: owner) }
      try putPartial(table)
    } catch { throw error.reason }
    pending.table = nil
    // Only now: the frame may be all that keeps its owner's lock in existence.
    putFrame(table)
  }
}
