import Glibc
import XenStoreCore
import XenStoreState
import XenStoreWire

/// Writes down what changes, so that a successor can go on where we were killed.
struct Recorder {
  let folder: StateFolder
  /// Whose requests ended servers before us.
  let strikes: Strikes
  /// The number of the journal that is written.
  var generation: Int
  var journal: JournalFile
  /// A checkpoint that is being written.
  var checkpoint: Checkpoint?
  /// Files that are of no use any more, and go a part at a time.
  var leftovers: [String] = []
  /// After how many bytes of journal the next checkpoint begins.
  var limit = Self.smallest

  /// A journal is never replaced before it has so many bytes.
  static let smallest = 8 << 20

  /// A checkpoint that is being written, a part in every round.
  struct Checkpoint {
    var file: Int32
    var writer: StateWriter
    var written = 0
  }
}

// Nothing of a round is answered, and no request leaves a ring, before what changed in it is in the
// journal. The journal of a generation begins when its checkpoint does; the files of the one before
// go when that checkpoint is complete.
extension Server {
  /// Begins to write down what changes.
  ///
  /// - Parameter folder: what is in it already belongs to what the store is now, or is of no use.
  mutating func startRecording(in folder: StateFolder) {
    let generation = folder.newest
    let strikes = JournalFile.strikes(in: folder.journal(generation))
    do throws(SystemError) {
      let journal = try JournalFile(path: folder.journal(generation &+ 1), strikes: strikes)
      recorder = Recorder(
        folder: folder, strikes: strikes, generation: generation &+ 1, journal: journal)
      store.keepsJournal = true
      try startCheckpoint()
    } catch {
      stopRecording(error)
    }
  }

  /// Goes on without: there is no room, for example.
  mutating func stopRecording(_ error: SystemError) {
    forgetRecords()
    log.write("\(error.message): from now on nothing is kept for a restart after a crash", .warning)
  }

  /// Removes what was written down, and writes no more.
  mutating func forgetRecords() {
    guard let recorder else { return }
    self.recorder = nil
    if let checkpoint = recorder.checkpoint { close(checkpoint.file) }
    recorder.folder.removeAll(before: .max)
    store.endExport()
    store.keepsJournal = false
    store.journal.clear(keepingAtMost: 0)
  }

  /// Writes down what this round changed.
  mutating func record() {
    guard recorder != nil else { return }
    for slot in changed { noteRing(slot) }
    for id in store.dirty where id.index < slots.count && slots[id.index] >= 0 {
      noteRing(slots[id.index])
    }
    guard !store.journal.isEmpty else { return }
    do throws(SystemError) {
      try recorder?.journal.append(store.journal.span)
      recorder?.journal.commit()
      store.journal.clear(keepingAtMost: 1 << 20)
    } catch {
      stopRecording(error)
    }
  }

  /// Notes how far a ring is, when that changed.
  private mutating func noteRing(_ slot: Int) {
    guard let client = clients[slot], client.descriptor == nil, let ring = client.ring,
      store.isOpen(client.id)
    else { return }
    let consumer = ring.consumer
    let isFresh = ring.noted == nil
    guard isFresh || ring.noted != consumer || store.hasMoreToNote(client.id) else { return }
    var note = RingNote(
      consumer: consumer, input: checkRequest(of: client.id) + client.input,
      output: store.noteOutput(client.id, everything: isFresh))
    if isFresh {
      note.base = RingNote.Base(
        producer: ring.link.page[word: RingPage.replyProducer], port: ring.link.remotePort,
        frame: ring.link.frame, rest: UInt32(clamping: store.partialReply(client.id)),
        isFailed: ring.isFailed)
    }
    store.noteRing(ring.domain, note.bytes)
    clients[slot]?.ring?.noted = consumer
  }

  // MARK: Checkpoints

  /// What the journal needs when everybody was answered: room ahead, a checkpoint when it has grown,
  /// a part of one that was begun. True when there is more to do.
  mutating func advanceCheckpoint() -> Bool {
    guard recorder != nil else { return false }
    do throws(SystemError) {
      try recorder?.journal.prepare()
      if let path = recorder?.leftovers.last, SystemCalls.shorten(path, by: 256 << 10) {
        recorder?.leftovers.removeLast()
      }
      if recorder?.checkpoint != nil { return try continueCheckpoint() }
      guard let recorder, recorder.journal.count >= recorder.limit else {
        return recorder?.leftovers.isEmpty == false
      }
      try startNextGeneration()
      return true
    } catch {
      stopRecording(error)
      return false
    }
  }

  private mutating func startNextGeneration() throws(SystemError) {
    guard let last = recorder else { return }
    record()
    let path = last.folder.journal(last.generation &+ 1)
    recorder?.journal = try JournalFile(path: path, strikes: last.strikes)
    recorder?.generation = last.generation &+ 1
    try startCheckpoint()
  }

  /// Has the journal begin with what a checkpoint does not say, and takes a snapshot.
  private mutating func startCheckpoint() throws(SystemError) {
    guard let recorder else { return }
    store.noteDomains()
    for slot in clients.indices where clients[slot]?.ring != nil {
      clients[slot]?.ring?.noted = nil
      noteRing(slot)
    }
    var writer = StateWriter(version: .two)
    do throws(StateError) {
      try store.exportClients(to: &writer) { id, record in
        guard case .ring = record.kind else { return false }
        // Where its bytes are is the journal's to say.
        record.unread = []
        record.unsent = []
        record.partialReply = 0
        return true
      }
    } catch {
      errno = EIO
      throw SystemError("checkpoint: \(error.reason)")
    }
    store.beginExport()
    let path = recorder.folder.unfinished(recorder.generation)
    let file = try SystemCalls.createPrivate(path)
    self.recorder?.checkpoint = Recorder.Checkpoint(file: file, writer: writer)
    record()
  }

  private mutating func continueCheckpoint() throws(SystemError) -> Bool {
    // Taken out, so that its space grows without being copied.
    guard var checkpoint = recorder?.checkpoint.take() else { return false }
    do throws(SystemError) {
      if try writePart(of: &checkpoint) {
        recorder?.checkpoint = checkpoint
        return true
      }
    } catch {
      close(checkpoint.file)
      throw error
    }
    store.endExport()
    close(checkpoint.file)
    guard let folder = recorder?.folder, let generation = recorder?.generation else { return false }
    try SystemCalls.rename(folder.unfinished(generation), to: folder.checkpoint(generation))
    recorder?.leftovers = folder.files(before: generation)
    recorder?.limit = max(Recorder.smallest, checkpoint.written)
    return true
  }

  /// Writes a part of a checkpoint; false when it is complete.
  private mutating func writePart(of checkpoint: inout Recorder.Checkpoint) throws(SystemError)
    -> Bool
  {
    let isLeft: Bool
    do throws(StateError) {
      isLeft = try store.exportNodes(atMost: 64, to: &checkpoint.writer)
    } catch {
      errno = EIO
      throw SystemError("checkpoint: \(error.reason)")
    }
    if !isLeft { checkpoint.writer.end() }
    try SystemCalls.append(checkpoint.writer.bytes, to: checkpoint.file)
    checkpoint.written &+= checkpoint.writer.count
    checkpoint.writer.clear()
    return isLeft
  }

  /// Begins the checkpoint anew whose snapshot somebody else's export took.
  mutating func restartCheckpoint() {
    guard let recorder, let checkpoint = recorder.checkpoint else { return }
    close(checkpoint.file)
    self.recorder?.checkpoint = nil
    do throws(SystemError) {
      try startNextGeneration()
    } catch {
      stopRecording(error)
    }
  }
}
