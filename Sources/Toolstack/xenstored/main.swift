import Glibc
import XenStoreServer

/// Ends the program with a sentence.
func fail(_ message: String) -> Never {
  complain("xenstored: \(message)")
  exit(1)
}

switch Invocation(Array(CommandLine.arguments.dropFirst())) {
case .says(let text): print(text)
case .fails(let message): fail(message)
case .serves(let options):
  do {
    try serve(options)
  } catch {
    fail(error.message)
  }
}
