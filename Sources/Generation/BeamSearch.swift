import Foundation
import Models
import Tensors

/// Keeps the best `beamSize` unfinished hypotheses and the best `beamSize` finished ones, and stops when the options'
/// rule says that going on could not, or need not, improve what was found.
/// Source: transformers 4.57, generation/utils.py, `_beam_search`.
struct BeamSearch: SequenceSearch {
  /// An unfinished hypothesis.
  private struct Beam {
    /// The row that it continued.
    var parent: Int
    /// Σ ln p after the repetition penalty, a forced token counting 0: what hypotheses are ranked by.
    var score: Float
    /// Σ ln p, all tokens counting.
    var logProbability: Float
  }

  /// A hypothesis that is one token longer.
  private struct Candidate {
    var beam: Beam
    var token: TokenID
  }

  let options: GenerationOptions
  let source: [TokenID]
  /// With so many candidates there are `beamSize` among them that go on, whichever of the others end.
  let candidatesPerRow: Int
  let needsNormalization = true
  private(set) var length = 1
  private var beams: [Beam]
  private var sequences: SequenceTable
  /// Where the next step writes its sequences; the two tables take turns.
  private var spare: SequenceTable
  private var best: [Candidate] = []
  private var finished: FinishedBeams
  /// The row that said the last token of the first beam.
  private var leaderParent = 0

  init(_ options: GenerationOptions, source: [TokenID]) {
    self.options = options
    self.source = source
    candidatesPerRow = max(2, 1 + options.configuration.endTokens.count) * options.beamSize
    beams = [Beam(parent: 0, score: 0, logProbability: 0)]
    beams.reserveCapacity(options.beamSize)
    best.reserveCapacity(candidatesPerRow + 1)
    sequences = SequenceTable(sequences: options.beamSize, capacity: options.maxLength)
    sequences[0, 0] = options.configuration.startToken
    spare = SequenceTable(sequences: options.beamSize, capacity: options.maxLength)
    finished = FinishedBeams(limit: options.beamSize, capacity: options.maxLength)
  }

  var rowCount: Int { beams.count }

  func lastToken(row: Int) -> TokenID { sequences[row, length - 1] }

  func writeBans(row: Int, to bans: UnsafeMutablePointer<TokenID>, count: inout Int) {
    sequences.writeBans(after: row, count: length, source: source, options, to: bans, count: &count)
  }

  func writeSequence(row: Int, to tokens: UnsafeMutablePointer<TokenID>, count: inout Int) {
    for place in 0..<length {
      tokens[count] = sequences[row, place]
      count += 1
    }
  }

  func parent(row: Int) -> Int { beams[row].parent }

  mutating func advance(_ candidates: RowCandidates) -> Bool {
    gather(candidates)
    leaderParent = beams.first?.parent ?? 0
    beams.removeAll(keepingCapacity: true)
    for (rank, candidate) in best.enumerated() {
      if let end = TokenRules.end(of: candidate.token, length: length, options) {
        // One that ends counts only among the first; behind them it would keep an unfinished one from going on.
        if rank < options.beamSize { finish(candidate, end) }
      } else if beams.count < options.beamSize {
        spare.extend(beams.count, from: sequences, candidate.beam.parent, count: length, by: candidate.token)
        beams.append(candidate.beam)
      }
    }
    guard let leader = beams.first else { return false }
    swap(&sequences, &spare)
    length += 1
    return mayImprove(leader)
  }

  /// Fills `best` with the best candidates of all rows, ties to the lower row, then to the lower rank.
  private mutating func gather(_ candidates: RowCandidates) {
    best.removeAll(keepingCapacity: true)
    let isForced = TokenRules.forced(length: length, options) != nil
    let isPenalized = options.configuration.repetitionPenalty != 1
    for row in beams.indices {
      for rank in 0..<candidatesPerRow {
        guard let token = candidates.token(row: row, rank: rank) else { break }
        let logProbability = candidates.logProbability(row: row, rank: rank)
        let counted = isPenalized ? candidates.penalizedLogProbability(row: row, rank: rank) : logProbability
        let score = beams[row].score + (isForced ? 0 : counted)
        // A row's candidates come best first; what is no number is none.
        guard score.isFinite, insert(score, logProbability, row, token) else { break }
      }
    }
  }

  /// - Returns: whether the candidate is among the best so far.
  private mutating func insert(_ score: Float, _ logProbability: Float, _ row: Int, _ token: TokenID) -> Bool {
    var place = best.count
    while place > 0, score > best[place - 1].beam.score { place -= 1 }
    guard place < candidatesPerRow else { return false }
    let beam = Beam(parent: row, score: score, logProbability: beams[row].logProbability + logProbability)
    best.insert(Candidate(beam: beam, token: token), at: place)
    if best.count > candidatesPerRow { best.removeLast() }
    return true
  }

  private mutating func finish(_ candidate: Candidate, _ end: HypothesisEnd) {
    let rank = candidate.beam.score / penalty(length: length)
    let mean = options.scoring == .none ? nil : candidate.beam.logProbability / Float(length)
    guard
      let place = finished.insert(beamScore: rank, score: mean, length: length, end: end, row: candidate.beam.parent)
    else { return }
    finished.sequences.extend(
      place, from: sequences, candidate.beam.parent, count: length, by: candidate.token)
  }

  /// Generated tokens, the end token included, to the power of the length penalty.
  private func penalty(length: Int) -> Float {
    Float(pow(Double(length), Double(options.configuration.lengthPenalty)))
  }

  /// Whether the best unfinished hypothesis may still replace a finished one.
  private func mayImprove(_ leader: Beam) -> Bool {
    guard let worst = finished.worst else { return true }
    let rule = options.configuration.earlyStopping
    if rule == .whenFull { return false }
    // With a reward for length the longest possible end is the best.
    let isLongest = rule == .never && options.configuration.lengthPenalty > 0
    return leader.score / penalty(length: isLongest ? options.maxLength - 1 : length - 1) > worst
  }

  func lastRow(rank: Int) -> Int { finished.row(rank: rank) ?? leaderParent }

  func hypotheses() -> [Hypothesis] {
    let found = finished.hypotheses(options.hypothesisCount)
    guard found.isEmpty else { return found }
    // Nothing was possible any more: what was said until then.
    return [
      Hypothesis(
        tokens: sequences.generated(0, count: length), score: nil, beamScore: nil, end: .noToken)
    ]
  }
}

/// The best finished hypotheses of a beam search.
private struct FinishedBeams {
  private struct Entry {
    let beamScore: Float
    let score: Float?
    /// Tokens with the start token.
    let count: Int
    let end: HypothesisEnd
    /// The row that said its last token.
    let row: Int
    /// The sequence that holds its tokens.
    let sequence: Int
  }

  var sequences: SequenceTable
  private let limit: Int
  private var entries: [Entry] = []

  init(limit: Int, capacity: Int) {
    self.limit = limit
    sequences = SequenceTable(sequences: limit, capacity: capacity)
    entries.reserveCapacity(limit + 1)
  }

  /// The lowest rank of all, once there are as many as are kept.
  var worst: Float? { entries.count < limit ? nil : entries.last?.beamScore }

  /// Gives a hypothesis its place, ties behind those that came before.
  /// - Parameters:
  ///   - length: of its tokens without the last.
  ///   - row: that said its last token.
  /// - Returns: the sequence that takes its tokens; nil if it is not among the best.
  mutating func insert(beamScore: Float, score: Float?, length: Int, end: HypothesisEnd, row: Int) -> Int? {
    var place = entries.count
    while place > 0, beamScore > entries[place - 1].beamScore { place -= 1 }
    guard place < limit else { return nil }
    let sequence = entries.count < limit ? entries.count : entries.removeLast().sequence
    entries.insert(
      Entry(beamScore: beamScore, score: score, count: length + 1, end: end, row: row, sequence: sequence), at: place)
    return sequence
  }

  /// The row that said the last token of the one at a rank.
  func row(rank: Int) -> Int? { rank < entries.count ? entries[rank].row : nil }

  func hypotheses(_ count: Int) -> [Hypothesis] {
    entries.prefix(count).map { entry in
      Hypothesis(
        tokens: sequences.generated(entry.sequence, count: entry.count), score: entry.score,
        beamScore: entry.beamScore, end: entry.end)
    }
  }
}
