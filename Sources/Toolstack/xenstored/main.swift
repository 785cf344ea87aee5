import Glibc
import XenStoreServer

/// Ends the program with a sentence.
func fail(_ message: String) -> Never {
  print("xenstored: \(message)")
  exit(1)
}

do {
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  if options.wantsHelp {
    print(Options.usage)
    exit(0)
  }
  try serve(options)
} catch let mistake as Options.Mistake {
  fail(mistake.message)
} catch let error as SystemError {
  fail(error.message)
} catch {
  fail("\(error)")
}
