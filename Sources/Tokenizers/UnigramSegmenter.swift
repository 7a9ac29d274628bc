/// Finds the pieces with the highest sum of scores (Viterbi, one pass over the text).
/// Source: Kudo 2018, "Subword Regularization", §3.2; ties and rounding as in sentencepiece 0.2.3's EncodeOptimized, with
/// sums in `Float` over the whole text, and in Hugging Face's tokenizers 0.22, with sums in `Double` for each word.
struct UnigramSegmenter<Score: BinaryFloatingPoint & Sendable>: Sendable {
  /// The best way to a place: its last piece and the sum of scores so far. `length` 0: not reached.
  private struct Step {
    var score: Score = 0
    var id: Int32 = -1
    var length: Int32 = 0
  }

  private let trie: PieceTrie
  /// What a piece adds. Sums are of this type throughout, as in the reference: the rounding decides ties.
  private let scores: [Score]
  private let unknownID: Int32
  private let unknownScore: Score

  /// - Parameters:
  ///   - trie: the pieces that text can become; their ids are indices of `scores`.
  ///   - unknownScore: what a character adds that no piece begins with.
  init(trie: PieceTrie, scores: [Score], unknownID: Int32, unknownScore: Score) {
    self.trie = trie
    self.scores = scores
    self.unknownID = unknownID
    self.unknownScore = unknownScore
  }

  /// The segments of `text` in order; together they cover it.
  func segments(of text: UnsafeBufferPointer<UInt8>, stretches: StretchRule) -> [TextSegment] {
    var output: [TextSegment] = []
    output.reserveCapacity(text.count / 3 + 4)
    var steps: [Step] = []
    var score: Score = 0
    var start = 0
    while start < text.count {
      let end = stretches.end(of: text, from: start)
      score = appendSegments(of: text, start..<end, scoreBefore: score, &steps, to: &output)
      start = end
    }
    return output
  }

  /// The same, but each word is cut as if it stood alone. Ends ascend; the last is that of the text.
  func segments(of text: UnsafeBufferPointer<UInt8>, wordEnds: [Int]) -> [TextSegment] {
    var output: [TextSegment] = []
    output.reserveCapacity(text.count / 3 + 4)
    var steps: [Step] = []
    var start = 0
    for end in wordEnds {
      _ = appendSegments(of: text, start..<end, scoreBefore: 0, &steps, to: &output)
      start = end
    }
    return output
  }

  /// - Returns: the sum of scores at the end of the range.
  private func appendSegments(
    of text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, scoreBefore: Score, _ steps: inout [Step],
    to output: inout [TextSegment]
  ) -> Score {
    steps.removeAll(keepingCapacity: true)
    steps.append(contentsOf: repeatElement(Step(), count: range.count + 1))
    steps[0].score = scoreBefore
    steps.withUnsafeMutableBufferPointer { steps in
      search(UnsafeBufferPointer(rebasing: text[range]), steps)
    }
    appendBestPath(steps, count: range.count, start: range.lowerBound, to: &output)
    return steps[range.count].score
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

extension UnigramSegmenter<Float> {
  /// A sentencepiece model's.
  init(model: SentencePieceModel, trie: PieceTrie) {
    let normal = zip(model.scores, model.types).lazy.filter { $0.1 == .normal }.map(\.0)
    // Above any sum of logarithms of probabilities, so that a user-defined piece is always found; measured on
    // sentencepiece 0.2.3 (0.2.0 and older: about −0.1 whatever the length, which differs where such pieces overlap).
    let scores = model.types.indices.map { index in
      model.types[index] == .userDefined ? Float(model.ranges[index].count) * 0.1 - 0.1 : model.scores[index]
    }
    self.init(trie: trie, scores: scores, unknownID: model.unknownID, unknownScore: (normal.min() ?? 0) - 10)
  }
}
