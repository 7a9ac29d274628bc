/// Finds the names of a summary that its source lacks.
///
/// A name is a capitalised word that its place does not explain, or a word with capitals inside, in capitals, or with
/// capitals and digits. It is supported by any word of the source that is equal but for case and an ending
/// (`SourceFacts.supports`). Neighbours that are not supported make one span.
///
/// - The first word of a sentence, and after a colon, an opening quote or bracket, is no name when it is a function
///   word or a common opener, stands in lower case elsewhere in the summary, shares its first five letters with a word
///   of the source, or ends as English words do that are no names ("Adding", "Researchers").
/// - A sentence of three content words or more, all capitalised, is a headline: only marked words are names there; none
///   where all letters are capitals.
/// - German capitalises nouns: there a name is a marked word, or two or more capitalised words in a row of which one
///   shares no stem with a word of the source. A single capitalised word ("nach Berlin") is not looked at.
/// - Function words and single letters are no names; scripts without case have none.
struct NameCheck {
  private let facts: SourceFacts
  private let text: ReadText
  private let isGerman: Bool
  private let shapes: [NameShape]
  /// The words that the summary has without a capital.
  private let lowerCased: Set<String>
  private let sentences: [Range<Int>]

  init(facts: SourceFacts, text: ReadText, language: String) {
    self.facts = facts
    self.text = text
    isGerman = StopWords.code(language) == "de"
    shapes = text.ranges.map { NameShape(text.scalars[$0]) }
    var lowerCased: Set<String> = []
    for (key, shape) in zip(text.keys, shapes) where shape == .plain { lowerCased.insert(key) }
    self.lowerCased = lowerCased
    let whole = String(String.UnicodeScalarView(text.scalars))
    sentences = SentenceSplitter(language: language).split(whole[...], mode: .sentence).segments.map(\.offsets)
  }

  /// The spans of names without support, in order, disjoint.
  func unsupported() -> [Range<Int>] {
    var spans: [Range<Int>] = []
    for sentence in sentences {
      let words = text.words(in: sentence)
      let headline = headline(words)
      for word in words where isUnsupported(word, first: words.lowerBound, headline) {
        let range = text.ranges[word]
        if let last = spans.last, joins(last.upperBound..<range.lowerBound) {
          spans[spans.count - 1] = last.lowerBound..<range.upperBound
        } else {
          spans.append(range)
        }
      }
    }
    return spans
  }

  /// Whether words with this between them are of one name: a space, a hyphen or an apostrophe.
  private func joins(_ gap: Range<Int>) -> Bool {
    guard gap.count == 1 else { return gap.isEmpty }
    let scalar = text.scalars[gap.lowerBound]
    return scalar.isWhiteSpace && !scalar.isLineBreak || ["-", "\u{2010}", "\u{2011}", "'", "’"].contains(scalar)
  }

  private func isUnsupported(_ word: Int, first: Int, _ headline: Headline) -> Bool {
    let shape = shapes[word]
    let key = text.keys[word]
    guard shape != .plain, !facts.supports(key, shape: shape) else { return false }
    if headline == .shouted { return false }
    if shape.isMarked { return true }
    if headline == .capitalised { return false }
    if StopWords.all.contains(key) { return false }
    if isGerman { return isInGermanName(word, first: first) && !facts.sharesStem(with: key) }
    return word != first && !isOpened(word) || isNameAtStart(key)
  }

  // MARK: - Places

  /// Whether a sentence's capitals say nothing.
  private enum Headline {
    case none
    /// Three content words or more, and not one of them in lower case.
    case capitalised
    /// The same, and no letter of the sentence in lower case.
    case shouted
  }

  private func headline(_ words: Range<Int>) -> Headline {
    var count = 0
    for word in words where !StopWords.all.contains(text.keys[word]) {
      if shapes[word] == .plain {
        guard text.scalars[text.ranges[word]].allSatisfy({ !$0.isLetter }) else { return .none }
      } else {
        count += 1
      }
    }
    guard count >= 3 else { return .none }
    let hasLowerCase = words.contains { text.scalars[text.ranges[$0]].contains(where: \.isLowercaseLetter) }
    return hasLowerCase ? .capitalised : .shouted
  }

  /// Whether a colon, a bullet, an opening quote or bracket stands before a word.
  private func isOpened(_ word: Int) -> Bool {
    var index = text.ranges[word].lowerBound - 1
    let start = max(0, index - 3)
    while index >= start, text.scalars[index].isWhiteSpace { index -= 1 }
    guard index >= start else { return false }
    switch text.scalars[index] {
    case ":", "•", "*", "(", "[", "¿", "¡", "\"", "“", "„", "‘", "«", "‹", "|", "/": return true
    default: return false
    }
  }

  /// Whether a capitalised word where any word is capitalised is a name.
  private func isNameAtStart(_ key: String) -> Bool {
    !lowerCased.contains(key) && !SentenceOpeners.words.contains(key) && !facts.sharesStem(with: key)
      && !SentenceOpeners.endings.contains { key.utf8.count > $0.utf8.count + 2 && key.hasSuffix($0) }
  }

  /// Whether the word before or after is capitalised too and belongs to it; words that count and measure do not.
  private func isInGermanName(_ word: Int, first: Int) -> Bool {
    guard isPartOfGermanName(word), word != first else { return false }
    let isAfterName = word > first + 1 && isPartOfGermanName(word - 1) && areNeighbours(word - 1, word)
    let isBeforeName = word + 1 < text.ranges.count && isPartOfGermanName(word + 1) && areNeighbours(word, word + 1)
    return isAfterName || isBeforeName
  }

  private func isPartOfGermanName(_ word: Int) -> Bool {
    shapes[word] != .plain && !StopWords.all.contains(text.keys[word])
      && !SentenceOpeners.germanMeasures.contains(text.keys[word])
  }

  private func areNeighbours(_ left: Int, _ right: Int) -> Bool {
    joins(text.ranges[left].upperBound..<text.ranges[right].lowerBound)
  }
}
