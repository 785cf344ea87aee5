import Machine
import Primitives
import X86Machine

/// Where the boot assembly goes: brings the machine up and never returns.
@c(martlet_start)
public func start(_ magic: UInt32, _ information: UInt32) {
  X86.start(magic: magic, information: UInt64(information))
}

/// Where the machine floor goes once the machine is up: builds the hypervisor and runs it.
@c(martlet_main)
public func main() {
  Composition.buildState()
  ControlDomain.build(X86.boot.pointee.options)
  X86.enterGuest()
}

/// Where another CPU goes once it runs: waits for the hypervisor, then takes part in it.
@c(martlet_ap_main)
public func secondaryMain() {
  while !Root.isSet { X86.pause() }
  X86.enterGuest()
}
