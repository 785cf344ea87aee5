import Machine

extension X86: Machine {
  /// Whether an interrupt is waiting that long work should make room for.
  public static var hasPendingInterrupt: Bool { LocalAPICDriver.hasRequest }
}
