import Text

/// A text as a summarizer reads it: sentence by sentence, nothing left out.
package struct SourceDocument: Sendable {
  /// A sentence, or a part of one that is too long to stand in a summary.
  package struct Sentence: Sendable {
    package let text: Substring
    /// Where it stands in the text, in Unicode scalars.
    package let offsets: Range<Int>
    /// Whether a line break, or nothing, stands before it.
    package let startsParagraph: Bool
  }

  /// Scalars from which a sentence is taken in parts; nobody reads a longer one, and a text without a full stop is one.
  package static let longestSentence = 1_000

  let text: String
  let language: String
  /// All of the text's sentences in order; between them is nothing but whitespace.
  package let sentences: [Sentence]

  /// Cuts a text. Linear in its length.
  package init(text: String, language: String) {
    self.text = text
    self.language = language
    let clauses = ClauseSplitter(limit: Self.longestSentence, language: language)
    var sentences: [Sentence] = []
    var startsParagraph = true
    func append(_ segment: SplitText.Segment) {
      sentences.append(Sentence(text: segment.text, offsets: segment.offsets, startsParagraph: startsParagraph))
      startsParagraph = segment.trailing.unicodeScalars.contains(where: \.isLineBreak)
    }
    for segment in SentenceSplitter(language: language).split(text, mode: .sentence).segments {
      guard segment.offsets.count > Self.longestSentence else {
        append(segment)
        continue
      }
      let parts = clauses.split(segment.text, startOffset: segment.offsets.lowerBound) { $0.unicodeScalars.count }
      for part in Self.withWholeNumbers(parts.segments, of: segment.text) { append(part) }
      startsParagraph = segment.trailing.unicodeScalars.contains(where: \.isLineBreak)
    }
    self.sentences = sentences
  }

  /// Puts parts together again where a cut goes through a number: the pieces would be numbers that the text lacks.
  private static func withWholeNumbers(_ parts: [SplitText.Segment], of text: Substring) -> [SplitText.Segment] {
    var whole: [SplitText.Segment] = []
    for part in parts {
      guard let before = whole.last, before.trailing.isEmpty, before.text.endsInDigit, part.text.beginsWithDigit else {
        whole.append(part)
        continue
      }
      whole[whole.count - 1] = SplitText.Segment(
        text: text[before.text.startIndex..<part.text.endIndex],
        offsets: before.offsets.lowerBound..<part.offsets.upperBound, trailing: part.trailing)
    }
    return whole
  }

  /// The document's sentences as what a model reads.
  var units: [SummaryUnit] {
    sentences.indices.map { index in
      SummaryUnit(text: String(sentences[index].text), sources: [SourceShare(sentence: index, weight: 1)])
    }
  }
}

extension SourceDocument.Sentence {
  /// The text of a range of the document that lies in this sentence.
  func part(_ range: Range<Int>) -> Substring {
    let scalars = text.unicodeScalars
    let start = scalars.index(scalars.startIndex, offsetBy: range.lowerBound - offsets.lowerBound)
    return text[start..<scalars.index(start, offsetBy: range.count)]
  }
}

extension Substring {
  var beginsWithDigit: Bool { unicodeScalars.first?.isDigit ?? false }
  var endsInDigit: Bool { unicodeScalars.last?.isDigit ?? false }
}
