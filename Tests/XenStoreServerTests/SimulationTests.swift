import Glibc
import Testing
import XenStoreTrials

/// A short run of what `make simulate-xenstore` does at length.
@Suite struct SimulationTests {
  @Test(arguments: [101, 102] as [UInt64])
  func theServerAnswersAsTheModelDoes(seed: UInt64) throws {
    var simulation = try Simulation(seed: seed, trail: 60)
    while simulation.operations < 5000, simulation.step() {}
    if simulation.difference == nil { simulation.checkEverything() }
    if let difference = simulation.difference {
      Issue.record("\(difference)\n\(simulation.lastSteps.joined(separator: "\n"))")
    }
    simulation.finish()
  }

  @Test func signalsEndASimulation() throws {
    var simulation = try Simulation(seed: 103, trail: 1)
    var blocked = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &blocked)
    for signal in [SIGHUP, SIGINT, SIGTERM] { #expect(sigismember(&blocked, signal) == 0) }
    simulation.finish()
  }
}
