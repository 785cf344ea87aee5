import CXenGuest
import Foundation
import Glibc

/// What libXenShim.so shows its daemon, from the domains' side (`Tests/CXenGuest`). One thread.
public final class SimulatedMachine {
  /// What becomes of a domain.
  public enum Fate: Int, Sendable {
    case runs, hasShutDown, isDying, isGone
  }

  /// The folder that it is in.
  public let folder: String
  private var guests = xen_guests()
  /// Domains whose event was taken while another's was waited for.
  private var notified: Set<UInt16> = []

  /// Opens the machine of a folder; who comes first, a daemon or we, makes it.
  public init(_ folder: String) throws {
    self.folder = folder
    guard xen_open(&guests, folder) == 0 else { throw POSIXError(.ENOENT) }
  }

  deinit { xen_close(&guests) }

  /// Ends a domain or lets it live, and has the daemon hear of it.
  public func set(_ domain: UInt16, _ fate: Fate) {
    xen_set_domain(&guests, domain, UInt8(truncatingIfNeeded: fate.rawValue))
  }

  /// Has the daemon killed when it has sent something so many times more; 0 for never.
  public func endDaemon(after count: Int) { guests.machine.pointee.lives = UInt32(count) }

  /// Sends an event from a domain's port; false when that is not bound to the daemon.
  @discardableResult
  public func send(from domain: UInt16, port: UInt32) -> Bool {
    xen_send(&guests, domain, port) != 0
  }

  /// Waits for an event of a domain and takes it.
  ///
  /// - Parameter patience: milliseconds.
  public func waitForEvent(_ domain: UInt16, patience: Int) -> Bool {
    if notified.remove(domain) != nil { return true }
    let end = Patience.now + patience
    while true {
      let left = max(0, end - Patience.now)
      let found = xen_wait(&guests, Int32(truncatingIfNeeded: left))
      if found == Int32(domain) { return true }
      if found < 0, left == 0 { return false }
      if let other = UInt16(exactly: found) { notified.insert(other) }
    }
  }

  /// Waits until the daemon has looked at all events.
  ///
  /// - Returns: whether it has.
  @discardableResult
  public func settle() -> Bool { Patience.wait { xen_is_busy(&guests) == 0 } }

  /// Reads a word of a domain's page, in one load.
  public func word(_ domain: UInt16, _ offset: Int) -> UInt32 {
    xen_load(&guests, domain, UInt32(truncatingIfNeeded: offset))
  }

  /// Writes a word of a domain's page, in one store.
  public func setWord(_ domain: UInt16, _ offset: Int, _ value: UInt32) {
    xen_store(&guests, domain, UInt32(truncatingIfNeeded: offset), value)
  }

  /// A byte of a domain's page.
  public subscript(domain: UInt16, offset: Int) -> UInt8 {
    get { guests.pages[Int(domain) * Int(XEN_PAGE_SIZE) + offset % Int(XEN_PAGE_SIZE)] }
    set { guests.pages[Int(domain) * Int(XEN_PAGE_SIZE) + offset % Int(XEN_PAGE_SIZE)] = newValue }
  }
}
