import Machine
import Primitives
import Testing

@testable import Scheduling

private let second: UInt64 = 1_000_000_000

// The simulator checks at every step that nobody is where it may not be; these tests look at where
// the time goes. A CPU is wasted for no longer than a kick takes.
private func expectNoWaste(
  _ simulator: Simulator, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(
    simulator.longestWaste <= 2 * simulator.latency.upperBound,
    "\(simulator.longestWaste) ns wasted; seed \(simulator.seed)", sourceLocation: sourceLocation)
}

struct AffinityTests {
  @Test func pinnedVCPUsShareTheirCPUWhileOthersIdle() {
    let simulator = Simulator(cpus: 3)
    for _ in 0..<3 { simulator.add(.hog, hard: [1]) }
    simulator.run(for: 6 * second)
    for n in 0..<3 { #expect(abs(simulator.share(n, of: 6 * second) - 1.0 / 3) < 0.03) }
    expectNoWaste(simulator)
  }

  @Test func aVCPUDisplacedByAPinnedOneMovesToAnIdleCPU() {
    let simulator = Simulator(cpus: 2)
    let free = simulator.add(.hog)
    simulator.add(.interactive(run: 5, every: 11), hard: [0])
    simulator.add(.interactive(run: 5, every: 13), hard: [1])
    simulator.run(for: 6 * second)
    // It has a whole CPU's time most of the time: two are rarely both taken.
    #expect(simulator.share(free, of: 6 * second) > 0.75, "seed \(simulator.seed)")
    expectNoWaste(simulator)
  }

  @Test func wideningAnAffinityUsesIdleCPUsAtOnce() {
    let simulator = Simulator(cpus: 2)
    for _ in 0..<2 { simulator.add(.hog, hard: [0]) }
    simulator.run(for: second)
    simulator.setAffinity(0, hard: [0, 1])
    simulator.setAffinity(1, hard: [0, 1])
    simulator.clearMeasurements()
    simulator.run(for: second)
    for n in 0..<2 { #expect(simulator.share(n, of: second) > 0.99, "seed \(simulator.seed)") }
  }

  @Test func movingARunningVCPUToAnIdleCPUTakesAKick() {
    let simulator = Simulator(cpus: 2)
    let n = simulator.add(.hog, hard: [0])
    simulator.run(for: second)
    simulator.setAffinity(n, hard: [1])
    simulator.clearMeasurements()
    simulator.run(for: second)
    #expect(simulator.current == [nil, n])
    #expect(simulator.share(n, of: second) > 0.999)
  }

  @Test func anAffinityWithoutAnOnlineCPUMeansAnywhere() {
    let simulator = Simulator(cpus: 2)
    let lost = simulator.add(.hog, hard: [200])
    let nowhere = simulator.add(.hog, hard: [])
    let normal = simulator.add(.hog)
    simulator.run(for: 6 * second)
    for n in [lost, nowhere, normal] {
      #expect(abs(simulator.share(n, of: 6 * second) - 2.0 / 3) < 0.06, "seed \(simulator.seed)")
    }
    simulator.setAffinity(normal, hard: [77])
    simulator.run(for: second)
    expectNoWaste(simulator)
  }

  @Test func aVCPUGoesWhereItPrefersWhenThatIsIdle() {
    let simulator = Simulator(cpus: 4)
    let n = simulator.add(.interactive(run: 1, every: 3), soft: [2])
    simulator.run(for: second)
    #expect(simulator.tasks[n].entity.pointee.cpu == CPUIndex(2))
  }

  @Test func aPreferenceDoesNotKeepAVCPUFromAnIdleCPU() {
    let simulator = Simulator(cpus: 2)
    for _ in 0..<2 { simulator.add(.hog, soft: [0]) }
    simulator.run(for: second)
    for n in 0..<2 { #expect(simulator.share(n, of: second) > 0.99, "seed \(simulator.seed)") }
  }

  @Test func theMigrationDelayKeepsAVCPUOnItsCPUForAWhileOnly() {
    let simulator = Simulator(cpus: 2)
    simulator.scheduler.pointee.migrationDelay = milliseconds(2)
    for _ in 0..<2 { simulator.add(.hog, hard: [0]) }
    simulator.run(for: second)
    for n in 0..<2 { simulator.setAffinity(n, hard: [0, 1]) }
    simulator.clearMeasurements()
    simulator.run(for: second)
    for n in 0..<2 { #expect(simulator.share(n, of: second) > 0.98, "seed \(simulator.seed)") }
  }
}

struct LifeTests {
  @Test func removingLeavesNoLink() {
    let simulator = Simulator(cpus: 2)
    let group = simulator.group(cap: 20)
    for n in 0..<6 { simulator.add(.hog, to: n < 3 ? group : nil) }
    simulator.run(for: milliseconds(137))
    for n in [1, 4, 0, 5, 2, 3] {
      simulator.remove(n)
      let entity = simulator.tasks[n].entity
      #expect(!entity.pointee.isQueued && !entity.pointee.isRunning && !entity.pointee.isParked)
      #expect(entity.pointee.next == nil && entity.pointee.previous == nil)
      #expect(entity.pointee.nextActive == nil && entity.pointee.previousActive == nil)
      for other in simulator.tasks where other.entity != entity {
        #expect(other.entity.pointee.next != entity && other.entity.pointee.previous != entity)
        #expect(other.entity.pointee.nextActive != entity)
        #expect(other.entity.pointee.previousActive != entity)
      }
      simulator.run(for: milliseconds(50))
    }
    #expect(group.pointee.active == nil && group.pointee.activeCount == 0)
    #expect(simulator.scheduler.pointee.groups == nil)
    #expect(simulator.scheduler.pointee.parkedCount == 0)
    #expect(simulator.scheduler.pointee.idle.count == 2)
    for n in 0..<2 {
      let head = simulator.scheduler.pointee.head(of: n)
      #expect(head == nil)
    }
    for priority in [SchedulingPriority.boost, .under, .over] {
      let isWaiting = simulator.scheduler.pointee.isAnybodyWaiting(priority)
      #expect(!isWaiting)
    }
  }

  @Test(arguments: 0..<6) func randomLivesKeepTheRules(round: Int) {
    let simulator = Simulator(cpus: [1, 2, 3, 5, 8, 4][round])
    var random = Random(state: simulator.seed ^ 0x5eed)
    let groups = (0..<4).map { n in
      simulator.group(weight: UInt16([1, 256, 512, 3000][n]), cap: UInt16([0, 0, 40, 0][n]))
    }
    let count = simulator.cpuCount * 2 + 3
    for n in 0..<count {
      let behaviour =
        n % 3 == 0
        ? Behaviour.hog
        : Behaviour(
          run: 10_000...milliseconds(Double(n)), sleep: 1_000...milliseconds(5),
          yieldsEvery: n % 5 == 1 ? 300_000 : 0)
      simulator.add(behaviour, to: groups[n % 4])
    }
    for _ in 0..<400 {
      simulator.run(for: UInt64.random(in: 1...milliseconds(40), using: &random))
      let n = Int.random(in: 0..<count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0...1:
        let some = (0..<simulator.cpuCount).filter { _ in Bool.random(using: &random) }
        simulator.setAffinity(n, hard: some, soft: Bool.random(using: &random) ? some : [0])
      case 2:
        simulator.setAffinity(n, hard: Array(0..<simulator.cpuCount))
      case 3 where simulator.tasks[n].wakesAt == nil:
        // The toolstack pauses it.
        simulator.sleep(n, for: milliseconds(3))
      case 4:
        groups[n % 4].pointee.cap = UInt16.random(in: 0...200, using: &random)
      default:
        groups[n % 4].pointee.weight = UInt16.random(in: 0...2000, using: &random)
      }
    }
    expectNoWaste(simulator)
    // Everybody gets its turn again once nothing is pinned or capped.
    for n in 0..<count { simulator.setAffinity(n, hard: Array(0..<simulator.cpuCount)) }
    for group in groups {
      group.pointee.cap = 0
      group.pointee.weight = 256
    }
    simulator.clearMeasurements()
    simulator.run(for: 10 * second)
    for n in 0..<count {
      #expect(
        simulator.tasks[n].longestWait < 2 * second && simulator.tasks[n].ran > 0,
        "\(n) starved; seed \(simulator.seed)")
    }
    expectNoWaste(simulator)
  }
}
