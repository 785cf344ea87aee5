import XenStoreWire

extension Model {
  /// A request on the tree, in or out of a transaction.
  mutating func request(_ number: Int, _ transaction: UInt32, _ operation: Operation) -> Answer {
    guard let client = clients[number] else { return .error(.inputOutput) }
    guard transaction != 0 else {
      var view = View(base: nil, owned: owned)
      let (answer, changed) = perform(client, operation, &view)
      if changed {
        var done: Set<Int> = []
        fire(client, operation, view, &done)
        merge(view)
      }
      return answer
    }
    guard var held = clients[number]?.transactions.removeValue(forKey: transaction) else {
      return .error(.notFound)
    }
    defer { clients[number]?.transactions[transaction] = held }
    if !client.isPrivileged, held.log.count >= requestLimit { return .error(.noSpace) }
    var view = held.view ?? View(base: nil, owned: owned)
    if held.view == nil, !isBlind(client, operation) {
      view = open()
      for (earlier, _) in held.log { _ = perform(client, earlier, &view) }
      held.view = view
    }
    let (answer, changed) = perform(client, operation, &view)
    if held.view != nil { held.view = view }
    held.log.append((operation, answer))
    held.hasChanged = held.hasChanged || changed
    return answer
  }

  /// Whether the answer is the same whatever the store holds.
  private func isBlind(_ client: Client, _ operation: Operation) -> Bool {
    guard case .write = operation else { return false }
    return client.isPrivileged
  }

  /// Begins a transaction; its number, or nil when the client has too many.
  mutating func start(_ number: Int) -> UInt32? {
    guard let client = clients[number] else { return nil }
    if !client.isPrivileged, client.transactions.count >= transactionLimit { return nil }
    let id = client.nextTransaction
    clients[number]?.nextTransaction = id + 1
    clients[number]?.transactions[id] = Transaction()
    return id
  }

  mutating func end(_ number: Int, _ id: UInt32, commits: Bool) -> Answer {
    guard let client = clients[number],
      let held = clients[number]?.transactions.removeValue(forKey: id)
    else { return .error(.notFound) }
    if held.view != nil { close() }
    guard commits, held.hasChanged else { return .ok }
    var view = View(base: nil, owned: owned)
    for (operation, answer) in held.log {
      guard perform(client, operation, &view).0 == answer else { return .error(.again) }
    }
    var done: Set<Int> = []
    for (operation, answer) in held.log where answer == .ok {
      fire(client, operation, view, &done)
    }
    merge(view)
    return .ok
  }

  mutating func watch(_ number: Int, _ text: String, _ token: String, _ depth: Int?) -> Answer {
    guard let client = clients[number] else { return .error(.inputOutput) }
    var place = text
    if !text.hasPrefix("@") {
      guard let absolute = absolute(client, text) else { return .error(.invalid) }
      place = absolute
    }
    if client.watches.contains(where: { $0.place == place && $0.token == token }) {
      return .error(.exists)
    }
    if !client.isPrivileged, client.watches.count >= watchLimit { return .error(.tooBig) }
    let prefix = place.utf8.count - text.utf8.count
    watches[place, default: []].append(
      Watch(client: number, text: text, token: token, depth: depth, prefix: prefix))
    clients[number]?.watches.append((place, token))
    send(place, watches[place, default: []].count - 1, place, group: 0)
    return .ok
  }

  mutating func unwatch(_ number: Int, _ text: String, _ token: String) -> Answer {
    guard let client = clients[number] else { return .error(.inputOutput) }
    let place = text.hasPrefix("@") ? text : absolute(client, text) ?? ""
    guard client.watches.contains(where: { $0.place == place && $0.token == token }) else {
      return .error(.notFound)
    }
    clients[number]?.watches.removeAll { $0.place == place && $0.token == token }
    forgetWatches(place) { $0.client == number && $0.token == token }
    return .ok
  }

  private mutating func forgetWatches(_ place: String, _ isMeant: (Watch) -> Bool) {
    watches[place]?.removeAll(where: isMeant)
    if watches[place]?.isEmpty == true { watches[place] = nil }
  }

  /// Drops watches and transactions.
  mutating func reset(_ number: Int) {
    for watch in clients[number]?.watches ?? [] {
      forgetWatches(watch.place) { $0.client == number }
    }
    for transaction in (clients[number]?.transactions ?? [:]).values where transaction.view != nil {
      close()
    }
    clients[number]?.watches = []
    clients[number]?.transactions = [:]
  }

  mutating func disconnect(_ number: Int) {
    reset(number)
    clients[number] = nil
  }

  // MARK: Domains

  mutating func introduce(_ domain: UInt16, _ number: Int) {
    if let known = domains[domain]?.client {
      reset(known)
      return
    }
    know(domain)
    domains[domain]?.client = number
    clients[number] = Client(domain: domain, isPrivileged: false)
    fire("@introduceDomain", domain)
  }

  /// A domain is gone: what it owned goes with all below it, and nobody remembers its name.
  mutating func release(_ domain: UInt16) {
    guard let record = domains.removeValue(forKey: domain) else { return }
    for name in specials.keys.sorted() {
      guard var grants = specials[name] else { continue }
      if grants[0].domain == domain {
        grants[0] = Grant(domain: 0, access: grants[0].access, bearer: 0)
      }
      specials[name] = [grants[0]] + grants.dropFirst().filter { $0.domain != domain }
    }
    if let client = record.client { disconnect(client) }
    if var root = tree[0], root.owner == domain {
      var view = View(base: nil, owned: owned)
      root.grants[0].domain = 0
      set(0, root, &view)
      merge(view)
    }
    let owner = Client(domain: 0, isPrivileged: true)
    let doomed = tree.filter { $0.value.owner == domain }.sorted { $0.value.stamp > $1.value.stamp }
    for (path, _) in doomed where tree[path] != nil {
      var view = View(base: nil, owned: owned)
      delete(path, &view)
      var done: Set<Int> = []
      fire(owner, .remove(paths.texts[path]), view, &done)
      merge(view)
    }
    if record.client != nil { fire("@releaseDomain", domain) }
  }

  /// The hypervisor says that something became of domains.
  mutating func lookAtDomains() {
    for domain in domains.keys.sorted() {
      if !existing.contains(domain) {
        release(domain)
      } else if shutDown.contains(domain), domains[domain]?.hasShutDown == false {
        domains[domain]?.hasShutDown = true
        if domains[domain]?.client != nil { fire("@releaseDomain", domain) }
      }
    }
  }
}
