import Machine
import Text
import X86Machine

/// Where the boot assembly goes: brings the machine up and never returns.
@c(martlet_start)
public func start(_ magic: UInt32, _ information: UInt32) {
  X86.start(magic: magic, information: UInt64(information))
}

/// Where the machine floor goes once the machine is up: builds the hypervisor and runs it.
@c(martlet_main)
public func main() {
  panic("nothing to run yet")
}
