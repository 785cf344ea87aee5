extension Scenarios {
  /// Writes of a node that many watch, on connections of their own or on one: an operation ends when
  /// the writer has its answer and all have heard.
  static func fanOut(_ settings: Settings, oneConnection: Bool) {
    let load = Load(settings.socket)
    load.open(1 + (oneConnection ? 1 : settings.others))
    load.prepare([Message(write: "/bench/fan/state", [48])])
    for index in 0..<settings.others {
      let link = load.links[oneConnection ? 1 : 1 + index]
      load.call(link, Message(Kind.watch, "/bench/fan", "token\(index)"))
    }
    var quiet = Quiet()
    let message = Message(write: "/bench/fan/state", settings.value)
    for seconds in [0.2, settings.seconds] {
      // The first events, and those of the warm-up.
      let settle = System.now()
      while System.now() - settle < 20_000_000 { load.turn(&quiet, milliseconds: 5) }
      var meter = Meter(load.process)
      while meter.seconds < seconds {
        let began = System.now()
        load.events = 0
        load.links[0].ask(message, at: began)
        load.flush(load.links[0])
        while load.links[0].waiting > 0 || load.events < settings.others {
          load.turn(&quiet, milliseconds: 2000)
          if System.now() - began > 10_000_000_000 { System.fail("events are missing") }
        }
        meter.operations += 1
        meter.times.add(System.now() - began)
      }
      if seconds == settings.seconds { meter.report("heard by all") }
    }
  }
}
