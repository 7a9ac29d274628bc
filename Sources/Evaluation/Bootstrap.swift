/// How far a mean of ROUGE scores may be from the truth, judged by resampling: the mean is taken again of as many
/// segments drawn with replacement, a thousand times; the 2.5th, 50th and 97.5th percentiles of these means are what
/// rouge-score prints as low, mid and high.
///
/// rouge-score draws from an unseeded generator, so that no two of its runs agree; here the draws follow from a seed.
///
/// Source: rouge-score 0.1.2 scoring.py, `BootstrapAggregator` (the rules, not the code); generator: SplitMix64
/// (Steele, Lea and Flood 2014).
public struct Bootstrap: Sendable {
  /// How often segments are drawn.
  public static let samples = 1_000
  /// low, mid and high, as shares of the sorted means.
  static let shares = [0.025, 0.5, 0.975]

  /// The percentiles, each of precision, recall and F on its own.
  public struct Interval: Sendable, Equatable {
    public let low: ROUGE.Score
    public let mid: ROUGE.Score
    public let high: ROUGE.Score
  }

  private let seed: UInt64

  /// Draws that follow from `seed` alone.
  public init(seed: UInt64) { self.seed = seed }

  /// The interval of a corpus's scores; 0 for none. Linear in them.
  public func interval(of scores: [ROUGE.Score]) -> Interval {
    var state = seed
    let means = (0..<Self.samples).map { _ in
      ROUGE.mean(of: scores.map { _ in scores[Self.draw(&state, below: scores.count)] })
    }
    let measures = [\ROUGE.Score.precision, \.recall, \.fmeasure].map { measure in
      let sorted = means.map { $0[keyPath: measure] }.sorted()
      return Self.shares.map { Self.percentile($0, of: sorted) }
    }
    let percentiles = Self.shares.indices.map { index in
      ROUGE.Score(precision: measures[0][index], recall: measures[1][index], fmeasure: measures[2][index])
    }
    return Interval(low: percentiles[0], mid: percentiles[1], high: percentiles[2])
  }

  /// A number from 0 to below `count`, from the generator's next 64 bits.
  private static func draw(_ state: inout UInt64, below count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Int(mixed.multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The value at a share of the way through sorted values, between its two neighbours (numpy's default).
  private static func percentile(_ share: Double, of sorted: [Double]) -> Double {
    let position = share * Double(sorted.count - 1)
    let index = Int(position)
    let next = min(index + 1, sorted.count - 1)
    return sorted[index] + (sorted[next] - sorted[index]) * (position - Double(index))
  }
}
