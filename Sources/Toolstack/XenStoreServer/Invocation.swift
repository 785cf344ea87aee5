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
      let arguments = try parse(words)
      var options = try arguments.options()
      options.words = words
      if arguments.configTest {
        let path = arguments.configFile ?? ConfigurationFile.usual
        return .says("Configuration valid at \(path)")
      }
      return .serves(options)
    } catch let mistake as Options.Mistake {
      return .fails(mistake.message)
    } catch {
      let text = ServerArguments.fullMessage(for: error)
      return ServerArguments.exitCode(for: error).isSuccess ? .says(text) : .fails(text)
    }
  }

  /// Reads a command line as `getopt_long` does: long options may be abbreviated, and what `-I` takes
  /// stands right behind it.
  private static func parse(_ words: [String]) throws -> ServerArguments {
    let end = words.firstIndex(of: "--") ?? words.count
    let spelled = words[..<end].map { word in
      if word == "-Ion" || word == "-Ioff" { return "--internal-db=\(word.dropFirst(2))" }
      guard word.hasPrefix("--") else { return word }
      let name = word.prefix { $0 != "=" }
      let known = ServerArguments.longNames.filter { $0.hasPrefix(name) }
      guard known.count == 1 else { return word }
      return known[0] + word.dropFirst(name.count)
    }
    return try ServerArguments.parse(spelled + words[end...])
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
      if (try? parse(accepted + group).options()) != nil {
        accepted += group
      } else {
        refused += group
      }
    }
    do {
      var options = try parse(accepted).options()
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
