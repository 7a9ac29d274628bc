import Generation
import Tensors
import Text
import Tokenizers

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
  }

  /// Parts of each text.
  private(set) var items: [[Part]] = []
  private(set) var segments: [Segment] = []

  /// Cuts texts into segments that the model can take.
  init(
    texts: [String], language: String, split: Split, model: LoadedModel, prefix: String?
  ) throws(InferenceError) {
    let cutter = SegmentCutter(language: language, split: split, model: model)
    for (item, text) in texts.enumerated() {
      var parts: [Part] = []
      for piece in cutter.pieces(of: text) {
        switch piece {
        case .whitespace(let whitespace): parts.append(.verbatim(whitespace))
        case .text(let text, let offsets): parts.append(try add(text, offsets, item, model, prefix))
        }
      }
      items.append(parts)
    }
  }

  private mutating func add(
    _ text: Substring, _ offsets: Range<Int>, _ item: Int, _ model: LoadedModel, _ prefix: String?
  ) throws(InferenceError) -> Part {
    let source: [TokenID]
    do {
      source = try model.tokenizer.encode(text, prefix: prefix)
    } catch {
      throw .failed(reason: error.description)
    }
    // Text of which nothing is left after normalization, a lone soft hyphen say, is no question to the model.
    guard model.textTokens(of: source) > 0 else { return .verbatim(text) }
    guard source.count <= model.model.dimensions.positionLimit else {
      throw .failed(reason: "a segment of \(source.count) tokens, more than \(model.card.id) can number")
    }
    defer { segments.append(Segment(item: item, text: text, offsets: offsets, source: source)) }
    return .segment(segments.count)
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
