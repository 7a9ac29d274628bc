/// How central each sentence is: a random walk from sentence to sentence, by likeness. Source: Erkan and Radev 2004
/// (LexRank, continuous or with a threshold), without edges from a sentence to itself.
///
/// score(i) = (1 − d) + d · Σ_j score(j) · w(i, j) / Σ_k w(j, k): N times the paper's probability, so that scores do not
/// shrink with the text: 1 is the mean of connected sentences, 1 − d what an isolated one gets. Sums go by ascending
/// sentence number. The walk stays in windows of consecutive sentences, of as equal length as can be, so the work is at
/// most windows · length² likenesses: linear in the sentences.
public enum SentenceCentrality {
  /// How the walk goes.
  public struct Options: Sendable, Equatable {
    /// The part of a score that comes from other sentences (d), 0..<1.
    public var damping = 0.85
    /// Likenesses at most this weigh 0 and others 1; nil: each weighs what it is.
    public var threshold: Double?
    /// The walk has come to rest when no score changes by more than this.
    public var tolerance = 1e-6
    /// It ends after so many steps all the same.
    public var maximumIterations = 100
    /// The most sentences that are compared with each other.
    public var window = 256

    /// Options with the defaults of this page.
    public init() {}
  }

  /// The scores of sentences, in text order; none is below 1 − d.
  /// - Parameters:
  ///   - count: how many sentences there are.
  ///   - similarity: the likeness of two of them, 0…1, symmetric; asked once a pair.
  public static func scores(
    count: Int, options: Options = Options(), similarity: (Int, Int) -> Double
  ) -> [Double] {
    precondition(options.window > 0 && (0..<1).contains(options.damping), "\(options)")
    let windows = (count + options.window - 1) / options.window
    return (0..<windows).flatMap { window in
      let range = (window * count / windows)..<((window + 1) * count / windows)
      return windowScores(range, options, similarity)
    }
  }

  private static func windowScores(
    _ range: Range<Int>, _ options: Options, _ similarity: (Int, Int) -> Double
  ) -> [Double] {
    let count = range.count
    let weights = weights(range, options.threshold, similarity)
    let sums = (0..<count).map { row in
      weights[(row * count)..<((row + 1) * count)].reduce(0, +)
    }
    let base = 1 - options.damping
    var scores = [Double](repeating: 1, count: count)
    for _ in 0..<options.maximumIterations {
      let shares = zip(scores, sums).map { $1 > 0 ? $0 / $1 : 0 }
      var change = 0.0
      for row in 0..<count {
        var sum = 0.0
        for column in 0..<count { sum += weights[row * count + column] * shares[column] }
        let score = base + options.damping * sum
        change = max(change, abs(score - scores[row]))
        scores[row] = score
      }
      if change <= options.tolerance { break }
    }
    return scores
  }

  /// The symmetric matrix of weights, 0 on its diagonal.
  private static func weights(
    _ range: Range<Int>, _ threshold: Double?, _ similarity: (Int, Int) -> Double
  ) -> [Double] {
    let count = range.count
    var weights = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<row {
        var weight = similarity(range.lowerBound + row, range.lowerBound + column)
        if let threshold { weight = weight > threshold ? 1 : 0 }
        weights[row * count + column] = weight
        weights[column * count + row] = weight
      }
    }
    return weights
  }
}
