import Inference

extension JSONWriter.Members {
  /// The members of an answer to POST /summarize, always in the same order.
  package mutating func summary(_ summary: Summary, _ detail: SummaryDetail) {
    member("summary", summary.text)
    member("sentences") { writer in
      writer.array(summary.sentences) { $0.sentence($1, summary.method, detail) }
    }
    member("coverage") { $0.coverage(summary.coverage) }
    member("method_used", summary.method.rawValue)
    member("reason", summary.reason)
    member("flags") { $0.array(summary.flags) { $0.string($1.rawValue) } }
    member("model") { writer in
      if let model = summary.model { writer.string(model) } else { writer.null() }
    }
  }

  /// What is told of a sentence of a summary.
  /// - Parameter method: of the whole summary.
  mutating func sentence(_ sentence: SummarySentence, _ method: SummaryMethod, _ detail: SummaryDetail) {
    member("text", sentence.text)
    member("source_offsets") { $0.array(sentence.sourceOffsets) { $0.offsets($1) } }
    member("score") { $0.score(sentence.score) }
    guard detail == .attention else { return }
    member("attention") { $0.array(sentence.attention) { $0.source($1) } }
    member("argmax") { writer in
      if let hard = sentence.hardChoice(method) { writer.offsets(hard) } else { writer.null() }
    }
  }
}

extension JSONWriter {
  /// [start, end).
  mutating func offsets(_ range: Range<Int>) {
    array([range.lowerBound, range.upperBound]) { $0.integer($1) }
  }

  /// A number, or null.
  mutating func score(_ score: Float?) {
    if let score { number(score) } else { null() }
  }

  fileprivate mutating func sentence(_ sentence: SummarySentence, _ method: SummaryMethod, _ detail: SummaryDetail) {
    object { $0.sentence(sentence, method, detail) }
  }

  fileprivate mutating func source(_ source: SummarySource) {
    object { object in
      object.member("source_offsets") { $0.offsets(source.offsets) }
      object.member("weight") { $0.number(source.weight) }
    }
  }

  fileprivate mutating func coverage(_ coverage: SummaryCoverage) {
    object { object in
      object.member("chunks") { $0.integer(coverage.chunks) }
      object.member("source_sentences") { $0.integer(coverage.sourceSentences) }
      object.member("covered_sentences") { $0.integer(coverage.coveredSentences) }
    }
  }
}

extension SummarySentence {
  /// The one sentence of the text that this one rests on most; a chosen sentence's own place.
  fileprivate func hardChoice(_ method: SummaryMethod) -> Range<Int>? {
    attention.first?.offsets ?? (method == .extractive ? sourceOffsets.first : nil)
  }
}
