import Models

/// How text is cut before it is translated.
public enum Split: String, Sendable, CaseIterable {
  /// At sentences, then at clauses where a sentence is longer than the model was trained on.
  case sentence
  /// At blank lines; paragraphs that are too long are cut at sentences.
  case paragraph
  /// Not at all, unless the text is longer than the model can number.
  case none
}

/// What is wanted beside the texts.
public enum Detail: Sendable, Equatable {
  case plain
  /// Scores, which cost a pass over the logits at every step.
  case scored
  /// Scores and word alignment, for which attention is kept and offsets of tokens are found.
  case aligned
}

/// Texts to be translated in one direction.
public struct TranslationRequest: Sendable {
  /// Each becomes one translated text.
  public var texts: [String]
  /// Language codes as the catalog's cards write them, in lower case.
  public var source: String
  public var target: String
  public var split: Split
  /// Tokens a segment may become, its end token included; nil leaves it to the model.
  public var maxNewTokens: Int?
  /// Hypotheses that the search keeps, at most `beamLimit`; nil leaves it to the engine, then to the model.
  public var beamSize: Int?
  /// Other translations wanted of each text, at most `alternativeLimit`; the beam is made as large as they need.
  public var alternatives: Int
  public var priority: Priority
  public var detail: Detail

  public init(
    texts: [String], source: String, target: String, split: Split = .sentence, maxNewTokens: Int? = nil,
    beamSize: Int? = nil, alternatives: Int = 0, priority: Priority = .interactive, detail: Detail = .plain
  ) {
    self.texts = texts
    self.source = source
    self.target = target
    self.split = split
    self.maxNewTokens = maxNewTokens
    self.beamSize = beamSize
    self.alternatives = alternatives
    self.priority = priority
    self.detail = detail
  }

  /// The largest beam; every hypothesis costs as much as a text.
  public static let beamLimit = GenerationConfiguration.beamLimit
  /// A beam holds them beside the translation itself.
  public static let alternativeLimit = beamLimit - 1
}

/// Something about a segment that its reader should know.
public enum SegmentFlag: String, Sendable, CaseIterable {
  /// A limit ended it; the model had more to say.
  case truncated
  /// A unit of 1–8 tokens stands at least 4 times in a row.
  case repetition
  /// Equal to the source ignoring case, 3 words or more.
  case untranslated
  /// 6 words or more of the source in a row.
  case copied
  /// More than 3 times as long as its source, or less than a third, from 10 tokens on.
  case lengthRatio = "length_ratio"
}

/// Another translation of a segment.
public struct Alternative: Sendable, Equatable {
  public let target: String
  /// As the segment's own.
  public let score: Float?

  package init(target: String, score: Float?) {
    self.target = target
    self.score = score
  }
}

/// How much a model read and wrote, in its own tokens.
public struct TokenCounts: Sendable, Equatable {
  /// Of the source, its prefix and end token included.
  public var source: Int
  /// Of the best hypothesis, its end token included.
  public var target: Int

  package init(source: Int = 0, target: Int = 0) {
    self.source = source
    self.target = target
  }
}

/// A translated segment.
public struct SegmentResult: Sendable, Equatable {
  /// Its number within the request, from 0.
  public let index: Int
  /// Which of the request's texts it belongs to.
  public let item: Int
  public let source: String
  public let target: String
  /// Where `source` stands in its text, in Unicode scalars.
  public let sourceOffsets: Range<Int>
  /// Mean ln p a target token, the end token included; only where the request asked for it.
  public let score: Float?
  public let flags: [SegmentFlag]
  /// Other translations, best first, all different; as many as were asked for where the search found as many.
  public let alternatives: [Alternative]
  /// Links of the words of `target` to those of `source`, in the order of `target`, at most one a word; only where the
  /// request asked for them.
  public let alignment: [AlignmentLink]?
  public let tokens: TokenCounts

  package init(
    index: Int, item: Int, source: String, target: String, sourceOffsets: Range<Int>, score: Float?,
    flags: [SegmentFlag], alternatives: [Alternative] = [], alignment: [AlignmentLink]? = nil,
    tokens: TokenCounts = TokenCounts()
  ) {
    self.index = index
    self.item = item
    self.source = source
    self.target = target
    self.sourceOffsets = sourceOffsets
    self.score = score
    self.flags = flags
    self.alternatives = alternatives
    self.alignment = alignment
    self.tokens = tokens
  }
}

extension Sequence<SegmentResult> {
  /// The tokens of all.
  package var tokens: TokenCounts {
    reduce(into: TokenCounts()) { sum, segment in
      sum.source += segment.tokens.source
      sum.target += segment.tokens.target
    }
  }

  /// Whether a limit ended any of them.
  package var areTruncated: Bool { contains { $0.flags.contains(.truncated) } }
}

/// Where the time of a request went.
public struct TranslationTimings: Sendable, Equatable {
  /// Until the first segment entered the batch.
  public let queue: Duration
  /// From then until the last segment was decoded.
  public let inference: Duration
  public let total: Duration

  package init(queue: Duration, inference: Duration, total: Duration) {
    self.queue = queue
    self.inference = inference
    self.total = total
  }
}

/// A translated request.
public struct Translation: Sendable {
  /// One for each text of the request.
  public let texts: [String]
  /// Other translations of each text, best first, all different, none of them the text's own.
  public let alternatives: [[String]]
  /// In order.
  public let segments: [SegmentResult]
  /// The model's id.
  public let model: String
  public let timings: TranslationTimings

  package init(
    texts: [String], alternatives: [[String]] = [], segments: [SegmentResult], model: String,
    timings: TranslationTimings
  ) {
    self.texts = texts
    self.alternatives = alternatives
    self.segments = segments
    self.model = model
    self.timings = timings
  }
}
