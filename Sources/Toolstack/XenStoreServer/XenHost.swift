import CXenStore
import Glibc
import XenStoreCore
import XenStoreWire

/// The hypervisor below us, through Xen's own libraries. There is one, so make one value of it.
struct XenHost: DomainHost {
  /// The grant that a domain's builder makes of the ring's page.
  ///
  /// - Source: `xen/include/public/grant_table.h` (`GNTTAB_RESERVED_XENSTORE`)
  private static let ringReference: UInt32 = 1

  private var domainsPort: UInt32
  /// Ports that are masked, since an event of theirs was taken.
  private var masked: [UInt32] = []

  private init(domainsPort: UInt32) { self.domainsPort = domainsPort }

  /// Opens what a privileged domain has of the hypervisor.
  ///
  /// - Returns: nil when there is no hypervisor.
  /// - Throws: what could not be opened though there is one.
  static func open() throws(SystemError) -> XenHost? {
    if let error = SystemCalls.openHypervisor() {
      if [ENOENT, ENODEV, ENXIO].contains(error.code) { return nil }
      throw error
    }
    return XenHost(domainsPort: cxs_xen_domains_port())
  }

  /// Goes on with the event channels that a former server has bound.
  ///
  /// - Parameter port: what VIRQ_DOM_EXC is bound to; nil when it is not.
  /// - Throws: what could not be opened.
  static func adopt(_ descriptor: Int32, port: UInt32?) throws(SystemError) -> XenHost {
    if let error = SystemCalls.adoptHypervisor(descriptor, port: port) { throw error }
    return XenHost(domainsPort: cxs_xen_domains_port())
  }

  mutating func prepareHandover() { _ = cxs_xen_unbind(domainsPort) }

  mutating func cancelHandover() {
    if cxs_xen_bind_domains() == 0 { domainsPort = cxs_xen_domains_port() }
  }

  var descriptor: Int32? { cxs_xen_descriptor() }

  mutating func nextEvent() -> HostEvent? {
    guard let port = UInt32(exactly: cxs_xen_next_event()) else { return nil }
    masked.append(port)
    return port == domainsPort ? .domains : .ring(port: port)
  }

  mutating func allowEvents() {
    guard !masked.isEmpty else { return }
    for port in masked { cxs_xen_unmask(port) }
    masked.removeAll(keepingCapacity: true)
  }

  func exists(_ domain: DomainID) -> Bool {
    let found = SystemCalls.domains(from: domain)
    return found?.first.map { $0.domain == domain && !$0.isDead } ?? false
  }

  func states() -> [DomainState]? {
    var states: [DomainState] = []
    var next = DomainID.zero
    while true {
      guard let more = SystemCalls.domains(from: next) else { return nil }
      states.append(contentsOf: more)
      guard more.count == CXS_DOMAINS, let last = more.last, last.domain.isReal else {
        return states
      }
      next = DomainID(rawValue: last.domain.rawValue &+ 1)
    }
  }

  mutating func map(_ domain: DomainID, frame: UInt64) throws(StoreError) -> SharedPage? {
    if domain == .zero {
      guard let page = SharedPage.ownRing() else { throw .inputOutput }
      return page
    }
    if let page = SharedPage(grant: Self.ringReference, of: domain.rawValue) { return page }
    guard let page = SharedPage(frame: frame, of: domain.rawValue) else { throw .inputOutput }
    return page
  }

  mutating func bind(_ domain: DomainID, port: UInt32) throws(StoreError) -> UInt32 {
    guard let local = UInt32(exactly: cxs_xen_bind(domain.rawValue, port)) else {
      throw .inputOutput
    }
    return local
  }

  func remotePort(of port: UInt32) -> UInt32? { UInt32(exactly: cxs_xen_remote_port(port)) }

  mutating func unbind(_ port: UInt32) {
    masked.removeAll { $0 == port }
    _ = cxs_xen_unbind(port)
  }

  mutating func notify(_ port: UInt32) { _ = cxs_xen_notify(port) }

  mutating func ownRing() throws(SystemError) -> RingLink? {
    guard let page = SharedPage.ownRing() else { throw SystemError("/proc/xen/xsd_kva") }
    guard let port = UInt32(exactly: cxs_xen_own_port()) else {
      throw SystemError("/proc/xen/xsd_port")
    }
    guard let local = UInt32(exactly: cxs_xen_bind(DomainID.zero.rawValue, port)) else {
      throw SystemError("the event channel of the control domain's ring")
    }
    return RingLink(page: page, port: local)
  }
}
