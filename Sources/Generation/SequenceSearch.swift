import Kernels
import Tensors

/// The search for one segment's hypotheses: a value that is told the best tokens of its rows, step by step, and says
/// which rows go on. It knows neither model nor caches.
protocol SequenceSearch {
  var options: GenerationOptions { get }
  /// Tokens of the segment.
  var source: [TokenID] { get }
  /// Hypotheses that are being continued, each in a row of the batch: one at first, at most `options.beamSize`.
  var rowCount: Int { get }
  /// How many of each row's best tokens `advance` wants.
  var candidatesPerRow: Int { get }
  /// Whether `advance` wants ln Σ e^logit.
  var needsNormalization: Bool { get }
  /// Of every row's sequence, the start token included.
  var length: Int { get }
  /// The end of a row's sequence.
  func lastToken(row: Int) -> TokenID
  /// Writes the tokens that may not come next in a row, at most `TokenRules.banLimit`, behind `count` others.
  func writeBans(row: Int, to bans: UnsafeMutablePointer<TokenID>, count: inout Int)
  /// Writes a row's whole sequence, `length` tokens, behind `count` others.
  func writeSequence(row: Int, to tokens: UnsafeMutablePointer<TokenID>, count: inout Int)
  /// The row that this row continued at the last step.
  func parent(row: Int) -> Int

  /// Takes one step.
  /// - Returns: whether the search goes on.
  mutating func advance(_ candidates: RowCandidates) -> Bool
  /// What was found, best first: at least one, at most `options.hypothesisCount`.
  func hypotheses() -> [Hypothesis]
  /// The row that said the last token of one of `hypotheses()`, counted before that step.
  func lastRow(rank: Int) -> Int
}

extension GenerationOptions {
  /// The search that these options ask for.
  func makeSearch(source: [TokenID]) -> any SequenceSearch {
    beamSize == 1 ? GreedySearch(self, source: source) : BeamSearch(self, source: source)
  }

  /// What becomes of the scores of tokens that were said: greedy search ranks by logits, beam search by ln p.
  var repetitionPenalty: RepetitionPenalty {
    RepetitionPenalty(
      factor: configuration.repetitionPenalty, scores: beamSize == 1 ? .logits : .logProbabilities)
  }
}

/// The best tokens of one search's rows, a part of the batch's.
struct RowCandidates {
  let top: TopTokens
  /// The search's first row.
  let first: Int

  /// A row's candidate of that rank, from 0; nil behind the last possible one.
  func token(row: Int, rank: Int) -> TokenID? {
    let token = top.tokens[(first + row) * top.k + rank]
    return token < 0 ? nil : token
  }

  /// The candidate's ln p after the row's penalty. Asked for only by a beam search that has one.
  func penalizedLogProbability(row: Int, rank: Int) -> Float { top.scores[(first + row) * top.k + rank] }

  /// The candidate's ln p. Asked for only by a search that needs normalization.
  func logProbability(row: Int, rank: Int) -> Float {
    top.logits[(first + row) * top.k + rank] - top.logSumExp[first + row]
  }
}
