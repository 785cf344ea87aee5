import Glibc
import XenStoreCore

@testable import XenStoreServer

extension Server {
  /// Where the lines of servers go that nobody reads.
  private static let silence = Result { () throws(SystemError) in try Log(path: "/dev/null") }

  /// Starts a server that answers the same every time: its hashes are not random.
  ///
  /// - Parameter socket: where it listens; rings alone are served when nil.
  static func trial(
    _ host: FakeHost, seed: UInt64, socket: String? = nil
  ) throws(SystemError) -> Server {
    var options = Options()
    options.hasSocket = socket != nil
    if let socket { options.socket = socket }
    var server = try Server(options, host: host)
    letSignalsEnd()
    server.log = try silence.get()
    server.obeysPaths = false
    server.store = XenStore(seed: seed) { host.exists($0) }
    server.store.takesTurns = true
    try server.start(options)
    return server
  }

  /// Has signals end the process, as they end any other: a server takes them as its own input, but that
  /// of a trial is not there to be ended.
  private static func letSignalsEnd() {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in [SIGHUP, SIGINT, SIGTERM] { sigaddset(&set, signal) }
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Gives back what the kernel holds for a server whose trial is over.
  mutating func closeDescriptors() {
    for slot in clients.indices { remove(slot) }
    close(epoll)
    close(signals)
    if let listener { close(listener) }
  }
}
