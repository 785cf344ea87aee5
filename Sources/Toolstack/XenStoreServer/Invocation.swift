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
    do {
      self = .serves(try ServerArguments.parse(words).options())
    } catch let mistake as Options.Mistake {
      self = .fails(mistake.message)
    } catch {
      let text = ServerArguments.fullMessage(for: error)
      self = ServerArguments.exitCode(for: error).isSuccess ? .says(text) : .fails(text)
    }
  }
}

/// Writes a line to standard error.
public func complain(_ line: String) { SystemCalls.write(line: line + "\n", to: 2) }
