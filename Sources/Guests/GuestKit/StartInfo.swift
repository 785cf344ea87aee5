import CGuest
import Synchronization

/// The page the domain builder describes the domain with.
/// - Source: public/xen.h, struct start_info
public struct StartInfo: Sendable {
  /// Its virtual address.
  public let address: UInt64

  /// The page this domain was started with.
  public static var current: StartInfo {
    StartInfo(address: startInfoAddress.load(ordering: .relaxed))
  }

  init(address: UInt64) { self.address = address }

  private func word(_ offset: UInt64) -> UInt64 { guest_load64(address &+ offset) }

  /// Byte `index` of the magic text "xen-3.0-x86_64".
  public func magic(_ index: UInt64) -> UInt8 { guest_load8(address &+ index) }
  /// Pages allocated to the domain.
  public var pages: UInt64 { word(32) }
  /// Machine address of shared_info.
  public var sharedInfo: UInt64 { word(40) }
  /// SIF_* flags.
  public var flags: UInt32 { guest_load32(address &+ 48) }
  /// SIF_PRIVILEGED.
  public var isPrivileged: Bool { flags & 1 != 0 }
  /// SIF_INITDOMAIN.
  public var isInitialDomain: Bool { flags & 2 != 0 }
  /// Machine frame of the store ring (domU).
  public var storeFrame: UInt64 { word(56) }
  /// Event channel of the store (domU).
  public var storePort: UInt32 { guest_load32(address &+ 64) }
  /// Machine frame of the console ring (domU).
  public var consoleFrame: UInt64 { word(72) }
  /// Event channel of the console (domU).
  public var consolePort: UInt32 { guest_load32(address &+ 80) }
  /// Virtual address of the boot page tables: the L4 page is the first.
  public var pageTables: UInt64 { word(88) }
  /// How many pages the boot page tables take.
  public var pageTableFrames: UInt64 { word(96) }
  /// Virtual address of the list of machine frames by PFN.
  public var machineFrameList: UInt64 { word(104) }
  /// Virtual address (or PFN, with SIF_MOD_START_PFN) of the module, 0 if none.
  public var moduleStart: UInt64 { word(112) }
  /// Bytes of the module.
  public var moduleBytes: UInt64 { word(120) }
  /// Byte `index` of the NUL-terminated command line.
  public func commandLine(_ index: UInt64) -> UInt8 { guest_load8(address &+ 128 &+ index) }

  /// Whether the command line contains `word` anywhere.
  public func commandLineHas(_ word: StaticString) -> Bool { position(of: word) != nil }

  /// The decimal number that follows `key` on the command line, 0 if there is none.
  public func commandLineNumber(_ key: StaticString) -> UInt64 {
    guard let start = position(of: key) else { return 0 }
    var at = start &+ UInt64(key.utf8CodeUnitCount)
    var number: UInt64 = 0
    while 48...57 ~= commandLine(at), at < 1023 {
      number = number &* 10 &+ UInt64(commandLine(at) &- 48)
      at &+= 1
    }
    return number
  }

  private func position(of word: StaticString) -> UInt64? {
    let count = UInt64(word.utf8CodeUnitCount)
    var start: UInt64 = 0
    while start &+ count < 1024, commandLine(start) != 0 {
      var same: UInt64 = 0
      // Safety: `same` stays below the string's own count.
      while same < count {
        let expected = unsafe word.utf8Start[Int(same)]
        guard commandLine(start &+ same) == expected else { break }
        same &+= 1
      }
      if same == count { return start }
      start &+= 1
    }
    return nil
  }
}
