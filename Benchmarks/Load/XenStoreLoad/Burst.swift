/// What libxl asks for when it makes a PVH domain with a console, a disk and a network interface:
/// 131 nodes, 180 requests, 5 transactions, each request after the answer to the one before.
///
/// - Source: `tools/libs/light/libxl_create.c`, `libxl_dom.c`, `libxl_device.c`
private struct DomainScript {
  struct Step {
    var message: Message
    var isStart = false
    var isEnd = false
    var isInside = false
    var mayFail = false
  }

  private(set) var steps: [Step] = []
  private var isInside = false

  private static let devices: [(kind: String, number: Int, front: [String], back: [String])] = [
    (
      "console", 0, ["backend-id", "limit", "type", "output", "tty", "port", "ring-ref"],
      ["frontend-id", "online", "state", "protocol"]
    ),
    (
      "vbd", 51712, ["backend-id", "state", "virtual-device", "device-type"],
      [
        "params", "script", "frontend-id", "online", "removable", "bootable", "state", "dev",
        "type", "mode", "device-type",
      ]
    ),
    (
      "vif", 0, ["backend-id", "state", "handle", "mac", "mtu"],
      [
        "frontend-id", "online", "state", "script", "mac", "bridge", "handle", "type",
        "hotplug-status",
      ]
    ),
  ]

  static func homes(_ domain: Int) -> [String] {
    [
      "/local/domain/\(domain)", "/vm/0bdc5a92-2d5e-4c5b-9d5c-\(1_000_000 + domain)",
      "/libxl/\(domain)",
    ]
  }

  init(_ domain: Int) {
    make(domain)
    transaction { Self.finish(&$0, domain) }
    add(Message(Kind.introduce, "\(domain)", "1044476", "5"))
    for device in Self.devices { attach(device, domain) }
  }

  private mutating func add(_ message: Message, mayFail: Bool = false) {
    steps.append(Step(message: message, isInside: isInside, mayFail: mayFail))
  }

  private mutating func transaction(_ body: (inout DomainScript) -> Void) {
    steps.append(Step(message: Message(Kind.start, ""), isStart: true))
    isInside = true
    body(&self)
    steps.append(Step(message: Message(Kind.end, "T"), isEnd: true, isInside: true))
    isInside = false
  }

  private mutating func write(_ path: String, _ value: String) {
    add(Message(write: path, Array(value.utf8)))
  }

  private mutating func own(_ path: String, _ permissions: String...) {
    write(path, "")
    permit(path, permissions)
  }

  private mutating func permit(_ path: String, _ permissions: [String]) {
    add(
      permissions.count > 1
        ? Message(Kind.setPermissions, path, permissions[0], permissions[1])
        : Message(Kind.setPermissions, path, permissions[0]))
  }

  private mutating func make(_ domain: Int) {
    let homes = Self.homes(domain)
    let (home, machine, library) = (homes[0], homes[1], homes[2])
    let (reads, owns) = ("r\(domain)", "n\(domain)")
    transaction { script in
      for path in homes {
        script.add(Message(Kind.remove, path), mayFail: true)
        if path == library { script.own(path, "n0") } else { script.own(path, "n0", reads) }
      }
      script.own("\(library)/device", "n0")
      script.write("\(home)/vm", machine)
      script.write("\(home)/name", "guest")
      for name in ["cpu", "memory", "device"] { script.own("\(home)/\(name)", "n0", reads) }
      script.own("\(home)/device/suspend/event-channel", owns)
      script.own("\(home)/control", "n0", reads)
      for name in [
        "control/shutdown", "control/feature-poweroff", "control/feature-reboot",
        "control/feature-suspend", "control/sysrq", "data", "drivers", "feature", "attr", "error",
      ] { script.own("\(home)/\(name)", owns) }
      script.write("\(machine)/uuid", "uuid")
      script.write("\(machine)/name", "guest")
      script.write("\(home)/control/platform-feature-multiprocessor-suspend", "1")
      script.write("\(home)/control/platform-feature-xs_reset_watches", "1")
      script.write("\(library)/type", "pvh")
    }
  }

  private static func finish(_ script: inout DomainScript, _ domain: Int) {
    let home = homes(domain)[0]
    for (name, value) in [
      ("memory/static-max", "1048576"), ("memory/target", "1048577"), ("memory/videoram", "-1"),
      ("domid", "1"), ("store/port", "1"), ("store/ring-ref", "1044476"),
      ("cpu/0/availability", "online"), ("cpu/1/availability", "online"),
    ] { script.write("\(home)/\(name)", value) }
  }

  private mutating func attach(
    _ device: (kind: String, number: Int, front: [String], back: [String]), _ domain: Int
  ) {
    let homes = Self.homes(domain)
    let isConsole = device.kind == "console"
    let front =
      isConsole ? "\(homes[0])/console" : "\(homes[0])/device/\(device.kind)/\(device.number)"
    let back = "/local/domain/0/backend/\(device.kind)/\(domain)/\(device.number)"
    let library = "\(homes[2])/device/\(device.kind)/\(device.number)"
    let (reads, owns) = ("r\(domain)", "n\(domain)")
    let ends = isConsole ? ["n0", reads] : [owns, "r0"]
    transaction { script in
      script.add(Message(Kind.remove, library), mayFail: true)
      script.write("\(library)/frontend", front)
      script.write("\(library)/backend", back)
      script.add(Message(Kind.remove, front), mayFail: true)
      script.add(Message(Kind.makeDirectory, front))
      script.permit(front, ends)
      script.write("\(front)/backend", back)
      for name in device.front {
        script.write("\(front)/\(name)", "1")
        script.permit("\(front)/\(name)", ends)
      }
      script.add(Message(Kind.remove, back), mayFail: true)
      script.add(Message(Kind.makeDirectory, back))
      script.permit(back, ["n0", reads])
      script.write("\(back)/frontend", front)
      for name in device.back { script.write("\(back)/\(name)", "1") }
      for name in device.back { script.write("\(library)/\(name)", "1") }
    }
  }
}

/// Makes domains one after the other.
private struct Making: Scenario {
  var meter: Meter
  private var script: [DomainScript.Step] = []
  private var position = 0
  private var began: Int64 = 0
  private var startOfTransaction = 0

  init(_ process: Int32) { meter = Meter(process) }

  mutating func begin(_ domain: Int, _ link: Link) {
    script = DomainScript(domain).steps
    position = 0
    began = System.now()
    ask(link, at: began)
  }

  var isDone: Bool { position == script.count }

  private mutating func ask(_ link: Link, at time: Int64) {
    let step = script[position]
    if step.isStart { startOfTransaction = position }
    link.ask(step.message, in: step.isInside ? link.transaction : 0, at: time)
  }

  mutating func answered(_ load: Load, _ link: Link, _ answer: Answer, _ payload: Span<UInt8>) {
    let step = script[position]
    if step.isEnd, answer.isError {
      meter.retries += 1
      position = startOfTransaction
    } else {
      if answer.isError, !step.mayFail { meter.errors += 1 }
      if step.isStart {
        link.transaction = 0
        for index in payload.indices where payload[index] != 0 {
          link.transaction = link.transaction &* 10 &+ UInt32(payload[index] &- 48)
        }
      }
      position += 1
    }
    guard isDone else { return ask(link, at: load.now) }
    meter.operations += 1
    meter.times.add(load.now - began)
  }
}

extension Scenarios {
  /// Makes `count` domains as libxl does, in two halves, and destroys them. Ends early after
  /// `limit` seconds: then the last half that was begun is as long as it became.
  static func burst(_ settings: Settings) {
    let load = Load(settings.socket)
    load.open(3)
    for (link, path) in [
      (1, "@introduceDomain"), (1, "@releaseDomain"), (2, "/local/domain/0/backend"),
    ] {
      load.call(load.links[link], Message(Kind.watch, path, "token"))
    }
    let began = System.now()
    var domain = 1
    for (phase, last) in [("first half", settings.count / 2), ("second half", settings.count)] {
      var making = Making(load.process)
      while domain <= last {
        making.begin(domain, load.links[0])
        load.flush(load.links[0])
        while !making.isDone { load.turn(&making, milliseconds: 1000) }
        domain += 1
        if settings.limit > 0, Double(System.now() - began) > settings.limit * 1e9 {
          making.meter.report(phase, [("stopped at", Double(domain - 1))])
          return
        }
      }
      making.meter.report(phase)
    }
    destroy(load, settings)
  }

  private static func destroy(_ load: Load, _ settings: Settings) {
    var meter = Meter(load.process)
    for domain in 1...max(1, settings.count) {
      let began = System.now()
      let back = ["console", "vbd", "vif"].map { "/local/domain/0/backend/\($0)/\(domain)" }
      for path in back + DomainScript.homes(domain) {
        load.call(load.links[0], Message(Kind.remove, path))
      }
      load.call(load.links[0], Message(Kind.release, "\(domain)"))
      meter.operations += 1
      meter.times.add(System.now() - began)
    }
    meter.report("destroy")
  }
}
