/// A summary on its way: what has been chosen or written, and what is known of it.
struct SummaryDraft: Sendable {
  /// A sentence with the sentences of the document that it rests on.
  struct Sentence: Sendable {
    var text: String
    let score: Float?
    /// Greatest first; the shares sum to 1.
    let sources: [SourceShare]
    /// Where it stands in the document, in Unicode scalars, if it is only a part of its source.
    var part: Range<Int>?
  }

  var sentences: [Sentence]
  let method: SummaryMethod
  var reason: String
  var flags: Set<SummaryFlag> = []
  /// The model's id.
  let model: String?
  /// Parts that the document was read in.
  let chunks: Int

  /// The sentences as one text.
  var text: String { Self.joined(sentences.map(\.text)) }

  /// Sentences side by side: a space between two, unless they are of a script that has none.
  static func joined(_ sentences: [String]) -> String {
    var text = ""
    for sentence in sentences {
      if let last = text.unicodeScalars.last, !last.isEastAsian, !last.isEastAsianMark { text += " " }
      text += sentence
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Marks that end a sentence without a space behind them.
  fileprivate var isEastAsianMark: Bool {
    switch value {
    case 0x3000...0x303F, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61: true
    default: false
    }
  }
}

extension SummaryDraft {
  /// How much of the greatest share a sentence of the document must have to be named as a source.
  static let namedShare: Float = 0.5
  /// Sentences that are named as sources at most.
  static let namedSources = 3

  /// The summary, with places in the document instead of numbers of sentences.
  func finished(_ document: SourceDocument, detail: SummaryDetail) -> Summary {
    let sentences = sentences.map { sentence in
      let greatest = sentence.sources.first?.weight ?? 0
      let named = sentence.sources.prefix(Self.namedSources).filter { $0.weight >= greatest * Self.namedShare }
      return SummarySentence(
        text: sentence.text,
        sourceOffsets: sentence.part.map { [$0] }
          ?? named.map(\.sentence).sorted().map { document.sentences[$0].offsets },
        score: sentence.score,
        attention: detail == .plain
          ? []
          : sentence.sources.map { SummarySource(offsets: document.sentences[$0.sentence].offsets, weight: $0.weight) })
    }
    return Summary(
      text: text, sentences: sentences,
      coverage: SummaryCoverage(
        chunks: chunks, sourceSentences: document.sentences.count, coveredSentences: document.sentences.count),
      method: method, reason: reason, flags: SummaryFlag.allCases.filter(flags.contains), model: model)
  }
}
