import Text
import Tokenizers

/// A stretch of text that a summarizer reads whole: a sentence, a part of one, or what it wrote itself.
package struct SummaryUnit: Sendable {
  package let text: String
  /// The sentences of the document that it rests on, with their shares; they sum to 1.
  package let sources: [SourceShare]

  package init(text: String, sources: [SourceShare]) {
    self.text = text
    self.sources = sources
  }
}

/// A sentence of the document and what part something rests on it.
package struct SourceShare: Sendable, Equatable {
  /// Its number within the document.
  package let sentence: Int
  package let weight: Float

  package init(sentence: Int, weight: Float) {
    self.sentence = sentence
    self.weight = weight
  }
}

/// A document cut for a model with a limited source: as many whole sentences to a chunk as fit.
package struct ChunkPlan: Sendable {
  /// What the model reads in one go.
  package struct Chunk: Sendable {
    /// In order; joined by spaces they are what the model reads.
    package let units: [SummaryUnit]

    package init(units: [SummaryUnit]) { self.units = units }

    package var text: String { units.map(\.text).joined(separator: " ") }
  }

  package let chunks: [Chunk]

  /// Cuts units into chunks of about the same size. Linear in the text.
  /// - Parameters:
  ///   - limit: tokens of text that a chunk may have.
  ///   - measure: tokens of a text.
  package init(_ units: [SummaryUnit], limit: Int, language: String, measure: (Substring) -> Int) {
    var pieces: [(unit: SummaryUnit, size: Int)] = []
    for unit in units {
      let size = measure(unit.text[...])
      guard size > limit else {
        // What the tokenizer leaves nothing of says nothing to the model.
        if size > 0 { pieces.append((unit, size)) }
        continue
      }
      let parts = ClauseSplitter(limit: limit, language: language).split(unit.text[...], measure: measure)
      for part in parts.segments {
        pieces.append((SummaryUnit(text: String(part.text), sources: unit.sources), measure(part.text)))
      }
    }
    chunks = Self.pack(pieces, limit: limit).flatMap { Self.halved($0, limit: limit, measure) }
  }

  /// Joined, units may take a token more than apart.
  private static func halved(_ chunk: Chunk, limit: Int, _ measure: (Substring) -> Int) -> [Chunk] {
    guard chunk.units.count > 1, measure(chunk.text[...]) > limit else { return [chunk] }
    let middle = chunk.units.count / 2
    return [Chunk(units: Array(chunk.units[..<middle])), Chunk(units: Array(chunk.units[middle...]))]
      .flatMap { halved($0, limit: limit, measure) }
  }

  /// As few chunks as filling them to the brim needs, but the text shared out among them.
  private static func pack(_ pieces: [(unit: SummaryUnit, size: Int)], limit: Int) -> [Chunk] {
    let total = pieces.reduce(0) { $0 + $1.size }
    let wanted = (total + limit - 1) / max(1, limit)
    let share = wanted > 1 ? (total + wanted - 1) / wanted : limit
    var chunks: [Chunk] = []
    var open: [SummaryUnit] = []
    var size = 0
    for piece in pieces {
      if !open.isEmpty, size >= share || size + piece.size > limit {
        chunks.append(Chunk(units: open))
        open = []
        size = 0
      }
      open.append(piece.unit)
      size += piece.size
    }
    if !open.isEmpty { chunks.append(Chunk(units: open)) }
    return chunks
  }
}
