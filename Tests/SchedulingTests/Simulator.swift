import Machine
import Primitives
import Testing

@testable import Scheduling

/// SplitMix64: the same numbers for the same seed everywhere.
struct Random: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

func milliseconds(_ n: Double) -> UInt64 { UInt64(n * 1_000_000) }

/// What a simulated vCPU does with its time: it runs for a while, sleeps for a while, and so on.
struct Behaviour {
  /// Nanoseconds it runs before it sleeps.
  var run: ClosedRange<UInt64>
  /// Nanoseconds it sleeps.
  var sleep: ClosedRange<UInt64>
  /// Nanoseconds it runs between two yields; 0 for never.
  var yieldsEvery: UInt64 = 0

  /// Runs whenever it can.
  static var hog: Behaviour { Behaviour(run: UInt64.max...UInt64.max, sleep: 1...1) }
  /// Wakes up at the interval, and runs for a moment.
  static func interactive(run: Double, every: Double) -> Behaviour {
    Behaviour(
      run: milliseconds(run)...milliseconds(run),
      sleep: milliseconds(every - run)...milliseconds(every - run))
  }
}

/// A simulated vCPU, and what is measured of it.
struct Task {
  let entity: Ref<SchedulingEntity>
  var behaviour: Behaviour
  var runLeft: UInt64
  var wakesAt: UInt64?
  var yieldLeft: UInt64
  var isGone = false

  var ran: UInt64 = 0
  // Since when it could run and does not, if so, and whether it has just woken up.
  var waitsSince: UInt64?
  var hasWoken = false
  var longestWait: UInt64 = 0
  var longestLatency: UInt64 = 0
  var latencies: [UInt64] = []
}

/// CPUs, a clock and a driver that does with a scheduler what the hypervisor does: it decides again
/// at `until`, when kicked, when the present entity sleeps or yields, and kicks `others`. A kick and
/// the timer arrive a little late.
final class Simulator {
  let cpuCount: Int
  private let queueStorage: UnsafeMutablePointer<RunQueue>
  private let schedulerStorage: UnsafeMutablePointer<CreditScheduler>
  private var groupStorage: [UnsafeMutablePointer<SchedulingGroup>] = []
  private var entityStorage: [UnsafeMutablePointer<SchedulingEntity>] = []
  var random: Random
  let seed: UInt64

  private(set) var now: UInt64 = 1_000_000_000
  var tasks: [Task] = []
  // Per CPU: who runs, when to decide next, since when it idles while somebody allowed waits.
  private(set) var current: [Int?]
  private var decidesAt: [UInt64]
  private var wastesSince: [UInt64?]
  private(set) var longestWaste: UInt64 = 0
  private(set) var decisions = 0
  /// Nanoseconds from a kick, or from the moment a timer is set for, to the decision.
  var latency: ClosedRange<UInt64> = 500...5_000
  /// Whether to check what must hold always; costs time.
  var checks = true

  init(cpus: Int, seed: UInt64 = .random(in: 0...UInt64.max)) {
    cpuCount = cpus
    self.seed = seed
    random = Random(state: seed)
    var online = CPUSet()
    for n in 0..<cpus { online.insert(n) }
    schedulerStorage = .allocate(capacity: 1)
    queueStorage = .allocate(capacity: cpus)
    for n in 0..<cpus { (queueStorage + n).initialize(to: RunQueue()) }
    schedulerStorage.initialize(
      to: CreditScheduler(online: online, queues: Table(base: queueStorage, count: cpus)))
    current = Array(repeating: nil, count: cpus)
    decidesAt = Array(repeating: UInt64.max, count: cpus)
    wastesSince = Array(repeating: nil, count: cpus)
  }

  deinit {
    schedulerStorage.deinitialize(count: 1)
    schedulerStorage.deallocate()
    queueStorage.deallocate()
    for entity in entityStorage { entity.deallocate() }
    for group in groupStorage { group.deallocate() }
  }

  var scheduler: Ref<CreditScheduler> { Ref(schedulerStorage) }
  private var time: SystemTime { SystemTime(nanoseconds: now) }

  /// A new domain.
  func group(weight: UInt16 = 256, cap: UInt16 = 0) -> Ref<SchedulingGroup> {
    let storage = UnsafeMutablePointer<SchedulingGroup>.allocate(capacity: 1)
    storage.initialize(to: SchedulingGroup())
    groupStorage.append(storage)
    let group = Ref(storage)
    group.pointee.weight = weight
    group.pointee.cap = cap
    return group
  }

  /// A new vCPU that begins to run at once; returns its number.
  @discardableResult func add(
    _ behaviour: Behaviour, to group: Ref<SchedulingGroup>? = nil, hard: [Int]? = nil,
    soft: [Int]? = nil
  ) -> Int {
    let n = tasks.count
    let storage = UnsafeMutablePointer<SchedulingEntity>.allocate(capacity: 1)
    storage.initialize(
      to: SchedulingEntity(
        owner: UInt(n), group: group ?? self.group(), cpu: CPUIndex(n % cpuCount),
        affinity: cpus(hard ?? Array(0..<cpuCount))))
    entityStorage.append(storage)
    let entity = Ref(storage)
    if let soft { entity.pointee.softAffinity = cpus(soft) }
    tasks.append(
      Task(
        entity: entity, behaviour: behaviour, runLeft: behaviour.run.lowerBound, wakesAt: nil,
        yieldLeft: behaviour.yieldsEvery))
    wake(n)
    return n
  }

  func cpus(_ members: [Int]) -> CPUSet {
    var set = CPUSet()
    for n in members { set.insert(n) }
    return set
  }

  func setAffinity(_ n: Int, hard: [Int], soft: [Int]? = nil) {
    tasks[n].entity.pointee.hardAffinity = cpus(hard)
    tasks[n].entity.pointee.softAffinity = cpus(soft ?? hard)
    if let cpu = scheduler.pointee.affinityChanged(tasks[n].entity, now: time) { kick(cpu.index) }
  }

  /// Stops a vCPU for good: as `destroy` does, it is paused, leaves its CPU, then is removed.
  func remove(_ n: Int) {
    tasks[n].isGone = true
    tasks[n].wakesAt = nil
    if let cpu = scheduler.pointee.sleep(tasks[n].entity) { decide(cpu.index) }
    tasks[n].waitsSince = nil
    scheduler.pointee.remove(tasks[n].entity)
  }

  func wake(_ n: Int) {
    tasks[n].wakesAt = nil
    tasks[n].waitsSince = now
    tasks[n].hasWoken = true
    if let cpu = scheduler.pointee.wake(tasks[n].entity, now: time) { kick(cpu.index) }
  }

  func sleep(_ n: Int, for duration: UInt64) {
    tasks[n].wakesAt = now + duration
    tasks[n].waitsSince = nil
    if let cpu = scheduler.pointee.sleep(tasks[n].entity) { kick(cpu.index) }
  }

  private func kick(_ cpu: Int) {
    decidesAt[cpu] = min(decidesAt[cpu], now + UInt64.random(in: latency, using: &random))
  }

  /// Runs for a time.
  func run(for duration: UInt64) {
    let end = now + duration
    while true {
      var next = end
      for cpu in 0..<cpuCount {
        next = min(next, decidesAt[cpu])
        guard let n = current[cpu] else { continue }
        if tasks[n].runLeft < UInt64.max { next = min(next, now + tasks[n].runLeft) }
        if tasks[n].yieldLeft != 0 { next = min(next, now + tasks[n].yieldLeft) }
      }
      for task in tasks { if let at = task.wakesAt { next = min(next, at) } }
      advance(to: next)
      if now >= end { return }
      step()
    }
  }

  // Lets time pass in which nothing happens.
  private func advance(to moment: UInt64) {
    let passed = moment - now
    now = moment
    for cpu in 0..<cpuCount {
      guard let n = current[cpu] else { continue }
      tasks[n].ran += passed
      if tasks[n].runLeft < UInt64.max { tasks[n].runLeft -= min(tasks[n].runLeft, passed) }
      tasks[n].yieldLeft -= min(tasks[n].yieldLeft, passed)
    }
    if checks { check() }
  }

  // Does what is due now.
  private func step() {
    for n in tasks.indices {
      if let at = tasks[n].wakesAt, at <= now { wake(n) }
    }
    for cpu in 0..<cpuCount {
      guard let n = current[cpu] else { continue }
      if tasks[n].runLeft == 0 {
        tasks[n].runLeft = UInt64.random(in: tasks[n].behaviour.run, using: &random)
        sleep(n, for: UInt64.random(in: tasks[n].behaviour.sleep, using: &random))
        decide(cpu)
      } else if tasks[n].behaviour.yieldsEvery != 0, tasks[n].yieldLeft == 0 {
        tasks[n].yieldLeft = tasks[n].behaviour.yieldsEvery
        scheduler.pointee.yield(tasks[n].entity)
        decide(cpu)
      }
    }
    for cpu in 0..<cpuCount where decidesAt[cpu] <= now { decide(cpu) }
  }

  private func decide(_ cpu: Int) {
    decisions += 1
    let choice = scheduler.pointee.next(on: CPUIndex(cpu), now: time)
    let next = choice.entity.map { Int($0.pointee.owner) }
    if let previous = current[cpu], previous != next, tasks[previous].entity.pointee.isRunnable {
      tasks[previous].waitsSince = now
    }
    if let next {
      if let since = tasks[next].waitsSince {
        tasks[next].longestWait = max(tasks[next].longestWait, now - since)
        if tasks[next].hasWoken {
          tasks[next].longestLatency = max(tasks[next].longestLatency, now - since)
          tasks[next].latencies.append(now - since)
        }
      }
      tasks[next].waitsSince = nil
      tasks[next].hasWoken = false
    }
    current[cpu] = next
    #expect(choice.until.nanoseconds > now, "a decision that is over at once; seed \(seed)")
    decidesAt[cpu] =
      choice.until == .never
      ? UInt64.max : choice.until.nanoseconds + UInt64.random(in: latency, using: &random)
    var other = choice.others.next()
    while let n = other {
      #expect(n < cpuCount && n != cpu)
      if n < cpuCount { kick(n) }
      other = choice.others.next(from: n + 1)
    }
  }

  // What must hold always: one CPU each, where it may be; no CPU idle for long beside a waiting
  // entity that it may run.
  private func check() {
    for cpu in 0..<cpuCount {
      if let n = current[cpu] {
        wastesSince[cpu] = nil
        let entity = tasks[n].entity
        let isAllowed =
          entity.pointee.hardAffinity.contains(cpu) || decidesAt[cpu] <= now + latency.upperBound
          || entity.pointee.hardAffinity.next() ?? 256 >= cpuCount
        #expect(isAllowed, "entity \(n) on CPU \(cpu), seed \(seed)")
        #expect(current.filter { $0 == n }.count == 1)
        continue
      }
      let isWanted = tasks.contains { task in
        task.entity.pointee.isQueued && scheduler.pointee.allowed(task.entity).contains(cpu)
      }
      if isWanted {
        let since = wastesSince[cpu] ?? now
        wastesSince[cpu] = since
        longestWaste = max(longestWaste, now - since)
      } else {
        wastesSince[cpu] = nil
      }
    }
  }

  /// The part of all CPUs' time that a vCPU had since `ran` was last cleared, given the duration.
  func share(_ n: Int, of duration: UInt64) -> Double { Double(tasks[n].ran) / Double(duration) }

  /// Forgets what was measured.
  func clearMeasurements() {
    for n in tasks.indices {
      tasks[n].ran = 0
      tasks[n].longestWait = 0
      tasks[n].longestLatency = 0
      tasks[n].latencies = []
      if tasks[n].waitsSince != nil { tasks[n].waitsSince = now }
    }
    longestWaste = 0
    decisions = 0
  }
}
