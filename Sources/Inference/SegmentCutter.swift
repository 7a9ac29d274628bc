import Text
import Tokenizers

/// Cuts a text where the request wants it cut, and further where a model could not take a segment whole.
struct SegmentCutter {
  /// Text to translate, or whitespace to keep; offsets count Unicode scalars.
  enum Piece {
    case whitespace(Substring)
    case text(Substring, Range<Int>)
  }

  private let split: Split
  private let model: LoadedModel
  private let sentences: SentenceSplitter
  /// Below the trained length, or for `split: none` below what the position table can number.
  private let clauses: ClauseSplitter

  init(language: String, split: Split, model: LoadedModel) {
    self.split = split
    self.model = model
    sentences = SentenceSplitter(language: language)
    clauses = ClauseSplitter(limit: split == .none ? model.positionLimit : model.segmentLimit, language: language)
  }

  /// The pieces in order; joined, they are the text.
  func pieces(of text: String) -> [Piece] {
    let mode: SentenceSplitter.Mode =
      switch split {
      case .sentence: .sentence
      case .paragraph: .paragraph
      case .none: .none
      }
    var pieces: [Piece] = []
    append(sentences.split(text, mode: mode), startOffset: 0, to: &pieces) { segment, offset in
      fits(segment) ? nil : smaller(segment, startOffset: offset)
    }
    return pieces
  }

  /// A segment that is too long, cut: a paragraph at sentences first, everything at clauses.
  private func smaller(_ text: Substring, startOffset: Int) -> [Piece] {
    var pieces: [Piece] = []
    let parts =
      split == .paragraph
      ? sentences.split(text, mode: .sentence) : SplitText(whole: text, startOffset: 0)
    append(parts, startOffset: startOffset, to: &pieces) { sentence, offset in
      var clausePieces: [Piece] = []
      append(
        clauses.split(sentence, measure: model.tokenizer.pieceCount), startOffset: offset, to: &clausePieces
      ) { _, _ in nil }
      return clausePieces
    }
    return pieces
  }

  /// Appends a split's whitespace and segments; `replace` may put smaller pieces in a segment's place.
  private func append(
    _ text: SplitText, startOffset: Int, to pieces: inout [Piece],
    replace: (_ segment: Substring, _ offset: Int) -> [Piece]?
  ) {
    if !text.leading.isEmpty { pieces.append(.whitespace(text.leading)) }
    for segment in text.segments {
      let lower = segment.offsets.lowerBound + startOffset
      if let smaller = replace(segment.text, lower) {
        pieces += smaller
      } else {
        pieces.append(.text(segment.text, lower..<(segment.offsets.upperBound + startOffset)))
      }
      if !segment.trailing.isEmpty { pieces.append(.whitespace(segment.trailing)) }
    }
  }

  private func fits(_ text: Substring) -> Bool { model.tokenizer.pieceCount(of: text) <= clauses.limit }
}

extension SplitText {
  /// One segment, which has no whitespace around it.
  fileprivate init(whole text: Substring, startOffset: Int) {
    let offsets = startOffset..<(startOffset + text.unicodeScalars.count)
    self.init(leading: "", segments: [Segment(text: text, offsets: offsets, trailing: "")])
  }
}
