import Glibc
import Testing
import XenStoreWire

@testable import XenStoreClient

/// The client with a device of the kernel in the place of a socket. A terminal stands in for it: what
/// the client writes comes out at the other side, and what is put in there it reads.
@Suite struct DeviceTests {
  private let other: Int32
  private let path: String

  init() throws {
    other = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var locked: Int32 = 0
    var number: Int32 = 0
    // TIOCSPTLCK and TIOCGPTN, which have no names in Swift.
    #expect(ioctl(other, 0x4004_5431, &locked) == 0 && ioctl(other, 0x8004_5430, &number) == 0)
    path = "/dev/pts/\(number)"
    let near = open(path, O_RDWR | O_NOCTTY)
    var settings = termios()
    tcgetattr(near, &settings)
    cfmakeraw(&settings)
    tcsetattr(near, TCSANOW, &settings)
  }

  /// The messages that arrive within a moment.
  private func arrivals() -> [MessageHeader] {
    var bytes: [UInt8] = []
    var polled = pollfd(fd: other, events: Int16(POLLIN), revents: 0)
    while poll(&polled, 1, bytes.isEmpty ? 30_000 : 200) > 0 {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = buffer.withUnsafeMutableBytes { read(other, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    var headers: [MessageHeader] = []
    var position = 0
    while let header = MessageHeader(reading: bytes.span, at: position) {
      headers.append(header)
      position += MessageHeader.byteCount + Int(header.length)
    }
    return headers
  }

  private func answer(_ header: MessageHeader, _ value: String) {
    var bytes: [UInt8] = []
    MessageHeader(
      type: header.type, requestID: header.requestID, transactionID: 0,
      length: UInt32(value.utf8.count)
    ).append(to: &bytes)
    bytes += Array(value.utf8)
    #expect(bytes.withUnsafeBytes { write(other, $0.baseAddress, $0.count) } == bytes.count)
  }

  @Test(.timeLimit(.minutes(20))) func aDeviceIsGivenOneRequestAtATime() async throws {
    defer { close(other) }
    let store = try XenStoreClient(Endpoint(socket: path))
    async let first = store.readText("/a")
    async let second = store.readText("/b")
    async let third = store.readText("/c")
    var values: Set<String> = []
    for number in 0..<3 {
      let headers = arrivals()
      #expect(headers.count == 1, "requests under way: \(headers.count)")
      for header in headers { answer(header, "\(number)") }
    }
    values.insert(try await first)
    values.insert(try await second)
    values.insert(try await third)
    #expect(values == ["0", "1", "2"])
  }

  @Test(.timeLimit(.minutes(20)), arguments: ["/dev/null", "/dev/zero"])
  func aDeviceThatIsNoServerIsNotWaitedForEver(device: String) async throws {
    close(other)
    let store = try XenStoreClient(Endpoint(socket: device))
    await #expect(throws: XenStoreClientError.self) { try await store.read("/a") }
  }
}
