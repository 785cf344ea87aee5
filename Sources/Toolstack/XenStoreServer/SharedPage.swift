// A page that a domain writes at the same time as we do. Nothing in it can be believed for longer
// than one look: a word is read by exactly one load, bytes are copied out before anybody parses
// them, and every offset is checked here, whatever it came from.

import CXenStore
import Glibc
import Synchronization

/// A page of memory shared with a domain; it is unmapped when nobody refers to it any more.
@safe final class SharedPage {
  /// Bytes of a page.
  static let byteCount = 4096

  /// How the page came to be mapped, and so how it goes.
  private enum Origin {
    case grant
    case mapping
  }

  // Safety of the `@safe` type rests on this address: a whole page is mapped there, by one of the
  // initialisers, until `deinit`.
  private let base: UnsafeMutableRawPointer
  private let origin: Origin

  #if DEBUG || XENSTORE_TRIALS
    /// What the domain does just before we look: a trial may change the page at any moment.
    var interference: (() -> Void)?
  #endif

  private init?(_ base: UnsafeMutableRawPointer?, _ origin: Origin) {
    guard let base = unsafe base else { return nil }
    unsafe self.base = unsafe base
    self.origin = origin
  }

  /// Maps the frame that a domain granted by this reference; nil, with `errno`, when it cannot be.
  convenience init?(grant reference: UInt32, of domain: UInt16) {
    // Safety: the library maps one whole page, or returns null.
    unsafe self.init(cxs_xen_map_grant(domain, reference), .grant)
  }

  /// Maps a frame of a domain; nil, with `errno`, when it cannot be.
  convenience init?(frame: UInt64, of domain: UInt16) {
    // Safety: the library maps one whole page, or returns null.
    unsafe self.init(cxs_xen_map_frame(domain, frame), .mapping)
  }

  /// Maps the control domain's own ring; nil, with `errno`, when it cannot be.
  static func ownRing() -> SharedPage? {
    // Safety: the kernel maps one whole page, or null is returned.
    unsafe SharedPage(cxs_xen_map_own_ring(), .mapping)
  }

  /// Makes a page of zeros that no domain sees; nil when there is no memory.
  static func blank() -> SharedPage? {
    // Safety: the kernel maps one whole page, or returns MAP_FAILED.
    let page = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
    return unsafe SharedPage(page == MAP_FAILED ? nil : page, .mapping)
  }

  deinit {
    // Safety: nobody refers to the page, and it goes the way it came.
    switch origin {
    case .grant: unsafe cxs_xen_unmap_grant(base)
    case .mapping: _ = unsafe munmap(base, Self.byteCount)
    }
  }

  /// The word at a multiple of four: one acquiring load, or one releasing store.
  subscript(word offset: Int) -> UInt32 {
    get {
      #if DEBUG || XENSTORE_TRIALS
        interference?()
      #endif
      precondition(offset >= 0 && offset <= Self.byteCount &- 4 && offset & 3 == 0)
      // Safety: the word lies in the page and is aligned.
      return unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
        .pointee.load(ordering: .acquiring)
    }
    set {
      precondition(offset >= 0 && offset <= Self.byteCount &- 4 && offset & 3 == 0)
      // Safety: the word lies in the page and is aligned.
      unsafe (base + offset).assumingMemoryBound(to: Atomic<UInt32>.self)
        .pointee.store(newValue, ordering: .releasing)
    }
  }

  /// Copies bytes out, to the end of an array.
  func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
    #if DEBUG || XENSTORE_TRIALS
      interference?()
    #endif
    precondition(range.lowerBound >= 0 && range.upperBound <= Self.byteCount)
    // Safety: the range lies in the page; the array copies what it finds there.
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Copies bytes in, from `from` on in a span.
  func write(_ bytes: Span<UInt8>, from: Int, to range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= Self.byteCount)
    precondition(from >= 0 && from <= bytes.count &- range.count)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress, !range.isEmpty else { return }
      // Safety: both runs lie within their own memory by the checks above.
      unsafe (base + range.lowerBound).copyMemory(from: start + from, byteCount: range.count)
    }
  }

  /// Puts all our stores so far before all our loads from now on, as the other side sees them.
  static func fence() { atomicMemoryFence(ordering: .sequentiallyConsistent) }
}
