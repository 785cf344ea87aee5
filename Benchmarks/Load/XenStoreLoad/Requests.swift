/// Connections that ask again as soon as they are answered, each one of its own messages.
struct ClosedLoop: Scenario {
  /// By connection.
  var messages: [[Message]]
  var meter: Meter
  var isStopping = false
  private var random: UInt64 = 88_172_645_463_325_252

  init(_ messages: [[Message]], _ process: Int32) {
    self.messages = messages
    meter = Meter(process)
  }

  @inline(__always)
  mutating func ask(_ link: Link, at time: Int64) {
    let mine = messages[link.index]
    var choice = 0
    if mine.count > 1 {
      random ^= random &<< 13
      random ^= random &>> 7
      random ^= random &<< 17
      choice = Int(truncatingIfNeeded: (random &>> 32) &* UInt64(mine.count) &>> 32)
    }
    link.ask(mine[choice], at: time)
  }

  @inline(__always)
  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    guard answer.tag == 0 else { return }
    meter.operations &+= 1
    meter.times.add(answer.time)
    if answer.isError { meter.errors &+= 1 }
    if !isStopping { ask(link, at: load.now) }
  }
}

extension Load {
  /// Runs a closed loop on the first connections and reports it as a phase.
  ///
  /// - Parameter messages: what each of them asks for.
  func measure(
    _ phase: String, _ messages: [[Message]], _ settings: Settings, warmUp: Double = 0.2
  ) {
    var loop = ClosedLoop(messages, process)
    for link in links.prefix(messages.count) {
      for _ in 0..<settings.depth { loop.ask(link, at: System.now()) }
      flush(link)
    }
    while loop.meter.seconds < warmUp { turn(&loop) }
    loop.meter = Meter(process)
    while loop.meter.seconds < settings.seconds { turn(&loop) }
    loop.meter.report(phase)
    loop.isStopping = true
    finish(&loop)
  }
}

extension Scenarios {
  static func key(_ number: Int) -> String { "/local/domain/\(number)/device/vif/0/state" }

  /// Makes nodes that look like those of devices.
  static func makeKeys(_ load: Load, _ count: Int, _ settings: Settings) {
    load.prepare((1...count).map { Message(write: key($0), settings.value) })
  }

  /// Reads of 64 nodes, writes of a node for each connection, lists of a directory's children.
  static func requests(_ settings: Settings, _ type: UInt32) {
    let load = Load(settings.socket)
    load.open(settings.connections)
    makeKeys(load, max(64, settings.connections), settings)
    load.measure("run", messages(load, settings, type), settings)
  }

  static func messages(_ load: Load, _ settings: Settings, _ type: UInt32) -> [[Message]] {
    let links = 0..<settings.connections
    switch type {
    case Kind.read:
      let all = (1...64).map { Message(Kind.read, key($0)) }
      return links.map { _ in all }
    case Kind.write:
      return links.map { [Message(write: key($0 + 1), settings.value)] }
    default:
      let names = (10_000..<10_000 + settings.each).map { "/bench/list/c\($0)" }
      load.prepare(names.map { Message(write: $0, []) })
      return links.map { _ in [Message(Kind.directory, "/bench/list")] }
    }
  }

  // MARK: What others that are idle cost

  static func idleWatches(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(settings.connections + 10)
    var quiet = Quiet()
    for index in 0..<settings.others {
      let link = load.links[settings.connections + index % 10]
      link.ask(Message(Kind.watch, "/bench/idle/\(index)/state", "t\(index)"), at: load.now)
      if index % 100 == 99 { load.finish(&quiet) }
    }
    load.finish(&quiet)
    makeKeys(load, max(64, settings.connections), settings)
    load.measure("write", messages(load, settings, Kind.write), settings)
  }

  static func idleSockets(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(settings.connections + settings.others)
    makeKeys(load, 64, settings)
    load.measure("read", messages(load, settings, Kind.read), settings)
  }

  static func idleDomains(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(settings.connections)
    for domain in 1...max(1, settings.others) where settings.others > 0 {
      let answer = load.call(
        load.links[0], Message(Kind.introduce, "\(domain)", "\(1000 + domain)", "\(10 + domain)"))
      if answer.type != Kind.introduce { System.fail("introduce \(domain): refused") }
    }
    makeKeys(load, 64, settings)
    load.measure("read", messages(load, settings, Kind.read), settings)
    load.measure("write", messages(load, settings, Kind.write), settings)
  }
}
