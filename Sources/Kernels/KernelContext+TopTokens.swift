import CKernels
import Tensors
import Workers

/// What each row may, must and should continue with; memory of the caller's, usually its workspace.
public struct TokenSelection {
  /// Tokens that may not come next, row after row.
  public var banned: UnsafeBufferPointer<TokenID>
  /// Row r's are `bannedEnds[r − 1] ..< bannedEnds[r]` of `banned` (from 0 for the first row).
  public var bannedEnds: UnsafeBufferPointer<Int32>
  /// The only token that may come next, −1 for any.
  public var forced: UnsafeBufferPointer<TokenID>
  /// How many of its best tokens are wanted, at least 1, [M].
  public var wanted: UnsafeBufferPointer<Int32>
  /// nil where no row has one. A forced row has none.
  public var penalties: RepetitionPenalties?

  public init(
    banned: UnsafeBufferPointer<TokenID>, bannedEnds: UnsafeBufferPointer<Int32>,
    forced: UnsafeBufferPointer<TokenID>, wanted: UnsafeBufferPointer<Int32>, penalties: RepetitionPenalties? = nil
  ) {
    self.banned = banned
    self.bannedEnds = bannedEnds
    self.forced = forced
    self.wanted = wanted
    self.penalties = penalties
  }

  func bannedRange(_ row: Int) -> Range<Int> {
    (row == 0 ? 0 : Int(bannedEnds[row - 1]))..<Int(bannedEnds[row])
  }
}

/// What turns hidden states into logits over the vocabulary.
public struct OutputProjection: Sendable {
  /// [D,V] and [V].
  public let weights: LinearWeights
  /// The projection's table [V,D] as it was trained, where `weights` are a rounded copy: the best candidates' logits are
  /// computed again from it, so that rounding the largest matrix of all decides no near-tie.
  public let exact: StoredTensor?

  public init(weights: LinearWeights, exact: StoredTensor?) {
    self.weights = weights
    self.exact = exact
  }

  /// Candidates beyond the wanted ones whose logits are computed again.
  static let spare = 3
}

/// The best tokens of each row. Memory of the workspace.
public struct TopTokens {
  /// k: entries a row, as many as the row that wants most.
  public let k: Int
  /// [M,k], best first; −1 behind those that a row wants, or that it allows.
  public let tokens: UnsafeBufferPointer<TokenID>
  /// What they rank by: logits, or what a row's penalty makes of its logits or of its ln p, [M,k].
  public let scores: UnsafeBufferPointer<Float>
  /// [M,k].
  public let logits: UnsafeBufferPointer<Float>
  /// ln Σ e^logit over the whole vocabulary, before any constraint, [M]; empty unless asked for.
  public let logSumExp: UnsafeBufferPointer<Float>
}

/// Whether ln Σ e^logit is wanted, which costs a pass over the logits.
public enum Normalization: Sendable {
  case none
  case logSumExp
}

extension KernelContext {
  /// The best tokens of each row of hidden · projection, ties to the lower id. hidden [M,D] → [M,k].
  /// What a row gets does not depend on what others want. A row whose penalty acts on ln p needs `.logSumExp`.
  /// The logits [M,V] are never written out: each tile of 512 columns is reduced while it is in the cache.
  public func topTokens(
    _ hidden: Matrix, _ projection: OutputProjection, selection: TokenSelection, normalization: Normalization
  ) -> TopTokens {
    let weights = projection.weights
    let wanted = Int(selection.wanted.max() ?? 1)
    let spare = projection.exact == nil ? 0 : OutputProjection.spare
    let k = wanted + spare
    let tiles = (weights.matrix.panels + TopTokensTask.tilePanels - 1) / TopTokensTask.tilePanels
    let entries = hidden.rows * tiles
    let lists = hidden.rows * pool.threadCount
    let task = TopTokensTask(
      table: kernels.table, operand: operand(hidden, weights.matrix), bias: weights.bias?.pointer, k: k, spare: spare,
      rows: hidden.rows, columns: weights.matrix.columns, panels: weights.matrix.panels, tiles: tiles,
      workers: pool.threadCount, selection: selection, withheld: selection.penalties.map(withheld),
      logits: workspace.take(
        Float.self, min(hidden.rows, TopTokensTask.rowBlock) * TopTokensTask.tileColumns * pool.threadCount),
      counts: workspace.take(Int.self, lists), tokens: workspace.take(TokenID.self, lists * k),
      values: workspace.take(Float.self, lists * k),
      maxima: normalization == .none ? nil : workspace.take(Float.self, entries),
      sums: normalization == .none ? nil : workspace.take(Float.self, entries))
    task.counts.initialize(repeating: 0, count: lists)
    pool.parallelFor(task.chunks, task)
    let best = merge(task)
    guard let table = projection.exact else { return best }
    return recompute(best, selection, k: wanted, hidden, table, bias: weights.bias)
  }

  private func withheld(_ penalties: RepetitionPenalties) -> WithheldLogits {
    let logits = workspace.take(Float.self, penalties.tokens.count)
    logits.initialize(repeating: -.infinity, count: penalties.tokens.count)
    return WithheldLogits(penalties: penalties, logits: logits)
  }

  /// The best of what the workers found, row by row, with what was withheld from them.
  private func merge(_ task: TopTokensTask) -> TopTokens {
    let k = task.k
    let best = emptyTop(rows: task.rows, k: k, task.withheld?.penalties)
    let normalized = task.maxima == nil ? 0 : task.rows
    let logSumExp = workspace.take(Float.self, normalized)
    for row in 0..<task.rows {
      let ranking = best.row(row, count: task.candidates(row))
      var sum: Float = 0
      if let maxima = task.maxima, let sums = task.sums {
        sum = table.log_sum_exp(maxima + row * task.tiles, sums + row * task.tiles, task.tiles)
        logSumExp[row] = sum
      }
      let rule = task.withheld?.penalties.rules[row] ?? .none
      for list in (row * task.workers)..<((row + 1) * task.workers) {
        for entry in (list * k)..<(list * k + task.counts[list]) {
          let logit = task.values[entry]
          let score = rule.score(logit, logSumExp: sum, isPenalized: false)
          ranking.insert(task.tokens[entry], score: score, logit: logit)
        }
      }
      guard let withheld = task.withheld else { continue }
      for index in withheld.penalties.range(row) {
        let (token, logit) = (withheld.penalties.tokens[index], withheld.logits[index])
        // One that stands twice and has its place; one that has none is refused again.
        if ranking.contains(token) { continue }
        ranking.insert(token, score: rule.score(logit, logSumExp: sum, isPenalized: true), logit: logit)
      }
    }
    return best.finished(logSumExp: UnsafeBufferPointer(start: logSumExp, count: normalized))
  }

  /// Rankings of rows without any token yet.
  private func emptyTop(rows: Int, k: Int, _ penalties: RepetitionPenalties?) -> TopTokensDraft {
    let logits = workspace.take(Float.self, rows * k)
    let draft = TopTokensDraft(
      k: k, rows: rows, tokens: workspace.take(TokenID.self, rows * k),
      scores: penalties == nil ? logits : workspace.take(Float.self, rows * k), logits: logits)
    draft.tokens.initialize(repeating: -1, count: rows * k)
    draft.scores.initialize(repeating: -.infinity, count: rows * k)
    draft.logits.initialize(repeating: -.infinity, count: rows * k)
    return draft
  }

  /// The candidates' logits from the exact table; the wanted ones of them, best first, ties to the lower id.
  private func recompute(
    _ candidates: TopTokens, _ selection: TokenSelection, k: Int, _ hidden: Matrix, _ embedding: StoredTensor,
    bias: Tensor?
  ) -> TopTokens {
    let best = emptyTop(rows: hidden.rows, k: k, selection.penalties)
    let row = workspace.take(Float.self, hidden.columns)
    let rowBytes = hidden.columns * embedding.element.size
    if let base = embedding.bytes.baseAddress {
      for entry in 0..<(hidden.rows * candidates.k) where candidates.tokens[entry] >= 0 {
        let token = candidates.tokens[entry]
        let query = entry / candidates.k
        table.widen(base + Int(token) * rowBytes, embedding.element.kernel, hidden.columns, row)
        let product = table.dot(hidden.row(query), row, hidden.columns)
        let logit = product + (bias?.pointer[Int(token)] ?? 0)
        var score = logit
        if let penalties = selection.penalties {
          score = penalties.rules[query].score(
            logit, logSumExp: candidates.logSumExp.isEmpty ? 0 : candidates.logSumExp[query],
            isPenalized: penalties.contains(token, row: query))
        }
        best.row(query, count: Int(selection.wanted[query])).insert(token, score: score, logit: logit)
      }
    }
    return best.finished(logSumExp: candidates.logSumExp)
  }
}

/// `TopTokens` that are being found.
private struct TopTokensDraft {
  let k: Int
  let rows: Int
  let tokens: UnsafeMutablePointer<TokenID>
  let scores: UnsafeMutablePointer<Float>
  let logits: UnsafeMutablePointer<Float>

  func row(_ row: Int, count: Int) -> TokenRanking {
    TokenRanking(tokens: tokens + row * k, scores: scores + row * k, logits: logits + row * k, count: count)
  }

  func finished(logSumExp: UnsafeBufferPointer<Float>) -> TopTokens {
    TopTokens(
      k: k, tokens: UnsafeBufferPointer(start: tokens, count: rows * k),
      scores: UnsafeBufferPointer(start: scores, count: rows * k),
      logits: UnsafeBufferPointer(start: logits, count: rows * k), logSumExp: logSumExp)
  }
}

/// One tile of the vocabulary for one block of rows. Each worker keeps the best that it has found of each row: its next
/// tiles have fewer to offer then. A worker's tiles come in rising order, so that ties go to the lower id.
private struct TopTokensTask: ParallelTask {
  static let tilePanels = 8
  static let tileColumns = tilePanels * panelWidth
  static let rowBlock = 64  // 64 rows of 512 logits: 128 KiB, in the second-level cache

  let table: UnsafePointer<dragoman_kernels>
  let operand: MatMulOperand
  let bias: UnsafePointer<Float>?
  /// Entries a row and worker.
  let k: Int
  /// Candidates of a row beyond the wanted ones.
  let spare: Int
  let rows: Int
  let columns: Int
  let panels: Int
  let tiles: Int
  let workers: Int
  let selection: TokenSelection
  let withheld: WithheldLogits?
  let logits: UnsafeMutablePointer<Float>
  /// How many each worker has found of each row, [M,workers].
  let counts: UnsafeMutablePointer<Int>
  /// [M,workers,k], best first.
  let tokens: UnsafeMutablePointer<TokenID>
  let values: UnsafeMutablePointer<Float>
  let maxima: UnsafeMutablePointer<Float>?
  let sums: UnsafeMutablePointer<Float>?

  /// How many candidates of a row count, whatever others want.
  func candidates(_ row: Int) -> Int { Int(selection.wanted[row]) + spare }

  var rowBlocks: Int { (rows + Self.rowBlock - 1) / Self.rowBlock }
  var chunks: Int { rowBlocks * tiles }

  func run(chunk: Int, worker: Int) {
    let tile = chunk / rowBlocks
    let block = slice(rows, chunk % rowBlocks, of: rowBlocks)
    let panels = (tile * Self.tilePanels)..<min(panels, (tile + 1) * Self.tilePanels)
    let first = panels.lowerBound * panelWidth
    let count = min(columns, panels.upperBound * panelWidth) - first
    let scratch = logits + worker * min(rows, Self.rowBlock) * Self.tileColumns
    // The product writes column c at output + c: shift the base so that the tile's first column lands at the scratch.
    operand.multiply(
      table, rows: block, panels: panels, into: scratch - first, stride: Self.tileColumns,
      dragoman_epilogue(bias: bias, residual: nil, activation: dragoman_identity))
    for row in block {
      let line = scratch + (row - block.lowerBound) * Self.tileColumns
      let entry = row * tiles + tile
      if let maxima, let sums { table.pointee.exp_sum(line, count, maxima + entry, sums + entry) }
      reduce(line, first: first, count: count, row: row, list: row * workers + worker)
    }
  }

  private func reduce(
    _ line: UnsafeMutablePointer<Float>, first: Int, count: Int, row: Int, list: Int
  ) {
    let tokens = tokens + list * k
    let values = values + list * k
    let forced = Int(selection.forced[row])
    if forced >= 0 {
      if forced >= first, forced < first + count {
        tokens[0] = TokenID(forced)
        values[0] = line[forced - first]
        counts[list] = 1
      }
      return
    }
    for index in selection.bannedRange(row) {
      let column = Int(selection.banned[index]) - first
      if column >= 0, column < count { line[column] = -.infinity }
    }
    withheld?.take(row: row, from: line, first: first, count: count)
    counts[list] = table.pointee.top_k(line, count, Int32(first), candidates(row), counts[list], values, tokens)
  }
}
