import Glibc
import XenStoreCore
import XenStoreWire

extension Server {
  /// Carries out a step of a live update: `-f FILE`, `-c COMMAND-LINE`, `-s [-t SECONDS] [-F]` or
  /// `-a`.
  mutating func liveUpdate(_ effect: Effect, _ words: [String]) {
    let asksForOutcome = hasJustTakenOver
    hasJustTakenOver = false
    switch (words.first, words.count) {
    case ("-f", 2) where !obeysPaths: store.complete(effect, failure: .accessDenied)
    case ("-f", 2): name(effect, program: words[1])
    case ("-c", 2...): setCommandLine(effect, words.dropFirst().joined(separator: " "))
    case ("-a", 1): abortUpdate(effect)
    case ("-s", _):
      guard let start = startArguments(effect, words.dropFirst()) else {
        store.complete(effect, failure: .invalid)
        return
      }
      if asksForOutcome, update == nil {
        // The OCaml daemon said BUSY and had its client ask again; we are what it asks about.
        answer(effect, "OK")
      } else {
        startUpdate(start)
      }
    default: store.complete(effect, failure: .invalid)
    }
  }

  private mutating func answer(_ effect: Effect, _ text: String) {
    store.complete(effect, text: Array(text.utf8) + [0])
  }

  private mutating func name(_ effect: Effect, program: String) {
    if update != nil {
      answer(
        effect, "Another live update is being prepared; xenstore-control live-update -a ends it.")
    } else if let obstacle = SystemCalls.obstacle(to: program) {
      answer(effect, obstacle)
    } else if let owner = effect.connection {
      update = LiveUpdate(owner: owner, program: program)
      answer(effect, "OK")
    }
  }

  private mutating func setCommandLine(_ effect: Effect, _ line: String) {
    guard isOwner(effect) else {
      answer(effect, "Not in a live update: name the program first.")
      return
    }
    update?.words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
    answer(effect, "OK")
  }

  private mutating func abortUpdate(_ effect: Effect) {
    guard update != nil else {
      answer(effect, "There is no live update to end.")
      return
    }
    endUpdate(because: "It was cancelled.")
    answer(effect, "OK")
  }

  private func isOwner(_ effect: Effect) -> Bool {
    guard let update, let connection = effect.connection else { return false }
    return update.owner == connection && !update.isUnderWay
  }

  private func startArguments(_ effect: Effect, _ words: ArraySlice<String>) -> LiveUpdate.Start? {
    var rest = words
    var seconds: Int64 = 0
    var isForced = false
    while let word = rest.popFirst() {
      switch word {
      case "-F": isForced = true
      case "-t":
        guard let text = rest.popFirst(), let number = Int64(text), number >= 0 else { return nil }
        seconds = min(number, 86_400)
      default: return nil
      }
    }
    let deadline = SystemCalls.milliseconds() &+ seconds &* 1000
    return LiveUpdate.Start(effect: effect, deadline: deadline, isForced: isForced, line: [])
  }

  // MARK: Getting ready

  private mutating func startUpdate(_ start: LiveUpdate.Start) {
    guard isOwner(start.effect), let update else {
      answer(start.effect, "Not in a live update: name the program first.")
      return
    }
    var start = start
    start.line = [update.program] + Succession.words(update.words ?? words)
    do throws(SystemError) {
      // Once it has taken our place nobody is left to say that it cannot be started.
      start.trial = try SystemCalls.tryOut(
        start.line + ["--help"], deadline: SystemCalls.milliseconds() &+ 10_000)
      self.update?.start = start
      log.write("live update: trying \(start.line.joined(separator: " "))")
    } catch {
      self.update = nil
      refuse(start.effect, "\(error.message): the program cannot be started")
    }
  }

  /// Goes on with an update, once per round.
  mutating func advanceUpdate() {
    guard let start = update?.start else { return }
    if let trial = start.trial {
      judge(trial)
      return
    }
    guard let obstacle = obstacle(start) else {
      handOver(start)
      return
    }
    if SystemCalls.milliseconds() >= max(start.deadline, start.ready &+ 50) {
      endUpdate(because: obstacle)
    }
  }

  /// Why the successor may not take over yet; nil when it may.
  ///
  /// A server of ours takes over transactions too, but their end can only be EAGAIN: it is worth
  /// waiting a moment for them. The C daemon of 4.17 forgets them, and ends on finding a node whose
  /// owner has no ring, which is so for a moment whenever a domain is made.
  func obstacle(_ start: LiveUpdate.Start) -> String? {
    let now = SystemCalls.milliseconds()
    // A server of ours begins it anew.
    if !start.isOurs, !checks.isEmpty { return "A check of the store is under way." }
    if !start.isOurs, let owner = store.ownersWithoutRing.first {
      return
        "Domain \(owner.rawValue) owns nodes but is not introduced: the program would end when "
        + "it reads of them. Wait longer with -t SECONDS, or remove the nodes."
    }
    let open = store.openTransactions.map { "domain \($0.domain.rawValue): \($0.count)" }
    if open.isEmpty || start.isOurs && now >= start.ready &+ 50 { return nil }
    if start.isForced, now >= start.deadline { return nil }
    return "There are open transactions (\(open.joined(separator: ", "))). "
      + "Wait for them longer with -t SECONDS, or break them with -F."
  }

  private mutating func judge(_ trial: Trial) {
    switch SystemCalls.state(of: trial) {
    case .running:
      guard SystemCalls.milliseconds() >= trial.deadline else { return }
      endUpdate(because: "The program does not end within 10 s when asked for --help.")
    case .ended(let code, let output):
      update?.start?.trial = nil
      guard code == 0 else {
        let line = (update?.start?.line ?? []).joined(separator: " ")
        endUpdate(
          because: "`\(line) --help` ends with code \(code): the program cannot be started "
            + "with these options.")
        return
      }
      // Clients name xenstored in theirs as well.
      guard output.contains("xenstored <options>") else {
        endUpdate(
          because: "The help of \(update?.program ?? "the program") is not that of a xenstored.")
        return
      }
      update?.start?.isOurs = output.contains(Succession.mark)
      update?.start?.ready = SystemCalls.milliseconds()
      advanceUpdate()
    }
  }

  // MARK: Not doing it

  /// Forgets an update; who waits for it is told why.
  mutating func endUpdate(because reason: String) {
    guard let ended = update else { return }
    update = nil
    guard let start = ended.start else { return }
    if let trial = start.trial { SystemCalls.giveUp(trial) }
    refuse(start.effect, reason)
  }

  /// Forgets the update of a connection that is closed.
  mutating func forgetUpdate(of id: ConnectionID) {
    guard let ended = update, ended.owner == id else { return }
    update = nil
    if let trial = ended.start?.trial { SystemCalls.giveUp(trial) }
    log.write("live update: who asked for it is gone")
  }

  private mutating func refuse(_ effect: Effect, _ reason: String) {
    log.write("live update refused: \(reason)")
    answer(effect, reason)
    letGoOn(effect)
  }
}
