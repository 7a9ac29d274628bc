/// Chooses sentences that are relevant and unlike those already chosen. Source: Carbonell and Goldstein 1998: the next
/// one has the greatest λ · relevance − (1 − λ) · greatest likeness to a chosen one.
///
/// What says nearly the same as a chosen sentence comes only when nothing else is left, however relevant it is.
///
/// Relevance is divided by its greatest value first, so that it stands on the scale of likeness. Ties go to the earlier
/// sentence. Candidates are the max(4 · count, 64) most relevant ones. More than 256 sentences are chosen stripe by
/// stripe (consecutive sentences, of which each stripe gives its share), so the work is at most about 1,024 likenesses a
/// chosen sentence: linear in the text.
public enum MaximalMarginalRelevance {
  /// The most sentences that are chosen together.
  static let longestSelection = 256
  /// Candidates for each sentence that is chosen.
  static let candidatesEach = 4
  /// The fewest candidates.
  static let fewestCandidates = 64
  /// From this likeness on a sentence says the same as another.
  static let twinLikeness = 0.7

  /// Chooses `count` sentences, or all if there are fewer.
  /// - Parameters:
  ///   - relevance: one a sentence, in text order; what is negative or not a number counts as 0.
  ///   - lambda: 1 relevance alone, 0 unlikeness alone.
  ///   - similarity: the likeness of two sentences, 0…1.
  /// - Returns: sentence numbers in the order of choice, stripe by stripe.
  public static func select(
    count: Int, relevance: [Double], lambda: Double = 0.7, similarity: (Int, Int) -> Double
  ) -> [Int] {
    let usable = relevance.map { $0.isFinite ? max(0, $0) : 0 }
    let greatest = usable.max() ?? 0
    let scaled = greatest > 0 ? usable.map { $0 / greatest } : usable
    var missing = max(0, min(count, scaled.count))
    let stripes = max(1, (missing + longestSelection - 1) / longestSelection)
    var selected: [Int] = []
    for stripe in 0..<stripes {
      let range = (stripe * scaled.count / stripes)..<((stripe + 1) * scaled.count / stripes)
      guard !range.isEmpty else { continue }
      // Rounded up: never more than the stripe has, and all are chosen by the last one.
      let left = scaled.count - range.lowerBound
      let share = (missing * range.count + left - 1) / left
      selected += choose(share, from: candidates(share, in: range, scaled), scaled, lambda, similarity)
      missing -= share
    }
    return selected
  }

  /// The most relevant sentences of a range, in text order.
  private static func candidates(_ count: Int, in range: Range<Int>, _ relevance: [Double]) -> [Int] {
    let limit = max(candidatesEach * count, fewestCandidates)
    guard range.count > limit else { return Array(range) }
    return range.sorted { (-relevance[$0], $0) < (-relevance[$1], $1) }.prefix(limit).sorted()
  }

  private static func choose(
    _ count: Int, from pool: [Int], _ relevance: [Double], _ lambda: Double, _ similarity: (Int, Int) -> Double
  ) -> [Int] {
    var left = pool
    var likeness = [Double](repeating: 0, count: pool.count)
    var chosen: [Int] = []
    while chosen.count < count, !left.isEmpty {
      var best = 0
      var bestScore = -Double.infinity
      for (place, candidate) in left.enumerated() {
        if let last = chosen.last { likeness[place] = max(likeness[place], similarity(candidate, last)) }
        let novelty = lambda * relevance[candidate] - (1 - lambda) * likeness[place]
        let score = likeness[place] < twinLikeness ? novelty : novelty - 1
        if score > bestScore { (best, bestScore) = (place, score) }
      }
      chosen.append(left.remove(at: best))
      likeness.remove(at: best)
    }
    return chosen
  }
}
