// Drives the server and a model with the same random requests and faults, and says where they differ.
//
//     xenstore-simulation [--operations N] [--seeds FIRST-LAST | --seed N] [--trail N]

import Foundation
import XenStoreTrials

func option(_ name: String) -> String? {
  guard let place = CommandLine.arguments.firstIndex(of: name),
    place + 1 < CommandLine.arguments.count
  else { return nil }
  return CommandLine.arguments[place + 1]
}

let operations = option("--operations").flatMap { Int($0) } ?? 1_000_000
let trail = option("--trail").flatMap { Int($0) } ?? 60
let range = (option("--seeds") ?? "1-20").split(separator: "-").compactMap { UInt64($0) }
let single = option("--seed").flatMap { UInt64($0) }
let seeds = single.map { [$0] } ?? Array((range.first ?? 1)...(range.last ?? 20))

for seed in seeds {
  let start = Date()
  var simulation = try Simulation(seed: seed, trail: trail)
  while simulation.operations < operations, simulation.step() {}
  if simulation.difference == nil { simulation.checkEverything() }
  let seconds = Date().timeIntervalSince(start)
  if let difference = simulation.difference {
    print(simulation.lastSteps.joined(separator: "\n"))
    print("FAILED \(difference)")
    print("again: xenstore-simulation --operations \(operations) --seed \(seed)")
    exit(1)
  }
  simulation.finish()
  print("seed \(seed): \(simulation.operations) operations, no difference, \(Int(seconds)) s")
  fflush(nil)
}
