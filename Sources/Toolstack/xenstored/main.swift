import CXenStore
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
  var server = try Server(options, host: NoHost())
  if !options.staysInForeground, cxs_background() != 0 { fail("cannot go into the background") }
  try server.start(options)
  server.run()
} catch let mistake as Options.Mistake {
  fail(mistake.message)
} catch let error as SystemError {
  fail(error.message)
} catch {
  fail("\(error)")
}
