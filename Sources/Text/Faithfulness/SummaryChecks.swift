/// Signs in a summary's words that it went wrong. Linear in the summary (times the logarithm of the source's words).
/// Known miss: a negation that the source has and the summary lacks.
public enum SummaryChecks {
  /// How many words make the unit that is counted.
  public static let repeatedWords = 3
  /// How often it may not stand in a summary of up to 150 words.
  public static let repetitions = 3
  /// In a longer one it may not stand once in so many words: half of the documents of 500 words in the held-out sets have
  /// three words in a row three times.
  public static let wordsPerRepetition = 50
  /// How many source words in a row count as copied.
  public static let copiedWords = 6

  /// Whether three words in a row stand in the summary max(3, words/50) times or more, or a sentence of three words or
  /// more twice; case and punctuation are ignored.
  /// - Parameter language: decides where sentences end.
  public static func isRepetitive(_ summary: some StringProtocol, language: String = "en") -> Bool {
    let scalars = Array(summary.unicodeScalars)
    var numbers: [String: Int32] = [:]
    let words = Words.ranges(in: scalars, .lettersAndDigits).map { range -> Int32 in
      let word = Words.folded(scalars[range])
      let number = numbers[word] ?? Int32(truncatingIfNeeded: numbers.count)
      numbers[word] = number
      return number
    }
    let limit = max(repetitions, (words.count + wordsPerRepetition - 1) / wordsPerRepetition)
    var counts: [SIMD4<Int32>: Int] = [:]
    for start in words.indices.dropLast(repeatedWords - 1) {
      let unit = SIMD4(words[start], words[start + 1], words[start + 2], 0)
      counts[unit, default: 0] += 1
      if counts[unit] == limit { return true }
    }
    return hasRepeatedSentence(String(summary), language: language)
  }

  private static func hasRepeatedSentence(_ summary: String, language: String) -> Bool {
    var seen: Set<[String]> = []
    for sentence in SentenceSplitter(language: language).split(summary[...], mode: .sentence).segments {
      let scalars = Array(sentence.text.unicodeScalars)
      let words = Words.ranges(in: scalars, .lettersAndDigits).map { Words.folded(scalars[$0]) }
      if words.count >= repeatedWords, !seen.insert(words).inserted { return true }
    }
    return false
  }

  /// The share of the summary's words that stand in runs of six source words or more; 0 without words.
  public static func copiedShare(of summary: some StringProtocol, from facts: SourceFacts) -> Double {
    let words = numbers(of: summary, in: facts)
    guard !words.isEmpty else { return 0 }
    var copied = 0
    var end = 0
    for start in words.indices.dropLast(copiedWords - 1) {
      let run = start..<(start + copiedWords)
      guard facts.phrases.matchLength(words[run]) == copiedWords else { continue }
      copied += run.upperBound - max(run.lowerBound, end)
      end = run.upperBound
    }
    return Double(copied) / Double(words.count)
  }

  /// How much of a summary is extracted. Source: Grusky, Naaman and Artzi 2018 (Newsroom), §4: greedy fragments, from
  /// the left, each as long as the source has it.
  public struct Extraction: Equatable, Sendable {
    /// The share of the summary's words in fragments, 0…1.
    public let coverage: Double
    /// The mean length of the fragment that a word is in, Σ|f|² ÷ |S|: 0 up to the summary's words (a fragment has 256
    /// at most).
    public let density: Double
  }

  /// Coverage and density of a summary; 0 and 0 without words.
  public static func extraction(of summary: some StringProtocol, from facts: SourceFacts) -> Extraction {
    let words = numbers(of: summary, in: facts)
    guard !words.isEmpty else { return Extraction(coverage: 0, density: 0) }
    var covered = 0
    var squares = 0
    var start = 0
    while start < words.count {
      let length = facts.phrases.matchLength(words[start...])
      covered += length
      squares += length * length
      start += max(1, length)
    }
    let count = Double(words.count)
    return Extraction(coverage: Double(covered) / count, density: Double(squares) / count)
  }

  private static func numbers(of summary: some StringProtocol, in facts: SourceFacts) -> [Int32] {
    ReadText(summary).keys.map { facts.number(of: $0) }
  }
}
