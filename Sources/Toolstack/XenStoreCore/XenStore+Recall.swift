import XenStoreWire

// What a client has yet to read says which events its watches sent last: so a store that goes on
// where another ended does not send again what is still unread, either.
extension XenStore {
  /// Marks the watches that sent the events among a connection's unread bytes.
  mutating func recallEvents(_ index: Int) {
    guard connections[index].watchCount > 0 else { return }
    let output = connections[index].output
    // A message that was sent in part is not looked at: its beginning is gone.
    var position = connections[index].importedRest
    while let header = MessageHeader(reading: output.span, at: position) {
      let start = position &+ MessageHeader.byteCount
      position = start &+ Int(header.length)
      guard position <= output.count else { return }
      if header.type == MessageType.watchEvent.rawValue {
        recallEvent(index, output.span.extracting(start..<position))
      }
    }
  }

  private mutating func recallEvent(_ index: Int, _ payload: Span<UInt8>) {
    var strings = Strings()
    guard let path = strings.next(in: payload), let token = strings.next(in: payload) else {
      return
    }
    // The client named the watch relative to its own path, and so is the event's.
    let isAbsolute =
      !path.isEmpty
      && (payload[path.lowerBound] == UInt8(ascii: "/")
        || payload[path.lowerBound] == UInt8(ascii: "@"))
    var text = isAbsolute ? [] : connections[index].prefix
    let prefix = text.count
    append(payload, path, to: &text)
    var found: [Int32] = []
    collectSenders(text.span, into: &found)
    let mark = hash(text.span, 0..<text.count, seed: UInt64(payload.count))
    for watch in found
    where watches[watch].connection == Int32(truncatingIfNeeded: index)
      && watches[watch].prefix == prefix && watches[watch].token.count == token.count &+ 1
      && equal(watches[watch].token, 0, payload, token.lowerBound, count: token.count)
    {
      watches[watch].lastDrain = connections[index].drains
      watches[watch].lastEvent = mark
    }
  }

  /// Appends the watches that may have sent an event of that path.
  private func collectSenders(_ text: Span<UInt8>, into found: inout [Int32]) {
    guard text.count > 0, text[0] == UInt8(ascii: "@") else {
      watches.collect(text, into: &found)
      return
    }
    // One on a special name hears of a single domain when its depth is 1.
    let name = NodeStore.componentEnd(text, 0)
    for end in Set([name, text.count]) {
      let place = watches.place(text.extracting(0..<end))
      var watch = place >= 0 ? watches.places[Int(place)].firstWatch : -1
      while watch >= 0 {
        found.append(watch)
        watch = watches[watch].nextHere
      }
    }
  }
}
