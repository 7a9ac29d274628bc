import Text

extension Summarizer {
  /// Other translations that are tried where the first says a number that the text lacks.
  static let translationAlternatives = 3

  /// Puts a summary into the target language, sentence by sentence.
  func translate(_ draft: inout SummaryDraft) async throws(InferenceError) {
    var stream = try engine.submit(
      TranslationRequest(
        texts: draft.sentences.map(\.text), source: request.language, target: request.target,
        alternatives: request.method == .automatic ? Self.translationAlternatives : 0, priority: request.priority),
      deadline: deadline)
    let translation = try await stream.collect { [onProgress] segment, total in
      onProgress(SummaryProgress(stage: .translating, done: segment.index + 1, total: total))
    }
    let facts = SourceFacts(request.text)
    if translation.segments.areTruncated { draft.flags.insert(.truncated) }
    for index in draft.sentences.indices {
      let candidates = [translation.texts[index]] + translation.alternatives[index]
      if let text = candidates.first(where: { !saysNewNumber($0, facts) }) {
        draft.sentences[index].text = text
      } else if request.method == .automatic {
        draft.flags.insert(.untranslated)
      } else {
        draft.sentences[index].text = translation.texts[index]
        draft.flags.insert(.unsupportedNumber)
      }
    }
  }

  private func saysNewNumber(_ text: String, _ facts: SourceFacts) -> Bool {
    facts.unsupported(in: text, language: request.target).contains { $0.kind == .number }
  }
}
