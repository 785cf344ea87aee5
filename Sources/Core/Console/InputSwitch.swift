/// Who gets what an operator types.
public enum InputTarget: UInt8, Sendable {
  /// The debug keys.
  case hypervisor
  /// dom0, by `VIRQ_CONSOLE` and `CONSOLEIO_read`.
  case controlDomain
}

/// Moves console input between the hypervisor and dom0: the control character of `conswitch=`, typed
/// three times in a row, changes the direction.
///
/// Up to two of them in a row are held back: if something else follows, they were meant for whoever
/// has the input, and go there first.
/// - Source: `docs/misc/xen-command-line.pandoc`, "conswitch".
public struct InputSwitch: Sendable {
  /// Who gets input now; the hypervisor, until dom0 runs.
  public private(set) var target = InputTarget.hypervisor
  /// The letter that is typed with Ctrl.
  public let letter: UInt8
  // The character that Ctrl and the letter make; 0 if there is no such.
  private let code: UInt8
  private var held = 0

  /// A switch operated by Ctrl and `letter`; a letter that Ctrl makes nothing of disables it.
  public init(letter: UInt8) {
    self.letter = letter
    let code = letter &- UInt8(ascii: "a") &+ 1
    self.code = code < 32 ? code : 0
  }

  /// Whether there is a way to move the input at all.
  public var isEnabled: Bool { code != 0 }

  /// Takes one character that was typed, and delivers it, what was held back before it, or nothing.
  /// - Returns: whether the input has moved.
  public mutating func receive(
    _ byte: UInt8, deliver: (InputTarget, UInt8) -> Void
  ) -> Bool {
    if isEnabled, byte == code {
      held += 1
      guard held == 3 else { return false }
      held = 0
      direct(to: target == .hypervisor ? .controlDomain : .hypervisor)
      return true
    }
    while held > 0 {
      held -= 1
      deliver(target, code)
    }
    deliver(target, byte)
    return false
  }

  /// Sends input to `target` from now on.
  public mutating func direct(to target: InputTarget) { self.target = target }
}
