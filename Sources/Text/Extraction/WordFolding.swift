/// The words of a sentence as they are compared for likeness: lower case, letters and digits with their marks, without
/// the function words of the language, plurals in -s as singulars. East Asian characters count as pairs of neighbours
/// (bigrams).
public struct WordFolding: Sendable {
  private let stopWords: Set<String>
  /// Whether the language's plurals end in -s.
  private let foldsPlurals: Bool

  /// Languages whose plurals mostly end in -s.
  private static let pluralLanguages: Set<String> = ["en", "es", "fr", "pt"]

  /// - Parameter language: the text's language, such as `de`; one without a list of function words keeps all words.
  public init(language: String) {
    stopWords = StopWords.words(language: language)
    foldsPlurals = Self.pluralLanguages.contains(StopWords.code(language))
  }

  /// The words of a text in order; where all are function words, these.
  public func words(of text: some StringProtocol) -> [String] {
    let all = allWords(of: text)
    let content = all.filter { !stopWords.contains($0) && !Self.isSingleLetter($0) }
    let words = content.isEmpty ? all : content
    return foldsPlurals ? words.map(Self.singular) : words
  }

  /// The words of a text in order, function words too.
  public func allWords(of text: some StringProtocol) -> [String] {
    let scalars = Array(text.unicodeScalars)
    let ranges = Words.ranges(in: scalars, .lettersAndDigits)
    var words: [String] = []
    words.reserveCapacity(ranges.count)
    for (index, range) in ranges.enumerated() {
      guard scalars[range.lowerBound].isEastAsian else {
        words.append(Words.folded(scalars[range]))
        continue
      }
      if index + 1 < ranges.count, Self.isPair(range, ranges[index + 1], in: scalars) {
        words.append(Words.folded(scalars[range.lowerBound..<ranges[index + 1].upperBound]))
      } else if index == 0 || !Self.isPair(ranges[index - 1], range, in: scalars) {
        words.append(Words.folded(scalars[range]))  // a character alone
      }
    }
    return words
  }

  private static let hissing = ["xes", "ches", "shes", "sses"]

  /// The singular of a word that ends like a plural: -ies → -y, -xes → -x, else -s away, but not of -us, -ss.
  /// Source: after Harman 1991, "How Effective Is Suffixing?", the S stemmer.
  private static func singular(_ word: String) -> String {
    let bytes = word.utf8
    guard bytes.count > 3, word.hasSuffix("s"), !word.hasSuffix("us"), !word.hasSuffix("ss") else { return word }
    if word.hasSuffix("ies"), !word.hasSuffix("eies"), !word.hasSuffix("aies") { return word.dropLast(3) + "y" }
    return String(word.dropLast(hissing.contains(where: word.hasSuffix) ? 2 : 1))
  }

  private static func isPair(_ first: Range<Int>, _ second: Range<Int>, in scalars: [Unicode.Scalar]) -> Bool {
    first.upperBound == second.lowerBound && scalars[first.lowerBound].isEastAsian
      && scalars[second.lowerBound].isEastAsian
  }

  /// What apostrophes leave: the t of "don't", the l of "l'eau".
  private static func isSingleLetter(_ word: String) -> Bool {
    word.utf8.count == 1 && word.utf8.first.map { $0 >= 0x61 } == true
  }
}
