import CXenStore
import Glibc
import XenStoreCore
import XenStoreState
import XenStoreWire

/// Goes on with the work of a server that is in this process no more.
///
/// - Throws: what makes it impossible.
func takeOver(_ options: Options, from predecessor: Predecessor) throws(SystemError) {
  let begin = cxs_microseconds()
  var log = Log.opened(for: options)
  do throws(SystemError) {
    let path = try Legacy.find(predecessor, options)
    var server = try Server(options, adopting: path, &log)
    SystemCalls.remove(path)
    if let folder = server.folder { server.startRecording(in: folder) }
    if let path = options.pidFile { try? SystemCalls.writeProcessFile(path) }
    SystemCalls.notifyReady()
    server.hasJustTakenOver = predecessor == .dump
    server.log.write(
      "live update: took over \(server.clients.count) connections and \(server.store.nodeCount) nodes "
        + "in \((cxs_microseconds() &- begin) / 1000) ms", .notice)
    server.run()
  } catch {
    log.write(
      "live update: \(error.message). The server before us is gone: end the domains that run, and "
        + "start the host anew.", .error)
    throw error
  }
}

extension Server {
  /// Makes a server that knows what the file of a server before it says.
  ///
  /// - Throws: what makes it impossible.
  fileprivate init(
    _ options: Options, adopting path: String, _ log: inout Log
  ) throws(SystemError) {
    let stream = try MappedFile(path)
    let legacy: Legacy
    do throws(StateError) {
      legacy = try Legacy(stream.bytes)
    } catch {
      log.write(
        "live update: \(path), where the server before us left what it knew, cannot be read: "
          + "\(error.reason). It is kept for a look at it.", .error)
      errno = EINVAL
      throw SystemError(path)
    }
    try self.init(options, host: try legacy.openHost(), listener: legacy.listener)
    for remark in options.remarks { self.log.write(remark) }
    adopt(stream.bytes)
    store.makeOwnNode()
    // What a server of ours wrote down goes on; a stranger changed the store without writing it down.
    if !legacy.isOurs { folder?.removeAll(before: .max) }
  }
}

/// What a server before us left.
struct Legacy {
  /// Its descriptors; those that are none any more are left out.
  private(set) var global = GlobalRecord(socket: nil, eventChannels: nil)
  /// Whether it was a server of ours: others do not write the second version, or not here.
  let isOurs: Bool
  /// The socket that takes clients.
  var listener: Int32? { global.socket }

  /// The hypervisor, with the event channels that are bound already; a machine without one when there
  /// was none.
  ///
  /// - Throws: what could not be opened.
  func openHost() throws(SystemError) -> any DomainHost {
    guard let events = global.eventChannels else { return try XenHost.open() ?? NoHost() }
    _ = cxs_set_inherited(events, 0)
    let host = try XenHost.adopt(events, port: global.exceptionPort)
    SystemCalls.setWaits(events, false)
    return host
  }

  /// Where the server before us left what it knew: the file that was written last.
  ///
  /// - Source: `tools/xenstored/lu_daemon.c`, `tools/ocaml/xenstored/disk.ml`
  static func find(_ predecessor: Predecessor, _ options: Options) throws(SystemError) -> String {
    let name = predecessor == .stream ? "state_dump" : "db"
    let places = [Server.stateDirectory(options), "/run/xenstored", "/var/lib/xenstored"]
    let files = places.map { "\($0)/\(name)" }.compactMap { path in
      SystemCalls.age(path).map { (path: path, age: $0) }
    }
    guard let newest = files.max(by: { $0.age < $1.age }) else {
      throw SystemError("\(places[0])/\(name), where the server before us leaves what it knew")
    }
    return newest.path
  }

  /// Finds out what everything else depends on.
  ///
  /// - Throws: what is wrong with the beginning of the stream.
  init(_ stream: Span<UInt8>) throws(StateError) {
    var reader = try StateReader(stream)
    isOurs = reader.version == .two
    // A stream says it in one record, a dump in two lines; both begin with it.
    while case .global(let found)? = try reader.next(in: stream) {
      global.socket = found.socket ?? global.socket
      global.eventChannels = found.eventChannels ?? global.eventChannels
      global.exceptionPort = found.exceptionPort ?? global.exceptionPort
    }
    if let socket = global.socket, cxs_is_listener(socket) == 0 { global.socket = nil }
    if let socket = global.socket {
      _ = cxs_set_inherited(socket, 0)
      SystemCalls.setWaits(socket, false)
    }
    if let events = global.eventChannels, events < 0 || fcntl(events, F_GETFD) < 0 {
      global.eventChannels = nil
    }
  }
}
