import Text

/// Chooses sentences that matter and do not say the same. A pure function of a document's scores.
struct SentenceSelection {
  /// How much relevance counts against being like what is chosen already. Source: Liu and Lapata 2019, PreSumm.
  static let relevanceShare = 0.7
  /// Sentences too long for what is left of a limit, until the rest is left empty.
  static let missLimit = 3
  /// Sentences that are tried where only a part of one fits.
  static let cutLimit = 8

  let document: SourceDocument
  let ranking: SentenceRanking

  /// A chosen sentence, or the part of it that a limit of tokens leaves.
  struct Choice: Equatable {
    let sentence: Int
    /// nil is all of it.
    var part: Range<Int>?
  }

  /// Sentences in the text's order: as many as the length says, all where the text has fewer.
  /// - Parameter measure: tokens of a text.
  func choose(_ length: SummaryLength, measure: (Substring) -> Int) -> [Choice] {
    let available = document.sentences.count
    if let count = length.sentenceCount(available: available) {
      return ordered(count >= available ? Array(0..<available) : ranked(count))
    }
    return fill(limit: max(1, length.tokenLimit ?? 1), measure)
  }

  /// The best `count`, best first.
  private func ranked(_ count: Int) -> [Int] {
    MaximalMarginalRelevance.select(
      count: count, relevance: ranking.relevance, lambda: Self.relevanceShare,
      similarity: ranking.similarity.similarity)
  }

  private func ordered(_ sentences: [Int]) -> [Choice] { sentences.sorted().map { Choice(sentence: $0) } }

  /// As many of the best sentences as fit into a number of tokens; where none fits whole, as much of the best as does.
  private func fill(limit: Int, _ measure: (Substring) -> Int) -> [Choice] {
    var chosen: [Int] = []
    var left = limit
    var misses = 0
    // Hardly a sentence is shorter than four tokens.
    for sentence in ranked(min(document.sentences.count, limit / 4 + 1)) {
      let size = max(1, measure(document.sentences[sentence].text))
      guard size <= left else {
        misses += 1
        // What would still fit is short, not important.
        if misses == Self.missLimit { break }
        continue
      }
      chosen.append(sentence)
      left -= size
    }
    // Joined, sentences may take a token more than apart.
    while chosen.count > 1, measure(joined(chosen)[...]) > limit { chosen.removeLast() }
    if chosen.isEmpty, let sentence = bestFitting(limit, measure) { chosen = [sentence] }
    return chosen.isEmpty ? cut(to: limit, measure).map { [$0] } ?? [] : ordered(chosen)
  }

  /// The best of all sentences that fit into a number of tokens.
  private func bestFitting(_ limit: Int, _ measure: (Substring) -> Int) -> Int? {
    document.sentences.indices.filter { measure(document.sentences[$0].text) <= limit }
      .max { (ranking.relevance[$0], $1) < (ranking.relevance[$1], $0) }
  }

  /// As much of one of the best sentences as fits into a number of tokens. A number is not cut: what is left of it would
  /// be another one.
  private func cut(to limit: Int, _ measure: (Substring) -> Int) -> Choice? {
    let clauses = ClauseSplitter(limit: limit, language: document.language)
    for index in ranked(min(document.sentences.count, Self.cutLimit)) {
      let sentence = document.sentences[index]
      let parts = clauses.split(sentence.text, startOffset: sentence.offsets.lowerBound, measure: measure).segments
      guard let first = parts.first else { continue }
      var end = first.offsets.upperBound
      if first.trailing.isEmpty, parts.count > 1, parts[1].text.beginsWithDigit {
        end -= first.text.unicodeScalars.reversed().prefix(while: \.isDigit).count
      }
      if end > first.offsets.lowerBound { return Choice(sentence: index, part: first.offsets.lowerBound..<end) }
    }
    return nil
  }

  private func joined(_ sentences: [Int]) -> String {
    SummaryDraft.joined(sentences.sorted().map { String(document.sentences[$0].text) })
  }
}
