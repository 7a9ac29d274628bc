import Tensors

/// How a request's texts were cut: what is decoded, and what stands between.
struct SegmentPlan: Sendable {
  /// A piece of text in the order of the request.
  enum Part: Sendable {
    /// Goes to the answer as it is: whitespace, and text without a single token.
    case verbatim(Substring)
    /// Is replaced by the translation of a segment.
    case segment(Int)
  }

  /// Text to be decoded.
  struct Segment: Sendable {
    let item: Int
    let text: Substring
    /// Unicode scalars of the item.
    let offsets: Range<Int>
    let source: [TokenID]
    /// How many of the source's tokens stand for text: all but prefix, start and end.
    let textTokens: Int
    /// What the tokens stand for where the text is in capitals and the model reads it in lower case.
    let lowered: String?

    /// What the model reads; places in it are places in `text`.
    var reading: Substring { lowered.map { $0[...] } ?? text }
  }

  /// Parts of each text.
  private(set) var items: [[Part]] = []
  private(set) var segments: [Segment] = []

  /// Cuts texts into segments that the model can take.
  init(
    texts: [String], language: String, split: Split, model: LoadedModel, prefix: String?
  ) throws(InferenceError) {
    let cutter = try SegmentCutter(language: language, split: split, model: model, prefix: prefix)
    for (item, text) in texts.enumerated() {
      var parts: [Part] = []
      for piece in try cutter.pieces(of: text) {
        switch piece {
        case .whitespace(let whitespace): parts.append(.verbatim(whitespace))
        case .text(let text, let offsets, let tokens, let lowered):
          let segment = Segment(
            item: item, text: text, offsets: offsets, source: tokens, textTokens: tokens.count - cutter.addedCount,
            lowered: lowered)
          parts.append(try add(segment, model))
        }
      }
      items.append(parts)
    }
  }

  private mutating func add(_ segment: Segment, _ model: LoadedModel) throws(InferenceError) -> Part {
    // Text of which nothing is left after normalization, a lone soft hyphen say, is no question to the model.
    guard segment.textTokens > 0 else { return .verbatim(segment.text) }
    guard segment.source.count <= model.model.dimensions.positionLimit else {
      throw .failed(reason: "a segment of \(segment.source.count) tokens, more than \(model.card.id) can number")
    }
    defer { segments.append(segment) }
    return .segment(segments.count)
  }

  /// Other translations of whole texts: the n-th is made of the n-th alternative of each segment, or of the translation
  /// of a segment that has no more.
  func alternatives(to texts: [String], _ segments: [SegmentResult]) -> [[String]] {
    var alternatives: [[String]] = texts.map { _ in [] }
    let count = segments.lazy.map(\.alternatives.count).max() ?? 0
    guard count > 0 else { return alternatives }
    var kept = texts.map { Set([$0]) }
    for rank in 0..<count {
      let targets = segments.map { rank < $0.alternatives.count ? $0.alternatives[rank].target : $0.target }
      for item in texts.indices {
        let text = assemble(item: item, translations: targets)
        if kept[item].insert(text).inserted { alternatives[item].append(text) }
      }
    }
    return alternatives
  }

  /// Puts a text together again.
  func assemble(item: Int, translations: [String]) -> String {
    var text = ""
    for part in items[item] {
      switch part {
      case .verbatim(let verbatim): text += verbatim
      case .segment(let index): text += translations[index]
      }
    }
    return text
  }
}
