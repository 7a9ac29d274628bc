import Inference

/// The lengths of a summary that have a name, in the API and on the command line.
package enum NamedLength: String, Sendable, CaseIterable {
  case short, medium, long

  package var length: SummaryLength {
    switch self {
    case .short: .short
    case .medium: .medium
    case .long: .long
    }
  }
}

/// What a summary may be asked for, in the API and on the command line.
package enum SummaryRules {
  /// Sentences, where their number is given.
  package static let sentences = 1...10_000
  /// Tokens, where their number is given.
  package static let tokens = 1...100_000
  /// Unicode scalars of a query.
  package static let queryCharacters = 2_000

  /// A text without as much as one word.
  package static func isBlank(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
  }

  /// What a summary is to be about: nil where nothing is said of it.
  package static func query(_ text: String?) -> String? {
    guard let text, !isBlank(text) else { return nil }
    return text
  }

  /// A language's code as the directory writes it, or as it came, in lower case, where the directory does not know it:
  /// texts in any language can be summarized. Nil for what is no code.
  package static func language(_ code: String, in directory: LanguageDirectory) -> String? {
    guard isCode(code) else { return nil }
    return directory.canonical(code) ?? code.lowercased().replacing("_", with: "-")
  }

  /// Letters, then letters and digits behind hyphens; `de_AT` counts as `de-AT`, as everywhere. At most 35 characters
  /// (RFC 5646 §4.4.1).
  package static func isCode(_ code: String) -> Bool {
    guard let first = code.utf8.first, Self.isLetter(first), code.utf8.count <= 35 else { return false }
    return code.utf8.allSatisfy { byte in
      Self.isLetter(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
