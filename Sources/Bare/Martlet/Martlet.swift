import Machine
import Text
import X86Machine

/// Where the boot assembly goes: brings the machine up and never returns.
@c(martlet_start)
public func start(_ magic: UInt32, _ information: UInt32) {
  X86.start(magic: magic, information: UInt64(information))
  panic("nothing to run yet")
}
