import Machine
import Primitives

extension X86: Machine {
  /// Whether an interrupt is waiting that long work should make room for.
  public static var hasPendingInterrupt: Bool { LocalAPICDriver.hasRequest }

  /// Looks at the local APIC, whose registers are slow to read, at every eighth question.
  public static var shouldPauseWork: Bool {
    let area = here
    area.pointee.pauseQuestions &+= 1
    return area.pointee.pauseQuestions & 7 == 0 && LocalAPICDriver.hasRequest
  }
}
