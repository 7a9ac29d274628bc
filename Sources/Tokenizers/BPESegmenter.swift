/// Joins neighbouring symbols, the pair with the highest score first, the leftmost among equals.
/// Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units", §3.2; order of merges
/// and the cutting up of unused pieces as in sentencepiece's bpe::Model.
struct BPESegmenter: Sendable {
  private let trie: PieceTrie
  /// User-defined pieces: one symbol from the start, never merged.
  private let frozen: PieceTrie?
  private let stretches: StretchRule
  private let scores: [Float]
  private let isUnused: [Bool]?
  private let unknownID: Int32

  init(model: SentencePieceModel, trie: PieceTrie, frozen: PieceTrie?, stretches: StretchRule) {
    self.trie = trie
    self.frozen = frozen
    self.stretches = stretches
    scores = model.scores
    isUnused = model.types.contains(.unused) ? model.types.map { $0 == .unused } : nil
    unknownID = model.unknownID
  }

  /// The segments of `text` in order; together they cover it.
  func segments(of text: UnsafeBufferPointer<UInt8>) -> [TextSegment] {
    var output: [TextSegment] = []
    output.reserveCapacity(text.count / 3 + 4)
    var merge = BPEMerge()
    var splits = UnusedSplits()
    var start = 0
    while start < text.count {
      // Unused pieces are cut up as the last merge in the whole text says: such a model gets its text in one stretch.
      let end =
        isUnused == nil
        ? stretches.end(of: text, from: start) : min(text.count, start + StretchRule.longest)
      merge.load(UnsafeBufferPointer(rebasing: text[start..<end]), frozen: frozen)
      trie.withWalker { walker in
        merge.run(walker: walker, scores: scores) { id, leftLength in
          if isUnused?[Int(id)] == true { splits.note(id, leftLength: leftLength) }
        }
        append(merge, stretch: start, text: text, walker: walker, splits: splits, to: &output)
      }
      start = end
    }
    return output
  }

  private func append(
    _ merge: BPEMerge, stretch: Int, text: UnsafeBufferPointer<UInt8>, walker: PieceTrie.Walker, splits: UnusedSplits,
    to output: inout [TextSegment]
  ) {
    var index: Int32 = 0
    while index >= 0, Int(index) < merge.symbols.count {
      let symbol = merge.symbols[Int(index)]
      let start = stretch + Int(symbol.start)
      let length = Int(symbol.length)
      let id = symbol.node.flatMap(walker.id(at:)) ?? unknownID
      if isUnused?[Int(id)] == true {
        appendParts(of: start, length, text: text, walker: walker, splits: splits, to: &output)
      } else {
        output.append(TextSegment(id: id, start: start, length: length))
      }
      index = symbol.next
    }
  }

  /// Cuts an unused piece along the merge that made it, until every part is a usable piece.
  private func appendParts(
    of start: Int, _ length: Int, text: UnsafeBufferPointer<UInt8>, walker: PieceTrie.Walker, splits: UnusedSplits,
    to output: inout [TextSegment]
  ) {
    var stack = [(start: start, length: length)]
    while let part = stack.popLast() {
      let id = walker.walk(from: PieceTrie.root, text, part.start, part.length).flatMap(walker.id(at:))
      if let id, isUnused?[Int(id)] == true, let left = splits.leftLength(id), left > 0, left < part.length {
        stack.append((part.start + left, part.length - left))
        stack.append((part.start, left))
      } else {
        output.append(TextSegment(id: id ?? unknownID, start: part.start, length: part.length))
      }
    }
  }
}

/// For each unused piece that a merge made, the length of its left half; the last merge counts.
struct UnusedSplits {
  private var lengths: [Int32: Int] = [:]

  mutating func note(_ id: Int32, leftLength: Int) { lengths[id] = leftLength }
  func leftLength(_ id: Int32) -> Int? { lengths[id] }
}
