import Text

/// How much each sentence of a document matters, and what it has in common with others.
struct SentenceRanking: Sendable {
  /// What a scorer's judgement counts beside the words that sentences share: the best of eleven shares on 351 documents
  /// that it was not trained on (docs/NOTES.md).
  static let salienceShare = 0.85
  /// Sentences at the beginning, a title and what stands under it, of which a scorer knows better what they are worth.
  static let openingSentences = 2
  /// What likeness to a query counts beside everything else.
  static let queryShare = 0.8

  /// 0 … 1, one a sentence.
  let relevance: [Double]
  let similarity: SentenceSimilarity
  /// The scorer's id; nil where the text's words alone were counted.
  let model: String?
  /// Parts that the document was read in.
  let chunks: Int

  /// - Parameters:
  ///   - salience: a logit for each sentence; nil where no scorer knows the language.
  ///   - query: what the summary is to be about.
  init(
    _ document: SourceDocument, salience: [Float]?, query: String?, model: String?, chunks: Int
  ) {
    self.model = model
    self.chunks = chunks
    let sentences = document.sentences.map(\.text)
    similarity = SentenceSimilarity(sentences, folding: WordFolding(language: document.language))
    let centrality = Self.scaled(
      SentenceCentrality.scores(count: sentences.count, similarity: similarity.similarity))
    let quality = SentenceQuality(language: document.language)
    var scores = centrality
    if let salience {
      scores = zip(Self.scaled(salience.map(Double.init)), centrality).map {
        $0 * Self.salienceShare + $1 * (1 - Self.salienceShare)
      }
    }
    for (index, sentence) in sentences.enumerated() {
      let isOpening = salience != nil && index < Self.openingSentences
      scores[index] *= quality.factor(for: sentence, at: isOpening ? .opening : .later)
    }
    if let query {
      let likeness = similarity.similarities(to: query)
      let most = likeness.max() ?? 0
      if most > 0 {
        scores = zip(likeness, scores).map { $0 / most * Self.queryShare + $1 * (1 - Self.queryShare) }
      }
    }
    relevance = scores
  }

  /// Values moved to 0 … 1; equal ones are all 1.
  private static func scaled(_ values: [Double]) -> [Double] {
    guard let least = values.min(), let most = values.max(), most > least else { return values.map { _ in 1 } }
    return values.map { ($0 - least) / (most - least) }
  }
}
