/// Why a score could not be computed.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// The two files do not belong together: every hypothesis needs exactly one reference.
  case unequalCounts(hypotheses: Int, references: Int)
  /// There is nothing to score.
  case noSegments

  /// What was wrong and what to do.
  public var description: String {
    switch self {
    case .unequalCounts(let hypotheses, let references):
      "\(hypotheses) hypotheses but \(references) references: give one reference line for each hypothesis line"
    case .noSegments:
      "no hypotheses to score: give at least one line"
    }
  }
}

/// Refuses corpora that do not pair up.
func checkCorpus(_ hypotheses: [String], _ references: [String]) throws(EvaluationError) {
  guard hypotheses.count == references.count else {
    throw .unequalCounts(hypotheses: hypotheses.count, references: references.count)
  }
  guard !hypotheses.isEmpty else { throw .noSegments }
}
