public import XenStoreWire

/// Why a client did not get what it asked for. Its description is for the person who runs the
/// program: it names what was tried, and what to look at.
public enum XenStoreClientError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Nobody serves that socket, and no device leads to a server either.
  case notRunning(socket: String, device: String?, reason: ConnectFailure)
  /// The socket or device is there but cannot be opened.
  case cannotOpen(path: String, code: Int32)
  /// The server went away; whether a change that was under way was made is not known.
  case connectionLost(code: Int32)
  /// The server refused a request.
  case refused(StoreError, MessageType, subject: String)
  /// The server's answer is not what the protocol promises.
  case malformedReply(MessageType)
  /// A request that cannot be sent: it is too long, or holds a nul where none may be.
  case unsendable(MessageType, subject: String)
  /// Others changed what the transaction saw, each time that it was tried.
  case conflict(attempts: Int)
  /// The caller's task was cancelled; whether a change was made is not known.
  case cancelled

  /// Why a socket leads to nobody.
  public enum ConnectFailure: Hashable, Sendable {
    /// There is no such file.
    case noSocket
    /// There is one, but nobody listens.
    case nobodyListens
  }

  /// What happened, for a person.
  public var description: String {
    switch self {
    case .notRunning(let socket, let device, let reason):
      let what = reason == .noSocket ? "no socket at \(socket)" : "nobody listens at \(socket)"
      return "xenstored is not running: \(what)" + (device.map { ", and no \($0)" } ?? "")
    case .cannotOpen(let path, let code):
      let advice = code == 13 ? "; only root may" : ""
      return "cannot open \(path): \(SystemCalls.text(code))\(advice)"
    case .connectionLost(0): return "xenstored closed the connection"
    case .connectionLost(let code):
      return "connection to xenstored lost: \(SystemCalls.text(code))"
    case .refused(let error, let type, let subject):
      return "\(type.protocolName) \(subject): \(error.explanation) (\(error.name))"
    case .malformedReply(let type):
      return "xenstored's answer to \(type.protocolName) makes no sense"
    case .unsendable(let type, let subject):
      return "\(type.protocolName) \(subject.prefix(80)): too long for a message, or holds a nul"
    case .conflict(let attempts):
      return "the transaction conflicted with others' \(attempts) times"
    case .cancelled: return "cancelled"
    }
  }

  /// What the server said, when it refused.
  public var storeError: StoreError? {
    if case .refused(let error, _, _) = self { error } else { nil }
  }
}

extension StoreError {
  /// The error in words.
  var explanation: String {
    switch self {
    case .invalid: "not a valid path or argument"
    case .accessDenied: "no permission"
    case .exists: "is there already"
    case .isDirectory: "is a directory"
    case .notFound: "does not exist"
    case .noMemory: "xenstored has no memory left"
    case .noSpace: "a quota is used up"
    case .inputOutput: "xenstored could not do it"
    case .notEmpty: "is not empty"
    case .notImplemented: "this xenstored cannot do that"
    case .readOnly: "cannot be changed"
    case .busy: "busy"
    case .again: "something that the transaction saw has changed"
    case .connected: "is connected"
    case .tooBig: "too much for one message or node"
    case .notPermitted: "only the owner may"
    }
  }
}
