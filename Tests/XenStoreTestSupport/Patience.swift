import Dispatch
import Glibc

/// How long tests wait. What they wait for comes within milliseconds, or never: how busy the machine is,
/// or whether it stood still meanwhile, must not decide.
public enum Patience {
  /// Milliseconds after which what has not come never will.
  public static let long = 120_000

  /// Milliseconds of a clock that nobody sets.
  public static var now: Int {
    Int(truncatingIfNeeded: DispatchTime.now().uptimeNanoseconds / 1_000_000)
  }

  /// Waits until something is so.
  ///
  /// - Returns: whether it is.
  public static func wait(until isSo: () throws -> Bool) rethrows -> Bool {
    let end = now + long
    while true {
      // Asked after the clock: who was held up before has another look.
      let isLast = now >= end
      if try isSo() { return true }
      if isLast { return false }
      usleep(1000)
    }
  }
}
