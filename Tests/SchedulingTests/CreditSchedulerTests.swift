import Machine
import Primitives
import Testing

@testable import Scheduling

private let second: UInt64 = 1_000_000_000

/// Runs long enough to settle, then measures for a time.
private func measure(_ simulator: Simulator, for duration: UInt64 = 6 * second) {
  simulator.run(for: second)
  simulator.clearMeasurements()
  simulator.run(for: duration)
}

private func expectShare(
  _ simulator: Simulator, _ n: Int, _ expected: Double, within tolerance: Double = 0.03,
  of duration: UInt64 = 6 * second, sourceLocation: SourceLocation = #_sourceLocation
) {
  let share = simulator.share(n, of: duration)
  #expect(
    abs(share - expected) <= tolerance,
    "\(n) had \(share), not \(expected); seed \(simulator.seed)",
    sourceLocation: sourceLocation)
}

struct ShareTests {
  @Test func equalHogsShareOneCPUEqually() {
    let simulator = Simulator(cpus: 1)
    for _ in 0..<5 { simulator.add(.hog) }
    measure(simulator)
    for n in 0..<5 { expectShare(simulator, n, 0.2) }
  }

  @Test(arguments: [[256, 256], [256, 512], [100, 900], [256, 512, 1024], [1, 2, 3, 4]])
  func sharesFollowWeightsOnOneCPU(weights: [Int]) {
    let simulator = Simulator(cpus: 1)
    for weight in weights { simulator.add(.hog, to: simulator.group(weight: UInt16(weight))) }
    measure(simulator)
    let all = Double(weights.reduce(0, +))
    for (n, weight) in weights.enumerated() { expectShare(simulator, n, Double(weight) / all) }
  }

  @Test func threeHogsShareTwoCPUsEqually() {
    let simulator = Simulator(cpus: 2)
    for _ in 0..<3 { simulator.add(.hog) }
    measure(simulator)
    for n in 0..<3 { expectShare(simulator, n, 2.0 / 3, within: 0.05) }
  }

  @Test func aHogThatMayHaveMoreThanACPUGetsOneAndTheOthersTheRest() {
    let simulator = Simulator(cpus: 2)
    let heavy = simulator.add(.hog, to: simulator.group(weight: 8 * 256))
    let light = [simulator.add(.hog), simulator.add(.hog)]
    measure(simulator)
    expectShare(simulator, heavy, 1, within: 0.05)
    for n in light { expectShare(simulator, n, 0.5, within: 0.05) }
  }

  @Test func weightsHoldOnFourCPUsWithManyVCPUs() {
    let simulator = Simulator(cpus: 4)
    let small = simulator.group(weight: 256)
    let large = simulator.group(weight: 512)
    for _ in 0..<6 { simulator.add(.hog, to: small) }
    for _ in 0..<6 { simulator.add(.hog, to: large) }
    measure(simulator)
    // 18 weights share 4 CPUs.
    for n in 0..<6 { expectShare(simulator, n, 4.0 / 18, within: 0.04) }
    for n in 6..<12 { expectShare(simulator, n, 8.0 / 18, within: 0.04) }
  }

  @Test func weightsHoldAmongHogsBesideThoseWhoHardlyRun() {
    let simulator = Simulator(cpus: 1)
    for _ in 0..<4 { simulator.add(.interactive(run: 0.05, every: 5)) }
    let a = simulator.add(.hog, to: simulator.group(weight: 256))
    let b = simulator.add(.hog, to: simulator.group(weight: 512))
    let c = simulator.add(.hog, to: simulator.group(weight: 1024))
    measure(simulator)
    expectShare(simulator, a, 0.96 / 7, within: 0.03)
    expectShare(simulator, b, 0.96 * 2 / 7, within: 0.03)
    expectShare(simulator, c, 0.96 * 4 / 7, within: 0.03)
  }

  @Test func whoSleepsHalfTheTimeDoesNotTakeMoreThanItsShareFromAHog() {
    let simulator = Simulator(cpus: 1)
    let hog = simulator.add(.hog)
    // Always just short of a tick, so that it is always boosted.
    let sly = simulator.add(.interactive(run: 9, every: 9.5))
    measure(simulator)
    #expect(simulator.share(hog, of: 6 * second) > 0.44, "seed \(simulator.seed)")
    #expect(simulator.share(sly, of: 6 * second) > 0.44, "seed \(simulator.seed)")
  }

  @Test func aWeightOfZeroIsTheSmallestAndDoesNotStarve() {
    let simulator = Simulator(cpus: 1)
    let none = simulator.add(.hog, to: simulator.group(weight: 0))
    simulator.add(.hog, to: simulator.group(weight: 99))
    measure(simulator, for: 20 * second)
    #expect(simulator.tasks[none].ran > 0, "seed \(simulator.seed)")
    expectShare(simulator, none, 0.01, within: 0.01, of: 20 * second)
  }

  @Test(arguments: [1, 30, 1000])
  func anyTimesliceKeepsTheShares(timeslice: Int) {
    let simulator = Simulator(cpus: 1)
    simulator.scheduler.pointee.timeslice = UInt64(timeslice) * 1_000_000
    simulator.add(.hog)
    simulator.add(.hog, to: simulator.group(weight: 768))
    measure(simulator, for: 20 * second)
    expectShare(simulator, 0, 0.25, within: 0.06, of: 20 * second)
    expectShare(simulator, 1, 0.75, within: 0.06, of: 20 * second)
  }
}

struct CapTests {
  @Test(arguments: [1, 10, 33, 50, 90])
  func aCapHoldsOnAnIdleHost(cap: Int) {
    let simulator = Simulator(cpus: 2)
    let capped = simulator.add(.hog, to: simulator.group(cap: UInt16(cap)))
    measure(simulator)
    expectShare(simulator, capped, Double(cap) / 100, within: 0.02)
  }

  @Test func aCapHoldsForADomainWithSeveralVCPUs() {
    let simulator = Simulator(cpus: 4)
    let group = simulator.group(cap: 150)
    for _ in 0..<3 { simulator.add(.hog, to: group) }
    simulator.add(.hog)
    measure(simulator)
    for n in 0..<3 { expectShare(simulator, n, 0.5, within: 0.03) }
    expectShare(simulator, 3, 1, within: 0.03)
  }

  @Test func whatACapLeavesGoesToTheOthersByWeight() {
    let simulator = Simulator(cpus: 1)
    let capped = simulator.add(.hog, to: simulator.group(weight: 1024, cap: 10))
    let a = simulator.add(.hog, to: simulator.group(weight: 256))
    let b = simulator.add(.hog, to: simulator.group(weight: 512))
    measure(simulator)
    expectShare(simulator, capped, 0.1)
    expectShare(simulator, a, 0.3)
    expectShare(simulator, b, 0.6)
  }

  @Test func aCapLargerThanTheFairShareChangesNothing() {
    let simulator = Simulator(cpus: 1)
    let capped = simulator.add(.hog, to: simulator.group(cap: 80))
    let free = simulator.add(.hog)
    measure(simulator)
    expectShare(simulator, capped, 0.5)
    expectShare(simulator, free, 0.5)
  }

  @Test func takingTheCapAwayFreesAParkedVCPU() {
    let simulator = Simulator(cpus: 1)
    let group = simulator.group(cap: 1)
    let capped = simulator.add(.hog, to: group)
    simulator.run(for: second)
    group.pointee.cap = 0
    measure(simulator)
    expectShare(simulator, capped, 1, within: 0.001)
  }

  @Test func parkedVCPUsComeBackOnAHostThatDoesNothingElse() {
    let simulator = Simulator(cpus: 4)
    let capped = simulator.add(
      Behaviour(run: milliseconds(1)...milliseconds(20), sleep: milliseconds(1)...milliseconds(9)),
      to: simulator.group(cap: 5))
    measure(simulator, for: 20 * second)
    expectShare(simulator, capped, 0.05, within: 0.01, of: 20 * second)
    // It runs up a debt of one allowance and pays it back.
    #expect(simulator.tasks[capped].longestWait < milliseconds(130), "seed \(simulator.seed)")
  }
}

struct LatencyTests {
  @Test func anInteractiveVCPURunsSoonAfterWakingBesideHogs() {
    let simulator = Simulator(cpus: 2)
    for _ in 0..<6 { simulator.add(.hog) }
    let interactive = simulator.add(.interactive(run: 0.2, every: 7.3))
    measure(simulator)
    // The hog that it displaces may have begun within the rate limit.
    #expect(
      simulator.tasks[interactive].longestLatency < milliseconds(1.2), "seed \(simulator.seed)")
    #expect(simulator.tasks[interactive].latencies.count > 700)
  }

  @Test func severalWakeUpsAtOnceSpreadOverTheCPUs() {
    let simulator = Simulator(cpus: 4)
    for _ in 0..<8 { simulator.add(.hog) }
    // They all were on CPU 0, and wake up together.
    var group: [Int] = []
    for _ in 0..<4 { group.append(simulator.add(.interactive(run: 3, every: 40))) }
    measure(simulator)
    for n in group {
      #expect(simulator.tasks[n].longestLatency < milliseconds(4.5), "seed \(simulator.seed)")
    }
  }

  @Test func theRateLimitLetsAVCPURunForItsMinimum() {
    let simulator = Simulator(cpus: 1)
    simulator.scheduler.pointee.rateLimit = 5_000_000
    simulator.latency = 1...1
    simulator.add(.hog)
    let interactive = simulator.add(.interactive(run: 0.1, every: 1))
    measure(simulator, for: second)
    // Without a limit it would run a thousand times.
    let times = simulator.tasks[interactive].latencies.count
    #expect(times > 150 && times < 230, "\(times) times; seed \(simulator.seed)")
    #expect(simulator.tasks[interactive].longestLatency < milliseconds(5.2))
  }

  @Test func yieldingLetsOthersRunButCostsNoShareForEver() {
    let simulator = Simulator(cpus: 1)
    var spinner = Behaviour.hog
    spinner.yieldsEvery = 50_000
    let yielding = simulator.add(spinner)
    let hog = simulator.add(.hog)
    measure(simulator)
    #expect(simulator.share(hog, of: 6 * second) > 0.85, "seed \(simulator.seed)")
    #expect(simulator.tasks[yielding].ran > 0)
  }

  @Test func yieldingAloneKeepsTheCPU() {
    let simulator = Simulator(cpus: 1)
    var spinner = Behaviour.hog
    spinner.yieldsEvery = 50_000
    let yielding = simulator.add(spinner)
    measure(simulator, for: second)
    expectShare(simulator, yielding, 1, within: 0.001, of: second)
  }

  @Test func aYieldLetsALessUrgentOneRun() {
    let simulator = Simulator(cpus: 1)
    // It uses little of its share, so it is always more urgent than the hog.
    var spinner = Behaviour.hog
    spinner.yieldsEvery = 100_000
    let yielding = simulator.add(spinner, to: simulator.group(weight: 60_000))
    let hog = simulator.add(.hog, to: simulator.group(weight: 1))
    measure(simulator, for: second)
    #expect(simulator.tasks[hog].ran > second / 2, "seed \(simulator.seed)")
    #expect(simulator.tasks[yielding].ran > second / 20, "seed \(simulator.seed)")
  }
}

struct MixTests {
  /// What a busy host of two CPUs holds all at once.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func everyPromiseHoldsBesideTheOthers(seed: UInt64) {
    let simulator = Simulator(cpus: 2, seed: seed)
    let small = simulator.add(.hog, to: simulator.group(weight: 256))
    let large = simulator.add(.hog, to: simulator.group(weight: 512))
    let capped = simulator.add(.hog, to: simulator.group(weight: 2048, cap: 50))
    let pinned = simulator.add(.hog, to: simulator.group(weight: 128), hard: [1])
    let sleeper = simulator.add(.interactive(run: 0.3, every: 11))
    let bursty = simulator.add(
      Behaviour(run: milliseconds(1)...milliseconds(30), sleep: milliseconds(5)...milliseconds(60)))
    measure(simulator, for: 20 * second)
    let ran = { (n: Int) in simulator.share(n, of: 20 * second) }
    #expect(abs(ran(large) / ran(small) - 2) < 0.1, "weights 1 to 2: \(ran(small)), \(ran(large))")
    // A cap is a limit, not a right: what is parked late in a period does not catch up.
    #expect(ran(capped) > 0.44 && ran(capped) < 0.505, "a cap of 50: \(ran(capped))")
    #expect(abs(ran(pinned) / ran(small) - 0.5) < 0.05, "a pinned one's weight: \(ran(pinned))")
    #expect(simulator.tasks[sleeper].longestLatency < milliseconds(10), "within a tick")
    let all = [small, large, capped, pinned, sleeper, bursty].reduce(0) { $0 + ran($1) }
    #expect(all > 1.99, "no CPU idles: \(all)")
    for n in [small, large, pinned, bursty] {
      #expect(simulator.tasks[n].longestWait < milliseconds(300), "\(n) waits too long")
    }
    #expect(simulator.longestWaste < milliseconds(1))
  }
}
