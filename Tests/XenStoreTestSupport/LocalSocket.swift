import Glibc
import SocketAddress

/// Connects to the server that listens at a path; nil when none does.
public func connectSocket(_ path: String) -> Int32? {
  let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  if let address = SocketAddress(path), address.connect(descriptor) { return descriptor }
  close(descriptor)
  return nil
}

/// Whether a server listens at a path; it hears nothing of the question.
func listens(at path: String) -> Bool {
  // Source: the kernel's net/unix/af_unix.c, unix_seq_show: number, users, protocol, flags, type, state,
  // inode, path; the flag is SO_ACCEPTCON.
  guard let file = fopen("/proc/net/unix", "re") else { return false }
  defer { fclose(file) }
  // Each line by itself: Foundation takes a short read, which is a page here, for the end.
  while let line = readLine(from: file) {
    let fields = line.split(separator: " ", maxSplits: 7)
    if fields.count == 8, fields[7] == path, UInt32(fields[3], radix: 16) == 0x10000 { return true }
  }
  return false
}

private func readLine(from file: UnsafeMutablePointer<FILE>) -> String? {
  var buffer = [CChar](repeating: 0, count: 512)
  guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
  return String(
    decoding: buffer.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
