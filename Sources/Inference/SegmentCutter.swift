import Tensors
import Text
import Tokenizers

/// Cuts a text where the request wants it cut, and further where a model could not take a segment whole.
struct SegmentCutter {
  /// Text to translate with its tokens, and in lower case where they are those of that, or whitespace to keep; offsets
  /// count Unicode scalars.
  enum Piece {
    case whitespace(Substring)
    case text(Substring, Range<Int>, [TokenID], lowered: String?)
  }

  /// How fine a segment has been cut; each level is cut into the next where it is too long.
  private enum Level {
    case paragraph, sentence, clause
  }

  private let split: Split
  private let model: LoadedModel
  private let prefix: String?
  /// Tokens of a segment that do not stand for its text.
  let addedCount: Int
  private let sentences: SentenceSplitter
  /// Below the trained length, or for `split: none` below what the position table can number.
  private let clauses: ClauseSplitter

  init(language: String, split: Split, model: LoadedModel, prefix: String?) throws(InferenceError) {
    self.split = split
    self.model = model
    self.prefix = prefix
    do {
      addedCount = try model.tokenizer.addedCount(prefix: prefix)
    } catch {
      throw .failed(reason: error.description)
    }
    sentences = SentenceSplitter(language: language)
    clauses = ClauseSplitter(limit: split == .none ? model.positionLimit : model.segmentLimit, language: language)
  }

  /// The pieces in order; joined, they are the text.
  func pieces(of text: String) throws(InferenceError) -> [Piece] {
    var pieces: [Piece] = []
    switch split {
    case .sentence: try append(sentences.split(text, mode: .sentence), at: 0, .sentence, to: &pieces)
    case .paragraph: try append(sentences.split(text, mode: .paragraph), at: 0, .paragraph, to: &pieces)
    // What does not fit whole is cut like one long sentence: at the best borders, as seldom as possible.
    case .none: try append(sentences.split(text, mode: .none), at: 0, .sentence, to: &pieces)
    }
    return pieces
  }

  /// Appends a split's whitespace and its segments, which are of the given level; `start` is where its text stands.
  private func append(
    _ text: SplitText, at start: Int, _ level: Level, to pieces: inout [Piece]
  ) throws(InferenceError) {
    if !text.leading.isEmpty { pieces.append(.whitespace(text.leading)) }
    for segment in text.segments {
      let offsets = (segment.offsets.lowerBound + start)..<(segment.offsets.upperBound + start)
      try append(segment.text, offsets, level, to: &pieces)
      if !segment.trailing.isEmpty { pieces.append(.whitespace(segment.trailing)) }
    }
  }

  private func append(
    _ text: Substring, _ offsets: Range<Int>, _ level: Level, to pieces: inout [Piece]
  ) throws(InferenceError) {
    let lowered = model.card.lowersCapitals ? Capitals.lowered(text) : nil
    let tokens: [TokenID]
    do {
      tokens = try model.tokenizer.encode(lowered.map { $0[...] } ?? text, prefix: prefix)
    } catch {
      throw .failed(reason: error.description)
    }
    let fits = tokens.count - addedCount <= clauses.limit
    switch level {
    case .paragraph where !fits:
      try append(sentences.split(text, mode: .sentence), at: offsets.lowerBound, .sentence, to: &pieces)
    case .sentence where !fits:
      try append(
        clauses.split(text, measure: model.tokenizer.pieceCount), at: offsets.lowerBound, .clause, to: &pieces)
    case .paragraph, .sentence, .clause:
      pieces.append(.text(text, offsets, tokens, lowered: lowered))
    }
  }
}
