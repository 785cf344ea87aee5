// The words of the command line. The kernel gives bytes, the parser wants text: bytes that are no
// UTF-8 are carried through it as characters that nobody uses, and become bytes again behind it.

/// The words that the program was started with, its name first.
public func commandLineWords() -> [String] {
  (0..<Int(CommandLine.argc)).map { index in
    // Safety: the kernel passes as many words as it says, each closed by a nul, and they stay.
    guard let word = unsafe CommandLine.unsafeArgv[index] else { return "" }
    var bytes: [UInt8] = []
    var next = 0
    while unsafe word[next] != 0 {
      bytes.append(UInt8(bitPattern: unsafe word[next]))
      next += 1
    }
    return Words.text(of: bytes)
  }
}

enum Words {
  /// One character for each byte from 0x80 on, at the end of the last plane for private use.
  private static let carriers: ClosedRange<UInt32> = 0x10_ff80...0x10_ffff
  private static let first: UInt32 = 0x10_ff00

  /// Bytes as text, from which `bytes` makes the same bytes.
  static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { carriers.contains($0.value) })
    {
      return text
    }
    var text = String.UnicodeScalarView()
    for byte in bytes {
      let value = byte < 0x80 ? UInt32(byte) : first + UInt32(byte)
      if let scalar = Unicode.Scalar(value) { text.append(scalar) }
    }
    return String(text)
  }

  /// The bytes that a text stands for.
  static func bytes(of text: String) -> [UInt8] {
    guard text.unicodeScalars.contains(where: { carriers.contains($0.value) }) else {
      return Array(text.utf8)
    }
    return text.unicodeScalars.flatMap { scalar -> [UInt8] in
      carriers.contains(scalar.value)
        ? [UInt8(truncatingIfNeeded: scalar.value)] : Array(String(scalar).utf8)
    }
  }

  /// Long options that were abbreviated, in full, as `getopt_long` takes them.
  static func spelledOut(_ words: [String]) -> [String] {
    guard words.first != "control" else { return words }
    let end = words.firstIndex(of: "--") ?? words.count
    return words[..<end].map { word in
      guard word.hasPrefix("--") else { return word }
      let known = options.filter { $0.hasPrefix(word) }
      return known.count == 1 ? known[0] : word
    } + words[end...]
  }

  private static let options = ["--help", "--prefix", "--raw", "--socket", "--tidy"]
}
