import Tensors

/// How a row's scores change for tokens that it has said: below 0 they are multiplied, else divided by the factor.
/// Source: transformers 4.57, generation/logits_process.py, `RepetitionPenaltyLogitsProcessor`.
public struct RepetitionPenalty: Sendable, BitwiseCopyable {
  /// What the factor acts on, and what the row's tokens rank by.
  public enum Scores: Sendable, BitwiseCopyable {
    case logits
    /// ln p.
    case logProbabilities
  }

  /// More than 1 disfavours, less than 1 favours; above 0.
  public var factor: Float
  public var scores: Scores

  public init(factor: Float, scores: Scores) {
    self.factor = factor
    self.scores = scores
  }

  /// A row whose scores stay its logits.
  public static let none = RepetitionPenalty(factor: 1, scores: .logits)

  /// - Parameter logSumExp: ln Σ e^logit of the row.
  func score(_ logit: Float, logSumExp: Float, isPenalized: Bool) -> Float {
    let score = scores == .logProbabilities ? logit - logSumExp : logit
    guard isPenalized else { return score }
    return score < 0 ? score * factor : score / factor
  }
}

/// The penalties of a batch's rows; memory of the caller's, usually its workspace.
public struct RepetitionPenalties {
  /// Tokens whose scores change, row after row; one that stands twice changes once.
  public var tokens: UnsafeBufferPointer<TokenID>
  /// Row r's are `ends[r − 1] ..< ends[r]` of `tokens` (from 0 for the first row).
  public var ends: UnsafeBufferPointer<Int32>
  /// [M].
  public var rules: UnsafeBufferPointer<RepetitionPenalty>

  public init(
    tokens: UnsafeBufferPointer<TokenID>, ends: UnsafeBufferPointer<Int32>,
    rules: UnsafeBufferPointer<RepetitionPenalty>
  ) {
    self.tokens = tokens
    self.ends = ends
    self.rules = rules
  }

  func range(_ row: Int) -> Range<Int> { (row == 0 ? 0 : Int(ends[row - 1]))..<Int(ends[row]) }

  func contains(_ token: TokenID, row: Int) -> Bool { range(row).contains { tokens[$0] == token } }
}

/// Penalties with the logits of the tokens that they change. These take no part in the reduction of the tiles, because
/// what they become may depend on the whole row; they join what it found at the end.
struct WithheldLogits {
  let penalties: RepetitionPenalties
  /// Of `penalties.tokens`, −∞ where a token is banned or does not exist.
  let logits: UnsafeMutablePointer<Float>

  /// Takes a row's penalized tokens out of its logits `first ..< first + count`. Each lies in one tile only, so that
  /// workers never write to the same place.
  func take(row: Int, from line: UnsafeMutablePointer<Float>, first: Int, count: Int) {
    let range = penalties.range(row)
    for index in range {
      let column = Int(penalties.tokens[index]) - first
      if column >= 0, column < count { logits[index] = line[column] }
    }
    // Behind all of them: a token may stand twice.
    for index in range {
      let column = Int(penalties.tokens[index]) - first
      if column >= 0, column < count { line[column] = -.infinity }
    }
  }
}

/// A row's best tokens while they are being found, best first: by score, then logit, then lower id. Without penalties
/// scores and logits are the same memory.
struct TokenRanking {
  let tokens: UnsafeMutablePointer<TokenID>
  let scores: UnsafeMutablePointer<Float>
  let logits: UnsafeMutablePointer<Float>
  /// How many of them count.
  let count: Int

  func insert(_ token: TokenID, score: Float, logit: Float) {
    func isBetter(than place: Int) -> Bool {
      if tokens[place] < 0 || score > scores[place] { return true }
      guard score == scores[place] else { return false }
      // Two logits may have the same score. The order is that of the logits all the same, because lists that were cut by
      // their logits come in, one from each worker.
      return logit > logits[place] || logit == logits[place] && token < tokens[place]
    }
    // What is no number is none.
    guard score > -.infinity, isBetter(than: count - 1) else { return }
    var place = count - 1
    while place > 0, isBetter(than: place - 1) {
      tokens[place] = tokens[place - 1]
      scores[place] = scores[place - 1]
      logits[place] = logits[place - 1]
      place -= 1
    }
    tokens[place] = token
    scores[place] = score
    logits[place] = logit
  }

  func contains(_ token: TokenID) -> Bool { (0..<count).contains { tokens[$0] == token } }
}
