/// Names a page of one of the store's paged arrays.
struct PageReference: BitwiseCopyable {
  var array: UInt32
  var page: Int32
}

/// What a version of the tree knows of its own pages.
struct Version {
  /// Pages made at or after this time are this version's alone.
  var token: UInt64
  /// Whether this is a fork, which may be dropped, and not the store's own version.
  var isFork: Bool
  /// A fork's pages.
  var owned: [PageReference] = []
  /// Shared pages that a fork has replaced by its own: garbage once it becomes the store.
  var replaced: [PageReference] = []
}

/// The forks that are open and the pages that are kept only for them.
///
/// A page lives in the store's version from its birth until it is replaced. A fork taken at time s
/// refers to it when birth <= s < replacement. So a page that the store's version replaces is kept
/// for the newest open fork that is not older than the page; when that fork is closed, for the
/// next older one that is not older than the page; when there is none, it is free.
struct Snapshots {
  struct Fork {
    var time: UInt64
    /// Whose it is; -1 when nobody is held to a limit for it.
    var owner: Int32
    var kept: [PageReference] = []
  }

  private(set) var clock: UInt64 = 1
  private(set) var open: [Fork] = []
  /// Pages that are kept for forks.
  private(set) var keptCount = 0
  /// How many of them are kept for each owner of forks.
  private var keptByOwner: [Int32: Int] = [:]
  /// Owners for whom more were kept than they may have, since this was last taken.
  var crowded: [Int32] = []

  /// Pages, of about a kilobyte, that may be kept for one owner.
  static let limit = 2048

  /// Opens a fork now; returns its time.
  mutating func begin(_ owner: Int32) -> UInt64 {
    clock &+= 1
    open.append(Fork(time: clock, owner: owner))
    let time = clock
    clock &+= 1
    return time
  }

  /// Keeps a page that the store's version has just replaced; false when no fork needs it.
  mutating func keeps(_ page: PageReference, born: UInt64) -> Bool {
    guard let last = open.indices.last, open[last].time >= born else { return false }
    keep(page, last)
    return true
  }

  /// Closes the fork of that time; returns where its older neighbour stands and what was kept.
  mutating func end(_ time: UInt64) -> (older: Int?, kept: [PageReference]) {
    guard let index = open.lastIndex(where: { $0.time == time }) else { return (nil, []) }
    let fork = open.remove(at: index)
    keptCount &-= fork.kept.count
    if fork.owner >= 0, !fork.kept.isEmpty {
      let rest = count(fork.owner) &- fork.kept.count
      keptByOwner[fork.owner] = rest > 0 ? rest : nil
    }
    return (index > 0 ? index &- 1 : nil, fork.kept)
  }

  /// Hands a page on to an older fork; false when that does not need it either.
  mutating func passes(_ page: PageReference, born: UInt64, to older: Int?) -> Bool {
    guard let older, open[older].time >= born else { return false }
    keep(page, older)
    return true
  }

  private mutating func keep(_ page: PageReference, _ index: Int) {
    open[index].kept.append(page)
    keptCount &+= 1
    let owner = open[index].owner
    guard owner >= 0 else { return }
    let count = count(owner) &+ 1
    keptByOwner[owner] = count
    if count == Self.limit &+ 1 { crowded.append(owner) }
  }

  /// How many pages are kept for an owner's forks.
  func count(_ owner: Int32) -> Int { keptByOwner[owner] ?? 0 }
}

/// Elements in pages that versions share until one of them writes.
///
/// A version holds a table: which page stands at which place. Tables are arrays of numbers, so
/// that taking a snapshot copies nothing and the first write after it one table and one page.
struct PagedArray<Element: BitwiseCopyable> {
  /// Names this array in a `PageReference`.
  let number: UInt32
  /// An index shifted right by this is the number of its page in the table.
  let shift: Int
  /// Elements per index: 1, or a slot's bytes.
  let stride: Int
  let zero: Element
  private(set) var elements: [Element] = []
  private var births: [UInt64] = []
  private var free: [Int32] = []

  init(number: UInt32, shift: Int, stride: Int, zero: Element) {
    self.number = number
    self.shift = shift
    self.stride = stride
    self.zero = zero
  }

  /// Indices per page.
  var pageCount: Int { 1 &<< shift }
  /// Pages that exist, and those of them that nobody uses.
  var pages: (all: Int, free: Int) { (births.count, free.count) }

  /// Where the elements of `index` begin.
  @inline(__always)
  func place(_ index: Int32, _ table: borrowing [Int32]) -> Int {
    let index = Int(index)
    return (Int(table[index &>> shift]) &<< shift | index & (pageCount &- 1)) &* stride
  }

  @inline(__always)
  subscript(_ place: Int) -> Element {
    get { elements[place] }
    _modify { yield &elements[place] }
  }

  /// Where the elements of `index` begin, the version's to write.
  @inline(__always)
  mutating func own(
    _ index: Int32, _ table: inout [Int32], _ version: inout Version, _ snapshots: inout Snapshots
  ) -> Int {
    let slot = Int(index) &>> shift
    if births[Int(table[slot])] < version.token { replace(slot, &table, &version, &snapshots) }
    return place(index, table)
  }

  @inline(never)
  private mutating func replace(
    _ slot: Int, _ table: inout [Int32], _ version: inout Version, _ snapshots: inout Snapshots
  ) {
    let old = table[slot]
    let new = allocate(&version, snapshots)
    let length = stride &<< shift
    copyWithin(&elements, from: Int(old) &* length, to: Int(new) &* length, count: length)
    table[slot] = new
    let reference = PageReference(array: number, page: old)
    if version.isFork {
      version.replaced.append(reference)
    } else if !snapshots.keeps(reference, born: births[Int(old)]) {
      free.append(old)
    }
  }

  /// Makes a page for a version, for the caller to put into its table.
  mutating func allocate(_ version: inout Version, _ snapshots: Snapshots) -> Int32 {
    let page: Int32
    if let reused = free.popLast() {
      page = reused
    } else {
      page = Int32(truncatingIfNeeded: births.count)
      births.append(0)
      elements.append(contentsOf: repeatElement(zero, count: stride &<< shift))
    }
    births[Int(page)] = snapshots.clock
    if version.isFork { version.owned.append(PageReference(array: number, page: page)) }
    return page
  }

  /// Makes room for so many indices.
  mutating func reserve(_ count: Int) {
    guard count > 0 else { return }
    let pages = count &>> shift &+ 1
    births.reserveCapacity(pages)
    elements.reserveCapacity(pages &* stride &<< shift)
    findMemory(for: &elements)
  }

  func born(_ page: Int32) -> UInt64 { births[Int(page)] }
  mutating func release(_ page: Int32) { free.append(page) }
  mutating func copyInside(from: Int, to: Int, count: Int) {
    copyWithin(&elements, from: from, to: to, count: count)
  }
}

extension PagedArray where Element == UInt8 {
  /// Copies bytes of a span to a place.
  @inline(__always)
  mutating func put(_ source: Span<UInt8>, _ range: Range<Int>, at place: Int) {
    copy(source, range, into: &elements, at: place)
  }

  /// Copies three runs of bytes one behind the other to a place.
  @inline(__always)
  mutating func put(
    _ first: Span<UInt8>, _ source: Span<UInt8>, _ second: Range<Int>, _ other: Span<UInt8>,
    _ third: Range<Int>, at place: Int
  ) {
    copy(first, source, second, other, third, into: &elements, at: place)
  }

  /// Whether the bytes at a place equal those of a span.
  @inline(__always)
  func equals(_ place: Int, _ span: Span<UInt8>, _ range: Range<Int>) -> Bool {
    equal(elements, place, span, range.lowerBound, count: range.count)
  }

  /// Appends bytes of a place, without a copy of the array's references.
  @inline(__always)
  mutating func appendInPlace(_ range: Range<Int>, to bytes: inout some ByteSink) {
    append(range, to: &bytes)
  }

  /// Appends bytes of a place.
  @inline(__always)
  func append(_ range: Range<Int>, to bytes: inout some ByteSink) {
    bytes.append(elements.span, range)
  }
}
