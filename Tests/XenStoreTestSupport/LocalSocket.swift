import Glibc
import SocketAddress

/// Connects to the server that listens at a path; nil when none does.
public func connectSocket(_ path: String) -> Int32? {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  if let address = SocketAddress(path), address.connect(descriptor) { return descriptor }
  close(descriptor)
  return nil
}
