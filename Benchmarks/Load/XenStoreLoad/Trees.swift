/// Asks for each message once, with so many outstanding.
private struct Once: Scenario {
  let message: (Int) -> Message
  let count: Int
  var next = 0
  var meter: Meter

  mutating func ask(_ link: Link, at time: Int64) {
    guard next < count else { return }
    link.ask(message(next), at: time)
    next += 1
  }

  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    meter.operations += 1
    meter.times.add(answer.time)
    if answer.isError { meter.errors += 1 }
    ask(link, at: load.now)
  }
}

extension Load {
  /// Asks for every message once.
  fileprivate func build(
    _ count: Int, _ settings: Settings, _ message: @escaping (Int) -> Message
  ) -> Meter {
    var once = Once(message: message, count: count, meter: Meter(process))
    for link in links {
      for _ in 0..<settings.depth { once.ask(link, at: System.now()) }
      flush(link)
    }
    finish(&once)
    return once.meter
  }

  /// Removes a node and reports it; an operation is one of the nodes that are gone with it.
  fileprivate func remove(_ path: String, _ count: Int) {
    var meter = Meter(process)
    let began = System.now()
    let answer = call(links[0], Message(Kind.remove, path))
    meter.times.add(System.now() - began)
    meter.operations = count
    if answer.type != Kind.remove { meter.errors = 1 }
    meter.report("remove")
  }
}

extension Scenarios {
  private static func leaf(_ number: Int, _ each: Int) -> String {
    "/bench/tree/d\(number / each)/n\(number % each)"
  }

  private static func plant(_ settings: Settings) -> Load {
    let load = Load(settings.socket)
    load.open(settings.connections)
    load.call(load.links[0], Message(Kind.read, "/"))
    let before = ServerUsage(process: load.process).memory("VmRSS")
    let meter = load.build(settings.count, settings) {
      Message(write: leaf($0, settings.each), settings.value)
    }
    let after = ServerUsage(process: load.process).memory("VmRSS")
    meter.report(
      "build", [("bytes per node", Double((after - before) * 1024) / Double(settings.count))])
    return load
  }

  /// Keys of a tree: some of them, spread over all of it.
  private static func sample(_ settings: Settings, _ make: (Int) -> Message) -> [[Message]] {
    let step = max(1, settings.count / 20_000)
    let all = stride(from: 0, to: settings.count, by: step).map(make)
    return (0..<settings.connections).map { _ in all }
  }

  /// A tree of `count` leaves, `each` in a directory: made, read, written, listed, removed.
  static func tree(_ settings: Settings) {
    let load = plant(settings)
    load.measure(
      "read", sample(settings) { Message(Kind.read, leaf($0, settings.each)) }, settings)
    load.measure(
      "write", sample(settings) { Message(write: leaf($0, settings.each), settings.value) },
      settings)
    let folders = (0..<settings.count / settings.each).map {
      Message(Kind.directory, "/bench/tree/d\($0)")
    }
    load.measure("list", load.links.map { _ in folders }, settings)
    load.remove("/bench/tree", settings.count)
  }

  /// The same tree, only read.
  static func treeRead(_ settings: Settings) {
    let load = plant(settings)
    load.measure(
      "read", sample(settings) { Message(Kind.read, leaf($0, settings.each)) }, settings)
  }

  /// One directory of `count` children.
  static func flat(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(settings.connections)
    load.build(settings.count, settings) {
      Message(write: "/bench/flat/n\(1_000_000 + $0)", settings.value)
    }.report("build")
    load.remove("/bench/flat", settings.count)
  }

  /// A tree of 1,111 nodes, made and removed over and over.
  static func subtree(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(1)
    var made = Meter(load.process)
    let usage = ServerUsage(process: load.process)
    var removing = 0.0
    var removals = Histogram()
    while made.seconds < settings.seconds {
      let began = System.now()
      let meter = load.build(1000, settings) {
        Message(Kind.makeDirectory, "/bench/sub/a\($0 / 100)/b\($0 / 10 % 10)/c\($0 % 10)")
      }
      made.operations += meter.operations
      let middle = System.now()
      let used = usage.time
      load.call(load.links[0], Message(Kind.remove, "/bench/sub"))
      removing += usage.time - used
      removals.add(System.now() - middle)
      made.times.add(System.now() - began)
    }
    made.report(
      "made and removed",
      [
        ("removal cpu", removing / 1000 / Double(max(1, removals.count))),
        ("removal p50", removals.quantile(0.5)),
      ])
  }

  /// How long another client waits for its reads while a tree is removed.
  static func longestWait(_ settings: Settings) {
    let load = plant(settings)
    load.open(1)
    guard let other = load.links.last else { return }
    let messages = Message(Kind.read, "/bench")
    var loop = ClosedLoop(load.links.map { _ in [messages] }, load.process)
    loop.isStopping = true
    func read(_ milliseconds: Int64) {
      let began = System.now()
      while System.now() - began < milliseconds * 1_000_000 || load.links[0].waiting > 0 {
        if other.waiting == 0 {
          loop.ask(other, at: System.now())
          load.flush(other)
        }
        load.turn(&loop, milliseconds: 1000)
      }
    }
    read(50)
    loop.meter.report("before")
    loop.meter = Meter(load.process)
    // Another tag: its own time does not count.
    load.links[0].ask(Message(Kind.remove, "/bench/tree"), tag: 1, at: System.now())
    load.flush(load.links[0])
    read(300)
    loop.meter.report("while removed")
  }
}
