/// What a source says, for checking summaries of it: numbers, words, and which words stand in a row.
///
///     let facts = SourceFacts("Ada Lovelace was born in 1815.")
///     facts.unsupported(in: "Ada Byron was born in 1816.").map(\.text)  // ["Byron", "1816"]
///
/// The checks raise alarms; that they find nothing proves nothing. Known misses: number words (three, dreizehn), a
/// dropped "not", names and numbers that the source has in another place, what follows from the source but is wrong.
/// Building takes time and memory linear in the source, a check time linear in the summary (times the logarithm of the
/// source's words).
public struct SourceFacts: Sendable {
  /// The source's runs of digits.
  private let numbers: Set<String>
  /// The number of each word, in order of first occurrence.
  private let vocabulary: [String: Int32]
  /// By word: whether it occurs in capitals, or with one inside.
  private let isMarked: [Bool]
  /// The first letters of words.
  private let prefixes: Set<String>
  /// The words in text order; symbols are words.
  let phrases: PhraseIndex

  /// How many first letters two words must share to be of one stem.
  static let stemLetters = 5
  /// The longest acronym that is looked for with stops between its letters.
  private static let longestAcronym = 6
  /// Acronyms that in lower case are common words: only a source that has them in capitals too supports them.
  private static let ambiguousAcronyms: Set<String> = ["us", "who", "it", "un", "eu", "ai"]

  /// Reads a source.
  public init(_ source: some StringProtocol) {
    let scalars = Array(source.unicodeScalars)
    numbers = Set(Words.numbers(in: scalars).map { Words.folded(scalars[$0]) })
    var vocabulary: [String: Int32] = [:]
    var isMarked: [Bool] = []
    var prefixes: Set<String> = []
    let words = Words.ranges(in: scalars, .withSymbols).map { range -> Int32 in
      let word = Words.folded(scalars[range])
      let number = vocabulary[word] ?? Int32(truncatingIfNeeded: vocabulary.count)
      if Int(number) == isMarked.count {
        vocabulary[word] = number
        isMarked.append(false)
        if let stem = Self.stem(word) { prefixes.insert(stem) }
      }
      if case .marked = NameShape(scalars[range]) { isMarked[Int(number)] = true }
      return number
    }
    phrases = PhraseIndex(words: words, distinct: vocabulary.count)
    self.vocabulary = vocabulary
    self.isMarked = isMarked
    self.prefixes = prefixes
  }

  /// What a summary says that the source does not, in the order of the summary.
  ///
  /// - **Numbers**: a number is a maximal run of decimal digits of any script, compared as a string of digits (leading
  ///   zeros count, separators part numbers). There are no exceptions.
  /// - **Names**: see ``NameCheck``.
  /// - **Quotations**: two words or more between quotation marks; see ``Quotations``.
  ///
  /// - Parameter language: the summary's language, which decides how names are found.
  public func unsupported(in summary: some StringProtocol, language: String = "en") -> [UnsupportedSpan] {
    let text = ReadText(summary)
    var spans: [UnsupportedSpan] = []
    func add(_ kind: UnsupportedSpan.Kind, _ ranges: [Range<Int>]) {
      spans += ranges.map { UnsupportedSpan(kind: kind, text: text.string($0), offsets: $0) }
    }
    add(.number, Words.numbers(in: text.scalars).filter { !numbers.contains(Words.folded(text.scalars[$0])) })
    add(.name, NameCheck(facts: self, text: text, language: language).unsupported())
    add(.quotation, Quotations.ranges(in: text.scalars).filter { !supportsQuotation($0, of: text) })
    return spans.sorted { ($0.offsets.lowerBound, $0.kind.rank) < ($1.offsets.lowerBound, $1.kind.rank) }
  }

  /// The number of a folded word; −1 where the source lacks it.
  func number(of word: String) -> Int32 { vocabulary[word] ?? -1 }

  // MARK: - Words

  /// Endings that names differ by, and how many letters (UTF-8 bytes) must stand before them.
  private static let endings = [("s", 2), ("es", 2), ("n", 4), ("an", 4), ("ns", 4), ("ans", 4)]

  /// Whether the source has a name's word, but for case and an ending: s, es, and n, an, ns, ans after four letters
  /// (Russia, Russians). Words in capitals lose no ending, but the source may have stops between their letters.
  func supports(_ word: String, shape: NameShape) -> Bool {
    if let number = vocabulary[word] {
      return shape != .marked(.capitals) || isMarked[Int(number)] || !Self.ambiguousAcronyms.contains(word)
        || supportsDotted(word)
    }
    for (ending, letters) in Self.endings {
      if word.utf8.count >= letters, vocabulary[word + ending] != nil { return true }
      guard shape != .marked(.capitals), word.utf8.count >= letters + ending.utf8.count, word.hasSuffix(ending) else {
        continue
      }
      if vocabulary[String(Substring(word.utf8.dropLast(ending.utf8.count)))] != nil { return true }
    }
    return shape == .marked(.capitals) && supportsDotted(word)
  }

  /// Whether the source has the letters of an acronym as words: U.S. for US.
  private func supportsDotted(_ word: String) -> Bool {
    let letters = word.unicodeScalars.prefix(Self.longestAcronym + 1)
    guard letters.count <= Self.longestAcronym else { return false }
    return phrases.contains(letters.map { number(of: String($0)) }[...])
  }

  /// Whether a word of the source starts with the same five letters.
  func sharesStem(with word: String) -> Bool { Self.stem(word).map(prefixes.contains) ?? false }

  private static func stem(_ word: String) -> String? {
    let letters = word.unicodeScalars.prefix(stemLetters)
    return letters.count == stemLetters ? String(letters) : nil
  }

  // MARK: - Quotations

  private func supportsQuotation(_ range: Range<Int>, of text: ReadText) -> Bool {
    let parts = Quotations.parts(of: range, in: text.scalars).map { text.words(in: $0) }
    guard parts.reduce(0, { $0 + $1.count }) >= Quotations.fewestWords else { return true }
    return parts.allSatisfy { part in
      let numbers = part.map { number(of: text.keys[$0]) }
      return phrases.contains(numbers[...])
    }
  }
}

/// A text's scalars and words.
struct ReadText {
  let scalars: [Unicode.Scalar]
  /// Where the words stand; symbols are words.
  let ranges: [Range<Int>]
  /// The words as they are compared.
  let keys: [String]

  init(_ text: some StringProtocol) {
    let scalars = Array(text.unicodeScalars)
    self.scalars = scalars
    ranges = Words.ranges(in: scalars, .withSymbols)
    keys = ranges.map { Words.folded(scalars[$0]) }
  }

  func string(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

  /// The words that start within a range of scalars, by number.
  func words(in range: Range<Int>) -> Range<Int> {
    firstWord(from: range.lowerBound)..<firstWord(from: range.upperBound)
  }

  private func firstWord(from offset: Int) -> Int {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].lowerBound < offset { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
