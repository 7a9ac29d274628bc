/// The words of a sentence as they are compared for likeness: lower case, letters and digits with their marks, without
/// the function words of the language. East Asian characters count as pairs of neighbours (bigrams).
public struct WordFolding: Sendable {
  private let stopWords: Set<String>

  /// - Parameter language: the text's language, such as `de`; one without a list of function words keeps all words.
  public init(language: String) { stopWords = StopWords.words(language: language) }

  /// The words of a text in order; where all are function words, these.
  public func words(of text: some StringProtocol) -> [String] {
    let all = allWords(of: text)
    let content = all.filter { !stopWords.contains($0) && !Self.isSingleLetter($0) }
    return content.isEmpty ? all : content
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

  private static func isPair(_ first: Range<Int>, _ second: Range<Int>, in scalars: [Unicode.Scalar]) -> Bool {
    first.upperBound == second.lowerBound && scalars[first.lowerBound].isEastAsian
      && scalars[second.lowerBound].isEastAsian
  }

  /// What apostrophes leave: the t of "don't", the l of "l'eau".
  private static func isSingleLetter(_ word: String) -> Bool {
    word.utf8.count == 1 && word.utf8.first.map { $0 >= 0x61 } == true
  }
}
