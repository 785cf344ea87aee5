import Domains
import Primitives
import Synchronization
import X86Machine

/// Where the hypervisor's state is: set once by `main`, before any other CPU or guest can ask.
enum Root {
  private static let address = Atomic<UInt>(0)

  /// Publishes the state.
  static func set(_ state: Ref<HypervisorState>) {
    // Pairs with the acquiring load below, on CPUs that start later.
    address.store(state.address, ordering: .releasing)
  }

  /// Whether the state is published.
  static var isSet: Bool { address.load(ordering: .acquiring) != 0 }

  /// The hypervisor.
  static var hypervisor: Hypervisor<X86> {
    let bits = address.load(ordering: .acquiring)
    guard let pointer = unsafe UnsafeMutablePointer<HypervisorState>(bitPattern: bits) else {
      fatalError("asked for before `main` made it")
    }
    // Safety: `set` was given a reference to the one state, which is never destroyed.
    return Hypervisor(unsafe Ref(pointer))
  }
}
