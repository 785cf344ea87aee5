import ArgumentParser

/// What a command line asks for.
public enum Invocation {
  /// To serve.
  case serves(Options)
  /// A text: help, or a completion script.
  case says(String)
  /// Something that cannot be: why.
  case fails(String)

  /// Reads a command line without the program's name.
  public init(_ words: [String]) {
    self = Self.strict(words)
    guard words.contains(where: { ["-U", "--live-update", "--live"].contains($0) }) else { return }
    switch self {
    case .says where words.last == "--help":
      // A server that is to be replaced tries out whether we understand its command line.
      if case .fails(let message) = Self.strict(words.dropLast()) { self = .fails(message) }
    case .fails where words.last != "--help": self = Self.tolerant(words)
    default: break
    }
  }

  private static func strict(_ words: [String]) -> Invocation {
    do {
      var options = try ServerArguments.parse(words).options()
      options.words = words
      return .serves(options)
    } catch let mistake as Options.Mistake {
      return .fails(mistake.message)
    } catch {
      let text = ServerArguments.fullMessage(for: error)
      return ServerArguments.exitCode(for: error).isSuccess ? .says(text) : .fails(text)
    }
  }

  /// Reads as much of a command line as makes sense: a server that has been replaced cannot come
  /// back because of an option.
  private static func tolerant(_ words: [String]) -> Invocation {
    var accepted: [String] = []
    var refused: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      var group = [word]
      while let next = rest.first, !next.hasPrefix("-") {
        group.append(next)
        rest.removeFirst()
      }
      if (try? ServerArguments.parse(accepted + group).options()) != nil {
        accepted += group
      } else {
        refused += group
      }
    }
    do {
      var options = try ServerArguments.parse(accepted).options()
      options.words = accepted
      options.remarks.append("not understood: \(refused.joined(separator: " "))")
      return .serves(options)
    } catch {
      return .fails(ServerArguments.fullMessage(for: error))
    }
  }
}

/// Writes a line to standard error.
public func complain(_ line: String) { SystemCalls.write(line: line + "\n", to: 2) }
