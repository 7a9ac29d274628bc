import Models
import Tensors

/// Takes the best token at every step.
/// Source: transformers 4.57, generation/utils.py, `_sample` without sampling.
struct GreedySearch: SequenceSearch {
  let options: GenerationOptions
  let source: [TokenID]
  let rowCount = 1
  let candidatesPerRow = 1
  private var sequence: [TokenID] = []
  private var logProbability: Float = 0
  private var end: HypothesisEnd?

  init(_ options: GenerationOptions, source: [TokenID]) {
    self.options = options
    self.source = source
    sequence.reserveCapacity(options.maxLength)
    sequence.append(options.configuration.startToken)
  }

  var needsNormalization: Bool { options.scoring != .none }
  var length: Int { sequence.count }

  func lastToken(row: Int) -> TokenID { sequence[sequence.count - 1] }

  func writeBans(row: Int, to bans: UnsafeMutablePointer<TokenID>, count: inout Int) {
    TokenRules.writeBans(after: sequence.span, source: source.span, options, to: bans, count: &count)
  }

  func writeSequence(row: Int, to tokens: UnsafeMutablePointer<TokenID>, count: inout Int) {
    for token in sequence {
      tokens[count] = token
      count += 1
    }
  }

  func parent(row: Int) -> Int { 0 }

  mutating func advance(_ candidates: RowCandidates) -> Bool {
    guard let token = candidates.token(row: 0, rank: 0) else {
      end = .noToken
      return false
    }
    end = TokenRules.end(of: token, length: length, options)
    sequence.append(token)
    if needsNormalization { logProbability += candidates.logProbability(row: 0, rank: 0) }
    return end == nil
  }

  func lastRow(rank: Int) -> Int { 0 }

  func hypotheses() -> [Hypothesis] {
    let generated = sequence.count - 1
    let score: Float? = options.scoring == .none || generated == 0 ? nil : logProbability / Float(generated)
    return [Hypothesis(tokens: Array(sequence.dropFirst()), score: score, beamScore: nil, end: end ?? .noToken)]
  }
}
