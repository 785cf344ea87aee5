import CGuest
import Synchronization
import Text
import XenABI

let startInfoAddress = Atomic<UInt64>(0)
private let checksMade = Atomic<UInt32>(0)
private let checksFailed = Atomic<UInt32>(0)

/// Counts a check; prints a line if it failed.
public func expect(_ ok: Bool, _ what: Line) {
  checksMade.wrappingAdd(1, ordering: .relaxed)
  guard !ok else { return }
  checksFailed.wrappingAdd(1, ordering: .relaxed)
  say("FAIL \(what): got false expected true")
}

/// Counts a check that two numbers are equal; prints both if they are not.
public func expect<T: BinaryInteger>(_ got: T, _ expected: T, _ what: Line) {
  checksMade.wrappingAdd(1, ordering: .relaxed)
  guard got != expected else { return }
  checksFailed.wrappingAdd(1, ordering: .relaxed)
  let far = got.magnitude > 0xffff || expected.magnitude > 0xffff
  if far {
    let hexGot = UInt64(truncatingIfNeeded: got)
    let hexExpected = UInt64(truncatingIfNeeded: expected)
    say("FAIL \(what): got \(hex: hexGot) expected \(hex: hexExpected)")
  } else {
    say("FAIL \(what): got \(got) expected \(expected)")
  }
}

/// Counts a check that a hypercall was refused with `error`.
public func expect(_ got: Int64, _ error: XenErrno, _ what: Line) {
  expect(got, -Int64(error.rawValue), what)
}

/// A named group of checks.
public func test(_ name: Line, _ body: () -> Void) {
  say("test \(name)")
  body()
}

/// The frame around a guest's tests.
public enum Guest {
  /// Sets the guest up, runs its tests, prints the result line and powers off.
  public static func run(_ name: StaticString, _ startInfo: UInt64, _ tests: () -> Void) -> Never {
    startInfoAddress.store(startInfo, ordering: .relaxed)
    SharedInfo.map()
    Traps.install()
    let info = StartInfo.current
    if !info.isInitialDomain {
      // Their back ends' answers are not wanted among the tests' events.
      SharedInfo.mask(info.consolePort)
      SharedInfo.mask(info.storePort)
    }
    tests()
    finish(name)
  }

  static func finish(_ name: StaticString) -> Never {
    let made = checksMade.load(ordering: .relaxed)
    let failed = checksFailed.load(ordering: .relaxed)
    if failed == 0 {
      say("RESULT \(name): PASS \(made) checks")
    } else {
      say("RESULT \(name): FAIL \(failed) of \(made)")
    }
    Console.drain()
    shutdown(0)
  }
}

/// Runs `body` for each of a few values.
public func each<let count: Int>(
  _ values: InlineArray<count, UInt64>, _ body: (UInt64) -> Void
) {
  for i in 0..<count { body(values[i]) }
}
