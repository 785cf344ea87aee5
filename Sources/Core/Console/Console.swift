/// What the hypervisor's console decides without touching a device.
///
/// - `ConsoleRing`: the characters that `xl dmesg` reads.
/// - `InputSwitch`, `ByteQueue`: who gets what an operator types, dom0 or the debug keys.
/// - `MessageThresholds`, `MessageThrottle`: which lines are kept, and how often at most.
/// - `Timestamp`: what stands before a line.
/// - `TextScreen`: where characters go on an 80x25 screen.
/// - `UARTSettings`: a serial port's registers from its description.
///
/// All of it is plain state without locks: its owner on the machine floor guards it with the
/// console's lock (the input part with that of serial input). It knows no device and no domain.
public enum Console {}
