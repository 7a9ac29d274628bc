/// Finds the pieces with the highest sum of scores (Viterbi, one pass over the text).
/// Source: Kudo 2018, "Subword Regularization", §3.2; ties and rounding as in sentencepiece 0.2.3's EncodeOptimized.
struct UnigramSegmenter: Sendable {
  /// The best way to a place: its last piece and the sum of scores so far. `length` 0: not reached.
  private struct Step {
    var score: Float = 0
    var id: Int32 = -1
    var length: Int32 = 0
  }

  private let trie: PieceTrie
  private let stretches: StretchRule
  /// What a piece adds. Sums are Float throughout, as in the reference: the rounding decides ties.
  private let scores: [Float]
  private let unknownID: Int32
  private let unknownScore: Float

  init(model: SentencePieceModel, trie: PieceTrie, stretches: StretchRule) {
    self.trie = trie
    self.stretches = stretches
    unknownID = model.unknownID
    let normal = zip(model.scores, model.types).lazy.filter { $0.1 == .normal }.map(\.0)
    unknownScore = (normal.min() ?? 0) - 10
    // Above any sum of logarithms of probabilities, so that a user-defined piece is always found; measured on
    // sentencepiece 0.2.3 (0.2.0 and older: about −0.1 whatever the length, which differs where such pieces overlap).
    scores = model.types.indices.map { index in
      model.types[index] == .userDefined ? Float(model.ranges[index].count) * 0.1 - 0.1 : model.scores[index]
    }
  }

  /// The segments of `text` in order; together they cover it.
  func segments(of text: UnsafeBufferPointer<UInt8>) -> [TextSegment] {
    var output: [TextSegment] = []
    output.reserveCapacity(text.count / 3 + 4)
    var steps: [Step] = []
    var score: Float = 0
    var start = 0
    while start < text.count {
      let end = stretches.end(of: text, from: start)
      let count = end - start
      steps.removeAll(keepingCapacity: true)
      steps.append(contentsOf: repeatElement(Step(), count: count + 1))
      steps[0].score = score
      steps.withUnsafeMutableBufferPointer { steps in
        search(UnsafeBufferPointer(rebasing: text[start..<end]), steps)
      }
      score = steps[count].score
      appendBestPath(steps, count: count, start: start, to: &output)
      start = end
    }
    return output
  }

  /// Fills `steps` (text.count + 1 of them), whose first holds the score so far.
  private func search(_ text: UnsafeBufferPointer<UInt8>, _ steps: UnsafeMutableBufferPointer<Step>) {
    scores.withUnsafeBufferPointer { scores in
      trie.withWalker { walker in
        var start = 0
        while start < text.count {
          let base = steps[start].score
          let length = min(UTF8Scanning.announcedLength(text[start]), text.count - start)
          var hasSingleCharacter = false
          var node = PieceTrie.root
          var end = start
          while end < text.count, let next = walker.step(from: node, text[end]) {
            end += 1
            node = next
            guard let id = walker.id(at: node) else { continue }
            let candidate = scores[Int(id)] + base
            if steps[end].length == 0 || candidate > steps[end].score {
              steps[end] = Step(score: candidate, id: id, length: Int32(truncatingIfNeeded: end - start))
            }
            if end - start == length { hasSingleCharacter = true }
          }
          if !hasSingleCharacter {
            let candidate = unknownScore + base
            let end = start + length
            if steps[end].length == 0 || candidate > steps[end].score {
              steps[end] = Step(score: candidate, id: unknownID, length: Int32(truncatingIfNeeded: length))
            }
          }
          start += length
        }
      }
    }
  }

  private func appendBestPath(_ steps: [Step], count: Int, start: Int, to output: inout [TextSegment]) {
    let first = output.count
    var end = count
    while end > 0 {
      let length = max(1, Int(steps[end].length))
      end -= length
      output.append(TextSegment(id: steps[end + length].id, start: start + end, length: length))
    }
    output[first...].reverse()
  }
}
