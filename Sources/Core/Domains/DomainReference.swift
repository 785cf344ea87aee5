import Machine
import Memory
import Primitives
import Sync
import Synchronization

/// A held reference to a domain: the domain's record stays until this value ends.
public struct DomainReference<M: GuestArchitecture>: ~Copyable {
  /// The domain.
  public let domain: Ref<Domain>
  private let hypervisor: Hypervisor<M>

  fileprivate init(_ domain: Ref<Domain>, _ hypervisor: Hypervisor<M>) {
    self.domain = domain
    self.hypervisor = hypervisor
  }

  deinit { hypervisor.dropDomainReference(domain) }
}

extension Hypervisor {
  /// Finds a domain, dying ones included, and holds it.
  public func domain(_ id: DomainID) -> DomainReference<M>? {
    let found = state.pointee.domains.lock.withLock { () -> Ref<Domain>? in
      guard let domain = state.pointee.domains.find(id) else { return nil }
      return hold(domain) ? domain : nil
    }
    guard let found else { return nil }
    return DomainReference(found, self)
  }

  /// Finds the first domain whose id is at or above `id`, and holds it.
  public func firstDomain(from id: DomainID) -> DomainReference<M>? {
    let found = state.pointee.domains.lock.withLock { () -> Ref<Domain>? in
      var next = id.rawValue
      while let domain = state.pointee.domains.first(from: next) {
        if hold(domain) { return domain }
        next = domain.pointee.id.rawValue &+ 1
      }
      return nil
    }
    guard let found else { return nil }
    return DomainReference(found, self)
  }

  // Takes a reference unless the domain is still being made, or the last reference is gone already.
  private func hold(_ domain: Ref<Domain>) -> Bool {
    // Acquiring: pairs with the store in `createDomain`.
    guard domain.pointee.isPublished.load(ordering: .acquiring) else { return false }
    var old = domain.pointee.references.load(ordering: .relaxed)
    while old != 0 {
      let r = domain.pointee.references.compareExchange(
        expected: old, desired: old &+ 1, ordering: .acquiringAndReleasing)
      if r.exchanged { return true }
      old = r.original
    }
    return false
  }

  /// Takes one more reference to a domain that the caller holds already.
  public func takeDomainReference(_ domain: Ref<Domain>) {
    domain.pointee.references.wrappingAdd(1, ordering: .relaxed)
  }

  /// Drops a reference; the last one gives the record's memory back.
  public func dropDomainReference(_ domain: Ref<Domain>) {
    let left = domain.pointee.references.wrappingSubtract(1, ordering: .acquiringAndReleasing)
    if left.newValue == 0 { releaseRecord(domain) }
  }
}
