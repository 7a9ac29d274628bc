import Foundation
import Generation
import Models
import Tensors

/// Beam search over a table, written as plainly as possible after transformers 4.57, generation/utils.py.
struct PlainBeamSearch {
  /// A sequence that is being said.
  struct Beam {
    /// The start token first.
    var tokens: [TokenID]
    var sum: Double
    /// Without the zeros of forced tokens.
    var logProbability: Double
  }

  /// One that is complete.
  struct Answer {
    var tokens: [TokenID]
    var beamScore: Double
    var score: Double
  }

  /// Differences below this may go either way in float32.
  static let nearTie = 2e-5

  let logits: [[[Float]]]
  let source: [TokenID]
  let options: GenerationOptions
  private var configuration: GenerationConfiguration { options.configuration }
  /// Whether a decision hung on less than `nearTie`.
  private(set) var isNearTie = false
  /// Best first.
  private(set) var answers: [Answer] = []

  init(logits: [[[Float]]], source: [TokenID], options: GenerationOptions) {
    self.logits = logits
    self.source = source
    self.options = options
    let limit = configuration.maxLength - 1
    let size = options.beamSize
    let ends = configuration.endTokens
    var beams = [Beam(tokens: [configuration.startToken], sum: 0, logProbability: 0)]
    for length in 1...limit where !beams.isEmpty {
      let candidates = sorted(beams.flatMap(continuations), by: \.sum, cut: max(2, 1 + ends.count) * size)
      let isComplete = candidates.map { $0.tokens.last.map(ends.contains) == true || length == limit }
      let scale = pow(Double(length), Double(configuration.lengthPenalty))
      for (beam, isComplete) in zip(candidates, isComplete).prefix(size) where isComplete {
        answers.append(
          Answer(
            tokens: Array(beam.tokens.dropFirst()), beamScore: beam.sum / scale,
            score: beam.logProbability / Double(length)))
      }
      answers = sorted(answers, by: \.beamScore, cut: size)
      beams = zip(candidates, isComplete).filter { !$1 }.prefix(size).map(\.0)
      if answers.count == size, let best = beams.first, !canImprove(best, length: length, limit: limit) { break }
    }
    answers = Array(answers.prefix(options.hypothesisCount))
  }

  /// Whether the best beam may still beat the worst of as many answers as there are beams.
  private mutating func canImprove(_ best: Beam, length: Int, limit: Int) -> Bool {
    if configuration.earlyStopping == .whenFull { return false }
    let penalty = Double(configuration.lengthPenalty)
    let hopeful = configuration.earlyStopping == .never && penalty > 0
    let reachable = best.sum / pow(Double(hopeful ? limit : length), penalty)
    let worst = answers[answers.count - 1].beamScore
    if abs(reachable - worst) < Self.nearTie { isNearTie = true }
    return reachable > worst
  }

  /// The best `cut`, best first; notes whether any two of them, or the last and the first that is cut, are close.
  private mutating func sorted<Element>(_ all: [Element], by key: (Element) -> Double, cut: Int) -> [Element] {
    let sorted = all.sorted { key($0) > key($1) }
    for (a, b) in zip(sorted, sorted.dropFirst()).prefix(cut) where key(a) - key(b) < Self.nearTie { isNearTie = true }
    return Array(sorted.prefix(cut))
  }

  /// The beam with each token that may follow.
  private func continuations(of beam: Beam) -> [Beam] {
    let row = logits[beam.tokens.count - 1][Int(beam.tokens[beam.tokens.count - 1])].map(Double.init)
    let total = log(row.map(exp).reduce(0, +))
    let forced =
      beam.tokens.count == configuration.maxLength - 1 && configuration.forcedEndToken != nil
      ? configuration.forcedEndToken : beam.tokens.count == 1 ? configuration.forcedBeginToken : nil
    return row.indices.map(TokenID.init).compactMap { token in
      if let forced { if token != forced { return nil } } else if isBanned(token, after: beam.tokens) { return nil }
      let logProbability = row[Int(token)] - total
      let factor = beam.tokens.contains(token) ? Double(configuration.repetitionPenalty) : 1
      let counted = logProbability < 0 ? logProbability * factor : logProbability / factor
      return Beam(
        tokens: beam.tokens + [token], sum: beam.sum + (forced == nil ? counted : 0),
        logProbability: beam.logProbability + logProbability)
    }
  }

  private func isBanned(_ token: TokenID, after tokens: [TokenID]) -> Bool {
    let isEnd = configuration.endTokens.contains(token)
    if configuration.suppressedTokens.contains(token) { return true }
    if isEnd, tokens.count < configuration.minLength { return true }
    let said = tokens + [token]
    for sequence in configuration.bannedSequences where said.suffix(sequence.count) == sequence[...] {
      if sequence.count == 1 ? !isEnd : tokens.count >= sequence.count { return true }
    }
    let begin = configuration.forcedBeginToken == nil ? 1 : 2
    if tokens.count == begin, configuration.beginSuppressedTokens.contains(token) { return true }
    // A request's bans hold for what is said, of which the start token is no part.
    for sequence in options.bannedSequences where !sequence.isEmpty {
      if said.dropFirst().suffix(sequence.count) == sequence[...] { return true }
    }
    return repeats(said, of: tokens, size: configuration.noRepeatNgramSize)
      || repeats(said, of: source, size: configuration.sourceNoRepeatNgramSize)
  }

  /// Whether the last `size` tokens stand in a text.
  private func repeats(_ said: [TokenID], of text: [TokenID], size: Int) -> Bool {
    guard size > 0, text.count >= size, said.count >= size else { return false }
    return (0...(text.count - size)).contains { text[$0..<($0 + size)] == said.suffix(size) }
  }
}
