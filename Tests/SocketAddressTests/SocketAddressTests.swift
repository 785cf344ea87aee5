import Glibc
import SocketAddress
import Testing

@Suite struct SocketAddressTests {
  private func datagramSocket() -> Int32 { socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) }

  private func receive(_ descriptor: Int32) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    return count < 0 ? [] : Array(buffer[0..<count])
  }

  @Test(arguments: ["/tmp/socket-address-test-\(getpid())", "@socket-address-test-\(getpid())"])
  func aDatagramReachesTheSocketThatStandsThere(path: String) throws {
    defer { unlink(path) }
    let address = try #require(SocketAddress(path))
    let (receiver, sender) = (datagramSocket(), datagramSocket())
    defer {
      close(receiver)
      close(sender)
    }
    #expect(!address.send([1], through: sender))
    #expect(address.bind(receiver))
    #expect(address.send([1, 2, 3], through: sender))
    #expect(receive(receiver) == [1, 2, 3])
    #expect(address.connect(sender))
    #expect(access(path, F_OK) == (path.hasPrefix("/") ? 0 : -1))
  }

  @Test func aPathThatDoesNotFitHasNoAddress() {
    #expect(SocketAddress(String(repeating: "p", count: 108)) == nil)
    #expect(SocketAddress(String(repeating: "p", count: 107)) != nil)
    #expect(SocketAddress("") == nil)
  }

  @Test func anAddressThatIsTakenIsRefused() throws {
    let address = try #require(SocketAddress("@socket-address-taken-\(getpid())"))
    let (first, second) = (datagramSocket(), datagramSocket())
    defer {
      close(first)
      close(second)
    }
    #expect(address.bind(first))
    #expect(!address.bind(second))
    #expect(errno == EADDRINUSE)
  }
}
