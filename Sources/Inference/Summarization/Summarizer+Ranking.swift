import Text

extension Summarizer {
  /// Scores every sentence of the document.
  func rank() async throws(InferenceError) -> SentenceRanking {
    let window = SentenceCentrality.Options().window
    let chunks = max(1, (document.sentences.count + window - 1) / window)
    onProgress(SummaryProgress(stage: .reading, done: 0, total: chunks))
    var salience: [Float]?
    let scorer = catalog.salience.flatMap { $0.knows(request.language) ? $0 : nil }
    if scorer != nil {
      let sentences = document.sentences.map {
        SalienceSentence(text: $0.text, start: $0.startsParagraph ? .paragraph : .sentence)
      }
      salience = try await engine.salience(of: sentences, priority: request.priority, deadline: deadline)
    }
    let ranking = SentenceRanking(
      document, salience: salience, query: request.query, model: scorer?.card.id, chunks: chunks)
    onProgress(SummaryProgress(stage: .reading, done: chunks, total: chunks))
    return ranking
  }

  /// Tokens of a text, as the model counts them that chooses sentences; words where none does.
  var measure: (Substring) -> Int {
    if let scorer = catalog.salience, scorer.knows(request.language) { return scorer.tokenizer.pieceCount }
    return { $0.split(whereSeparator: \.isWhitespace).count }
  }
}
