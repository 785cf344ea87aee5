/// All watches, by the path that they are set on: a change visits the watches on its own path and
/// on what is above it, and none else, however many there are.
struct WatchTable {
  struct Watch {
    var connection: Int32
    var place: Int32
    /// The token with its closing nul.
    var token: [UInt8]
    /// How much of an event's path the client does not want to see: it named the path relative to
    /// its own.
    var prefix: Int
    /// How many levels below the path count; nil for all.
    var depth: Int?
    var nextHere: Int32 = -1
    var previousHere: Int32 = -1
    var nextOfConnection: Int32 = -1
    var previousOfConnection: Int32 = -1
    /// What finds it: a hash of connection, place and token, and the next of that bucket.
    var key: UInt32 = 0
    var nextOfKey: Int32 = -1
    /// What it is charged.
    var bytes = 0
    /// The last event sent, and the state of the connection's output then: an event that is still
    /// unread is not sent again.
    var lastEvent: UInt64 = 0
    var lastDrain: UInt64 = 0
  }

  /// A place that a watch is set on, or that lies above one.
  struct Place {
    var name: [UInt8]
    var parent: Int32
    var hash: UInt32
    var bucketNext: Int32 = -1
    var firstChild: Int32 = -1
    var next: Int32 = -1
    var previous: Int32 = -1
    var firstWatch: Int32 = -1
    var lastWatch: Int32 = -1
  }

  private(set) var watches: [Watch] = []
  private var freeWatches: [Int32] = []
  private(set) var places: [Place] = []
  private var freePlaces: [Int32] = []
  private var buckets: [Int32] = Array(repeating: -1, count: 64)
  private var keys: [Int32] = Array(repeating: -1, count: 64)
  private(set) var count = 0
  private let seed: UInt64

  /// The root of paths, and of the special names that begin with `@`.
  static let root: Int32 = 0
  static let special: Int32 = 1

  init(seed: UInt64) {
    self.seed = seed
    for _ in 0..<2 { places.append(Place(name: [], parent: -1, hash: 0)) }
  }

  @inline(__always)
  subscript(_ watch: Int32) -> Watch {
    get { watches[Int(watch)] }
    _modify { yield &watches[Int(watch)] }
  }

  // MARK: Finding

  private func hashOf(_ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>) -> UInt32 {
    let value = hash(
      path, name, seed: seed &+ UInt64(UInt32(bitPattern: parent)) &* 0x9fb2_1c65_1e98_df25)
    return UInt32(truncatingIfNeeded: value ^ value &>> 32)
  }

  private func child(
    _ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32
  ) -> Int32 {
    var id = buckets[Int(hash) & (buckets.count &- 1)]
    while id >= 0 {
      let index = Int(id)
      if places[index].hash == hash, places[index].parent == parent,
        places[index].name.count == name.count,
        equal(places[index].name, 0, path, name.lowerBound, count: name.count)
      {
        return id
      }
      id = places[index].bucketNext
    }
    return -1
  }

  /// Both kinds of path begin with one byte that names no component: `/` or `@`.
  private static func rootOf(_ path: Span<UInt8>) -> Int32 {
    path.count > 0 && path[0] == UInt8(ascii: "@") ? special : root
  }

  /// The place of a path; -1 when neither it nor anything below it is watched.
  func place(_ path: Span<UInt8>) -> Int32 {
    var current = Self.rootOf(path)
    var start = 1
    while start < path.count {
      let end = NodeStore.componentEnd(path, start)
      current = child(current, path, start..<end, hashOf(current, path, start..<end))
      if current < 0 { return -1 }
      start = end &+ 1
    }
    return current
  }

  /// Appends the path of a place.
  func appendPath(_ place: Int32, to bytes: inout [UInt8]) {
    var chain: [Int32] = []
    var current = place
    while current > Self.special {
      chain.append(current)
      current = places[Int(current)].parent
    }
    if chain.isEmpty || current == Self.special {
      bytes.append(UInt8(ascii: current == Self.special ? "@" : "/"))
    }
    for (index, step) in chain.reversed().enumerated() {
      if current == Self.root || index > 0 { bytes.append(UInt8(ascii: "/")) }
      bytes.append(contentsOf: places[Int(step)].name)
    }
  }

  /// Appends the watches that an event at a path matches, those set highest first.
  func collect(_ path: Span<UInt8>, into found: inout [Int32]) {
    var current = Self.root
    var start = 1
    while true {
      var watch = places[Int(current)].firstWatch
      while watch >= 0 {
        if let depth = self[watch].depth, Self.components(path, from: start) > depth {
          // The change is too far below.
        } else {
          found.append(watch)
        }
        watch = self[watch].nextHere
      }
      guard start < path.count, places[Int(current)].firstChild >= 0 else { return }
      let end = NodeStore.componentEnd(path, start)
      current = child(current, path, start..<end, hashOf(current, path, start..<end))
      if current < 0 { return }
      start = end &+ 1
    }
  }

  /// How many components a path has from the one on that begins at `start`.
  private static func components(_ path: Span<UInt8>, from start: Int) -> Int {
    guard start < path.count else { return 0 }
    var count = 1
    for index in start..<path.count where path[index] == UInt8(ascii: "/") { count &+= 1 }
    return count
  }

  /// The watch of that connection, path and token; -1 when there is none.
  func find(
    _ connection: Int32, _ path: Span<UInt8>, _ payload: Span<UInt8>, _ token: Range<Int>
  ) -> Int32 {
    let place = place(path)
    guard place >= 0, places[Int(place)].firstWatch >= 0 else { return -1 }
    let key = keyOf(connection, place, payload, token)
    var watch = keys[bucketOf(key)]
    while watch >= 0 {
      if self[watch].key == key, self[watch].connection == connection, self[watch].place == place,
        self[watch].token.count == token.count &+ 1,
        equal(self[watch].token, 0, payload, token.lowerBound, count: token.count)
      {
        return watch
      }
      watch = self[watch].nextOfKey
    }
    return -1
  }

  private func keyOf(
    _ connection: Int32, _ place: Int32, _ bytes: Span<UInt8>, _ token: Range<Int>
  ) -> UInt32 {
    hashOf(place, bytes, token) ^ UInt32(bitPattern: connection) &* 0x9e37_79b1
  }

  private func bucketOf(_ key: UInt32) -> Int { Int(key) & (keys.count &- 1) }

  // MARK: Changing

  /// Sets a watch; `first` is the head of the connection's list.
  mutating func add(_ path: Span<UInt8>, _ watch: Watch, first: inout Int32) -> Int32 {
    var current = Self.rootOf(path)
    var start = 1
    while start < path.count {
      let end = NodeStore.componentEnd(path, start)
      let hash = hashOf(current, path, start..<end)
      let next = child(current, path, start..<end, hash)
      current = next >= 0 ? next : makePlace(current, path, start..<end, hash)
      start = end &+ 1
    }
    var watch = watch
    watch.place = current
    watch.previousHere = places[Int(current)].lastWatch
    watch.nextOfConnection = first
    let id: Int32
    if let reused = freeWatches.popLast() {
      id = reused
      watches[Int(id)] = watch
    } else {
      id = Int32(truncatingIfNeeded: watches.count)
      watches.append(watch)
    }
    if watch.previousHere >= 0 {
      self[watch.previousHere].nextHere = id
    } else {
      places[Int(current)].firstWatch = id
    }
    places[Int(current)].lastWatch = id
    if first >= 0 { self[first].previousOfConnection = id }
    first = id
    count &+= 1
    let token = watch.token
    self[id].key = keyOf(watch.connection, current, token.span, 0..<token.count &- 1)
    if count > keys.count { growKeys() } else { link(id) }
    return id
  }

  /// Takes a watch off, and the places that nobody needs any more.
  mutating func remove(_ id: Int32, first: inout Int32) {
    let watch = self[id]
    if watch.previousHere >= 0 {
      self[watch.previousHere].nextHere = watch.nextHere
    } else {
      places[Int(watch.place)].firstWatch = watch.nextHere
    }
    if watch.nextHere >= 0 {
      self[watch.nextHere].previousHere = watch.previousHere
    } else {
      places[Int(watch.place)].lastWatch = watch.previousHere
    }
    if watch.previousOfConnection >= 0 {
      self[watch.previousOfConnection].nextOfConnection = watch.nextOfConnection
    } else {
      first = watch.nextOfConnection
    }
    if watch.nextOfConnection >= 0 {
      self[watch.nextOfConnection].previousOfConnection = watch.previousOfConnection
    }
    unlink(id)
    watches[Int(id)].token = []
    watches[Int(id)].connection = -1
    freeWatches.append(id)
    count &-= 1
    var place = watch.place
    while place > Self.special, places[Int(place)].firstWatch < 0,
      places[Int(place)].firstChild < 0
    {
      let parent = places[Int(place)].parent
      removePlace(place)
      place = parent
    }
  }

  /// Has a watch found by its key.
  private mutating func link(_ id: Int32) {
    let bucket = bucketOf(self[id].key)
    self[id].nextOfKey = keys[bucket]
    keys[bucket] = id
  }

  private mutating func unlink(_ id: Int32) {
    let bucket = bucketOf(self[id].key)
    guard keys[bucket] != id else {
      keys[bucket] = self[id].nextOfKey
      return
    }
    var current = keys[bucket]
    while current >= 0 {
      let next = self[current].nextOfKey
      if next == id {
        self[current].nextOfKey = self[id].nextOfKey
        return
      }
      current = next
    }
  }

  private mutating func growKeys() {
    keys = Array(repeating: -1, count: keys.count &* 2)
    for id in watches.indices where watches[id].connection >= 0 {
      link(Int32(truncatingIfNeeded: id))
    }
  }

  private mutating func makePlace(
    _ parent: Int32, _ path: Span<UInt8>, _ name: Range<Int>, _ hash: UInt32
  ) -> Int32 {
    if places.count &- freePlaces.count > buckets.count { growBuckets() }
    var bytes: [UInt8] = []
    append(path, name, to: &bytes)
    var place = Place(name: bytes, parent: parent, hash: hash)
    place.next = places[Int(parent)].firstChild
    let bucket = Int(hash) & (buckets.count &- 1)
    place.bucketNext = buckets[bucket]
    let id: Int32
    if let reused = freePlaces.popLast() {
      id = reused
      places[Int(id)] = place
    } else {
      id = Int32(truncatingIfNeeded: places.count)
      places.append(place)
    }
    if place.next >= 0 { places[Int(place.next)].previous = id }
    places[Int(parent)].firstChild = id
    buckets[bucket] = id
    return id
  }

  private mutating func removePlace(_ id: Int32) {
    let place = places[Int(id)]
    if place.previous >= 0 {
      places[Int(place.previous)].next = place.next
    } else {
      places[Int(place.parent)].firstChild = place.next
    }
    if place.next >= 0 { places[Int(place.next)].previous = place.previous }
    let bucket = Int(place.hash) & (buckets.count &- 1)
    if buckets[bucket] == id {
      buckets[bucket] = place.bucketNext
    } else {
      var current = buckets[bucket]
      while current >= 0 {
        if places[Int(current)].bucketNext == id {
          places[Int(current)].bucketNext = place.bucketNext
          break
        }
        current = places[Int(current)].bucketNext
      }
    }
    places[Int(id)].name = []
    places[Int(id)].parent = -1
    freePlaces.append(id)
  }

  private mutating func growBuckets() {
    buckets = Array(repeating: -1, count: buckets.count &* 2)
    for id in 2..<places.count where places[id].parent >= 0 {
      let bucket = Int(places[id].hash) & (buckets.count &- 1)
      places[id].bucketNext = buckets[bucket]
      buckets[bucket] = Int32(truncatingIfNeeded: id)
    }
  }
}
