import Glibc

/// The folder from which a successor recovers what we knew, should we be killed.
///
///     checkpoint-N     the store as it was when journal-N was begun; complete
///     checkpoint-N.new the same, while it is being written
///     journal-N        what changed since
///     lock             locked by the server that is alive
///
/// What is known is the newest checkpoint with its journal and all later ones.
final class StateFolder {
  let path: String
  private let lock: Int32

  /// Takes the folder; it is made when it is not there.
  ///
  /// - Throws: what the kernel refused; EBUSY when another server has it.
  init(_ path: String) throws(SystemError) {
    self.path = path
    try SystemCalls.makeFolder(path)
    guard let lock = try SystemCalls.lock(path + "/lock") else {
      errno = EBUSY
      throw SystemError("\(path): another server has it")
    }
    self.lock = lock
  }

  deinit { close(lock) }

  func checkpoint(_ generation: Int) -> String { "\(path)/checkpoint-\(generation)" }

  func unfinished(_ generation: Int) -> String { "\(path)/checkpoint-\(generation).new" }

  func journal(_ generation: Int) -> String { "\(path)/journal-\(generation)" }

  /// The generations of which there is a file of this kind, oldest first.
  private func generations(_ kind: String) -> [Int] {
    SystemCalls.names(in: path).compactMap { name in
      guard name.hasPrefix(kind), let number = Int(name.dropFirst(kind.count)), number > 0 else {
        return nil
      }
      return number
    }.sorted()
  }

  /// The newest checkpoint.
  var newestCheckpoint: Int? { generations("checkpoint-").last }

  /// The newest generation of which there is anything; 0 when there is nothing.
  var newest: Int {
    max(generations("checkpoint-").last ?? 0, generations("journal-").last ?? 0)
  }

  /// The journals from a generation on, as long as none is missing.
  func journals(from first: Int) -> [Int] {
    var found: [Int] = []
    for number in generations("journal-") where number == first &+ found.count {
      found.append(number)
    }
    return found
  }

  /// Everything before a generation, checkpoints that were not finished too.
  func files(before generation: Int) -> [String] {
    SystemCalls.names(in: path).compactMap { name in
      let number = name.drop { $0 != "-" }.dropFirst().prefix { $0.isNumber }
      guard name != "lock", let number = Int(number), number < generation else { return nil }
      return "\(path)/\(name)"
    }
  }

  /// Removes everything before a generation, checkpoints that were not finished too.
  func removeAll(before generation: Int) {
    for file in files(before: generation) { SystemCalls.remove(file) }
  }
}
