/// Signs that a translation went wrong. Pure functions of source and target, linear or nearly so.
/// The thresholds are the API's: docs of `flags` in openapi.yaml.
public enum OutputChecks {
  /// The longest unit that counts as a repetition, in tokens.
  public static let longestRepeatedUnit = 8
  /// How often a unit must stand in a row.
  public static let repetitions = 4
  /// The fewest words that can be untranslated.
  public static let untranslatedWords = 3
  /// The fewest source words in a row that count as copied.
  public static let copiedWords = 6
  /// The longer side's tokens from which lengths are compared.
  public static let comparedTokens = 10
  /// The most that one side may be longer than the other.
  public static let largestLengthRatio = 3

  /// Whether a unit of 1–8 tokens stands at least 4 times in a row.
  public static func isRepetitive(_ tokens: [Int32]) -> Bool {
    for unit in 1...longestRepeatedUnit {
      var matches = 0
      for index in tokens.indices.dropFirst(unit) {
        matches = tokens[index] == tokens[index - unit] ? matches + 1 : 0
        if matches == unit * (repetitions - 1) { return true }
      }
    }
    return false
  }

  /// Whether the target is the source, case and whitespace ignored, and at least 3 words long. Only what has a letter
  /// is a word: numbers and marks are the same in every language.
  public static func isUntranslated(source: Substring, target: Substring) -> Bool {
    let sourceParts = parts(of: source)
    return sourceParts.lazy.filter(isWord).prefix(untranslatedWords).count == untranslatedWords
      && sourceParts == parts(of: target)
  }

  /// Whether 6 or more words of the source stand in the same order, in a row, in the target; case ignored, words are
  /// what has a letter.
  public static func isCopied(source: Substring, target: Substring) -> Bool {
    var numbers: [Substring: Int32] = [:]
    let sourceWords = parts(of: source).filter(isWord).map { word in
      let number = numbers[word] ?? Int32(truncatingIfNeeded: numbers.count)
      numbers[word] = number
      return number
    }
    let runs = Set(windows(of: sourceWords))
    guard !runs.isEmpty else { return false }
    let targetWords = parts(of: target).filter(isWord).map { numbers[$0] ?? -1 }
    return windows(of: targetWords).contains { runs.contains($0) }
  }

  /// Whether one side has more than three times the tokens of the other, from 10 tokens on the longer side.
  public static func isLengthRatioOff(sourceTokens: Int, targetTokens: Int) -> Bool {
    let longer = max(sourceTokens, targetTokens)
    let shorter = max(0, min(sourceTokens, targetTokens))
    return longer >= comparedTokens && shorter <= (longer - 1) / largestLengthRatio
  }

  /// The runs of a text without whitespace, in lower case.
  private static func parts(of text: Substring) -> [Substring] {
    text.lowercased().unicodeScalars.split { $0.isWhiteSpace }.map { Substring($0) }
  }

  private static func isWord(_ part: Substring) -> Bool { part.unicodeScalars.contains { $0.isLetter } }

  /// Every run of `copiedWords` words; −1 is no word of the source.
  private static func windows(of words: [Int32]) -> [SIMD8<Int32>] {
    guard words.count >= copiedWords else { return [] }
    return (0...(words.count - copiedWords)).map { start in
      var window = SIMD8<Int32>(repeating: -2)
      for offset in 0..<copiedWords { window[offset] = words[start + offset] }
      return window
    }
  }
}
