/// Something about a summary that its reader should know.
public enum SummaryFlag: String, Sendable, CaseIterable {
  /// A number that the text lacks.
  case unsupportedNumber = "unsupported_number"
  /// A name that the text lacks.
  case unsupportedName = "unsupported_name"
  /// Words in quotation marks that the text lacks.
  case unsupportedQuotation = "unsupported_quotation"
  /// Words or sentences that stand there again and again.
  case repetition
  /// A limit ended it.
  case truncated
  /// Most of what a model wrote is the text's own words in a row.
  case copied
  /// The text has no more to give: fewer sentences than were asked for, or the text itself.
  case shortText = "short_text"
  /// A sentence is in the text's language: its translation said a number that the text lacks.
  case untranslated
}

/// A sentence of the text that a sentence of the summary rests on.
public struct SummarySource: Sendable, Equatable {
  /// Where it stands in the text, in Unicode scalars.
  public let offsets: Range<Int>
  /// Its share of the attention, 0 … 1; those of one sentence of the summary sum to 1.
  public let weight: Float

  package init(offsets: Range<Int>, weight: Float) {
    self.offsets = offsets
    self.weight = weight
  }
}

/// A sentence of a summary.
public struct SummarySentence: Sendable, Equatable {
  public let text: String
  /// Where it comes from, in Unicode scalars of the text, in the text's order: a chosen sentence's own place, or the
  /// sentences that a written one attended to most.
  public let sourceOffsets: [Range<Int>]
  /// Chosen: how much it matters, 0 … 1, the larger the more. Written: mean ln p a token of the chunk it was written in.
  public let score: Float?
  /// The attention to every sentence that has any, greatest first; empty unless asked for.
  public let attention: [SummarySource]

  package init(text: String, sourceOffsets: [Range<Int>], score: Float?, attention: [SummarySource] = []) {
    self.text = text
    self.sourceOffsets = sourceOffsets
    self.score = score
    self.attention = attention
  }
}

/// How much of a text was read for its summary.
public struct SummaryCoverage: Sendable, Equatable {
  /// Parts that the text was read in.
  public let chunks: Int
  public let sourceSentences: Int
  /// Sentences that a model or a scorer has read.
  public let coveredSentences: Int

  package init(chunks: Int, sourceSentences: Int, coveredSentences: Int) {
    self.chunks = chunks
    self.sourceSentences = sourceSentences
    self.coveredSentences = coveredSentences
  }
}

/// A summarized text.
public struct Summary: Sendable, Equatable {
  /// The sentences, joined.
  public let text: String
  public let sentences: [SummarySentence]
  public let coverage: SummaryCoverage
  /// `abstractive` or `extractive`.
  public let method: SummaryMethod
  /// Why that method, in one sentence.
  public let reason: String
  public let flags: [SummaryFlag]
  /// The id of the model that wrote it or scored its sentences; nil where the text's words alone were counted.
  public let model: String?

  package init(
    text: String, sentences: [SummarySentence], coverage: SummaryCoverage, method: SummaryMethod, reason: String,
    flags: [SummaryFlag], model: String?
  ) {
    self.text = text
    self.sentences = sentences
    self.coverage = coverage
    self.method = method
    self.reason = reason
    self.flags = flags
    self.model = model
  }
}
