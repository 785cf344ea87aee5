import Primitives

extension Ref where Value == VCPU {
  /// The vCPU's domain.
  public var domain: Ref<Domain> { pointee.domain }
}
