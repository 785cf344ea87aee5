/// Where a client finds the server.
public struct Endpoint: Hashable, Sendable {
  /// The server's socket, or a device in its place.
  public var socket: String
  /// The kernel's way to the server, tried when the socket leads nowhere; nil for none.
  public var device: String?

  /// Makes an endpoint.
  public init(socket: String, device: String? = nil) {
    self.socket = socket
    self.device = device
  }

  /// Whether the kernel's device may stand in for the socket.
  public enum Ways: Sendable {
    case socketOrDevice
    case socketOnly
  }

  /// The endpoint that the environment names, as libxenstore reads it: `XENSTORED_PATH` is the
  /// socket or device itself, `XENSTORED_RUNDIR` the folder of `socket`.
  ///
  /// - Source: `tools/libs/store` of Xen (`xs_daemon_socket`, `xs_domain_dev`)
  public static func standard(_ ways: Ways = .socketOrDevice) -> Endpoint {
    standard(ways, environment: SystemCalls.environment)
  }

  static func standard(_ ways: Ways, environment: (String) -> String?) -> Endpoint {
    let path = environment("XENSTORED_PATH")
    let folder = environment("XENSTORED_RUNDIR") ?? "/run/xenstored"
    let device: String? =
      switch ways {
      case .socketOrDevice: path == nil ? "/dev/xen/xenbus" : nil
      case .socketOnly: nil
      }
    return Endpoint(socket: path ?? "\(folder)/socket", device: device)
  }

  /// A descriptor that leads to a server, and what kind of thing it is.
  func open() throws(XenStoreClientError) -> (descriptor: Int32, kind: SystemCalls.Kind) {
    var last = try attempt(socket)
    if case .failure = last, let device {
      let other = try attempt(device)
      if case .success = other { last = other }
    }
    switch last {
    case .success(let opened): return opened
    case .failure(let reason):
      throw .notRunning(socket: socket, device: device, reason: reason)
    }
  }

  /// A descriptor of a socket that leads to a server; nil when none does now.
  func openSocket() -> Int32? {
    guard case .success(let (descriptor, .socket))? = try? attempt(socket) else { return nil }
    return descriptor
  }

  private enum Attempt {
    case success((descriptor: Int32, kind: SystemCalls.Kind))
    case failure(XenStoreClientError.ConnectFailure)
  }

  private func attempt(_ path: String) throws(XenStoreClientError) -> Attempt {
    guard let kind = SystemCalls.kind(of: path) else { return .failure(.noSocket) }
    switch SystemCalls.open(path, kind) {
    case .descriptor(let descriptor): return .success((descriptor, kind))
    case .absent: return .failure(.noSocket)
    case .nobodyListens: return .failure(.nobodyListens)
    case .failed(let code): throw .cannotOpen(path: path, code: code)
    }
  }
}
