import Models

/// What the rows of one segment's search attended to, step by step, and which row each of them continued: hypotheses
/// fork, move and end, so a hypothesis's rows are found backwards from its last token. Everything is reserved when the
/// segment enters, [steps, rows, S] floats, which the system provides when they are touched.
final class AttentionTrace {
  /// Of which the weights are; nil for the middle layer's.
  let heads: AlignmentHeads?
  private let sourceCount: Int
  /// Rows that a step may have.
  private let rowLimit: Int
  private let stepLimit: Int
  private let weights: UnsafeMutablePointer<Float>
  /// [steps, rows]: the row that a row behind the step continues.
  private var parents: [Int32]
  /// Steps that were recorded.
  private var stepCount = 0

  /// - Returns: nil where the options do not ask for it.
  init?(_ options: GenerationOptions, sourceCount: Int) {
    guard options.attention != .none else { return nil }
    heads = options.configuration.alignmentHeads
    self.sourceCount = sourceCount
    rowLimit = options.beamSize
    stepLimit = max(1, options.maxLength - 1)
    weights = .allocate(capacity: stepLimit * rowLimit * sourceCount)
    parents = Array(repeating: 0, count: stepLimit * rowLimit)
  }

  deinit {
    weights.deallocate()
  }

  /// Takes a step.
  /// - Parameter write: writes what a row attended to, [S].
  func record(rows: Int, _ write: (_ row: Int, _ mean: UnsafeMutablePointer<Float>) -> Void) {
    precondition(stepCount < stepLimit && rows <= rowLimit, "step \(stepCount) of \(stepLimit), \(rows) rows")
    for row in 0..<rows { write(row, weights + place(stepCount, row)) }
    stepCount += 1
  }

  /// Notes which rows of the step the search continues.
  func follow(_ search: any SequenceSearch) {
    let first = (stepCount - 1) * rowLimit
    for row in 0..<search.rowCount { parents[first + row] = Int32(search.parent(row: row)) }
  }

  /// What the tokens of a hypothesis attended to, each in the step that read it; the last, which no step read, in its
  /// own.
  /// - Parameters:
  ///   - tokens: how many it has, at most as many as there were steps.
  ///   - lastRow: the row that said the last of them.
  func map(tokens: Int, lastRow: Int) -> AttentionMap {
    let all = [Float](unsafeUninitializedCapacity: tokens * sourceCount) { buffer, count in
      var row = lastRow
      for step in stride(from: tokens - 1, through: 0, by: -1) {
        if step < tokens - 1 { row = Int(parents[step * rowLimit + row]) }
        guard let start = buffer.baseAddress else { break }
        let source = weights + place(step, row)
        if step == tokens - 1 { (start + step * sourceCount).initialize(from: source, count: sourceCount) }
        if step > 0 { (start + (step - 1) * sourceCount).initialize(from: source, count: sourceCount) }
      }
      count = tokens * sourceCount
    }
    return AttentionMap(tokenCount: tokens, sourceCount: sourceCount, weights: all)
  }

  private func place(_ step: Int, _ row: Int) -> Int { (step * rowLimit + row) * sourceCount }
}
