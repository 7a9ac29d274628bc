import Generation

/// Which sentences of the document a piece of a summary rests on: the attention that its tokens gave to the tokens of
/// each unit of the chunk, handed down to the sentences that the unit itself rests on.
package struct SourceAttribution {
  private let units: [SummaryUnit]
  /// For each token of the source, the unit it belongs to; nil for what stands around the text.
  private let unitOfToken: [Int?]

  /// - Parameter sourceOffsets: where each token of the source stands in the chunk's text, in Unicode scalars.
  package init(_ chunk: ChunkPlan.Chunk, sourceOffsets: [Range<Int>?]) {
    units = chunk.units
    var ends: [Int] = []
    var end = -1
    for unit in chunk.units {
      // One for the space between two units.
      end += unit.text.unicodeScalars.count + 1
      ends.append(end)
    }
    var unit = 0
    unitOfToken = sourceOffsets.map { offsets in
      guard let offsets else { return nil }
      while unit + 1 < ends.count, offsets.lowerBound >= ends[unit] { unit += 1 }
      return unit
    }
  }

  /// The sentences' shares, greatest first, ties in the text's order; they sum to 1. Without attention, equal shares.
  package func shares(of tokens: [Int], _ attention: AttentionMap?) -> [SourceShare] {
    var mass = [Float](repeating: 0, count: units.count)
    if let attention {
      for token in tokens where token < attention.tokenCount {
        for (weight, unit) in zip(attention.row(token), unitOfToken) {
          if let unit { mass[unit] += weight }
        }
      }
    }
    if !mass.contains(where: { $0 > 0 }) { mass = [Float](repeating: 1, count: units.count) }
    let total = mass.reduce(0, +)
    var shares: [Int: Float] = [:]
    for (unit, mass) in zip(units, mass) {
      for source in unit.sources { shares[source.sentence, default: 0] += mass / total * source.weight }
    }
    return shares.lazy.filter { $0.value > 0 }.map { SourceShare(sentence: $0.key, weight: $0.value) }
      .sorted { ($1.weight, $0.sentence) < ($0.weight, $1.sentence) }
  }
}
