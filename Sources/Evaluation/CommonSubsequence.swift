/// Longest common subsequences of one token sequence, the candidate, with others, the references.
///
/// A row of the usual table t[i][j] (the length for the first i tokens of the reference and the first j of the
/// candidate) is kept as one bit a column: 0 where t[i][j] = t[i][j − 1] + 1. A row follows from the one before it in a
/// few operations on 64 columns at once.
///
/// Source: Crochemore et al. 2001, "A fast and practical bit-vector algorithm for the longest common subsequence
/// problem".
struct CommonSubsequence {
  private typealias Row = [UInt64]

  private let tokens: [Int]
  /// Where each token stands, ascending.
  private let columns: [Int: [Int]]

  init(candidate tokens: [Int]) {
    self.tokens = tokens
    columns = Dictionary(grouping: tokens.indices, by: { tokens[$0] })
  }

  /// How long the longest common subsequence is. Time: reference × candidate / 64; memory: linear in the candidate.
  func length(with reference: [Int]) -> Int {
    var row = firstRow
    var mask = noColumns
    for token in reference { advance(&row, by: token, mask: &mask) }
    return row.length(upTo: tokens.count)
  }

  /// The reference's indices, ascending, of the longest common subsequence that rouge-score reads out of its table:
  /// from the end, a column to the left where t[i][j − 1] > t[i − 1][j], else a row up.
  ///
  /// Only every √n-th row is kept, and the rows between two of them are computed again when their turn comes. Time:
  /// reference × candidate / 32; memory: candidate × √reference / 4 bytes, 250 kB for 10,000 tokens on either side.
  func indices(in reference: [Int]) -> [Int] {
    let stride = max(1, Int(Double(reference.count).squareRoot()))
    var mask = noColumns
    var kept: [Row] = []
    var row = firstRow
    for (index, token) in reference.enumerated() {
      if index % stride == 0 { kept.append(row) }
      advance(&row, by: token, mask: &mask)
    }
    var found: [Int] = []
    var column = tokens.count
    for block in kept.indices.reversed() {
      let range = block * stride..<min(reference.count, (block + 1) * stride)
      var rows = [kept[block]]
      row = kept[block]
      for index in range {
        advance(&row, by: reference[index], mask: &mask)
        rows.append(row)
      }
      for index in range.reversed() {
        let above = rows[index - range.lowerBound]
        let below = rows[index - range.lowerBound + 1]
        if moveLeft(&column, token: reference[index], above: above, below: below) { found.append(index) }
      }
    }
    return found.reversed()
  }

  private var firstRow: Row { Row(repeating: .max, count: (tokens.count + 63) / 64) }
  private var noColumns: Row { Row(repeating: 0, count: (tokens.count + 63) / 64) }

  /// Replaces a row by the one below it, for the reference's next token. `mask` is all 0 before and after.
  private func advance(_ row: inout Row, by token: Int, mask: inout Row) {
    guard let columns = columns[token] else { return }
    for column in columns { mask[column / 64] |= 1 << UInt64(column % 64) }
    var carry: UInt64 = 0
    for index in row.indices {
      let (old, matches) = (row[index], mask[index])
      let (sum, overflow) = old.addingReportingOverflow(old & matches)
      let (total, second) = sum.addingReportingOverflow(carry)
      carry = overflow || second ? 1 : 0
      row[index] = total | (old & ~matches)
      mask[index] = 0
    }
  }

  /// Goes through one row of the table, from the column that the row below ended at to the one that goes up.
  ///
  /// t[i][j] exceeds t[i − 1][j] by 1 or not at all, and stays 1 ahead for as long as the way leads left: left is only
  /// taken over columns that row i gains nothing in, and row i − 1 gains nothing there either, or it would be 2 behind.
  ///
  /// - Returns: whether the row's token belongs to the subsequence.
  private func moveLeft(_ column: inout Int, token: Int, above: Row, below: Row) -> Bool {
    guard column > 0 else { return false }
    let isAhead = below.length(upTo: column) > above.length(upTo: column)
    while column > 0 {
      if tokens[column - 1] == token {
        column -= 1
        return true
      }
      guard isAhead, !below.gains(at: column) else { return false }
      column -= 1
    }
    return false
  }
}

extension [UInt64] {
  /// t[i][j] of a row.
  fileprivate func length(upTo column: Int) -> Int {
    var count = 0
    for word in self[..<(column / 64)] { count += (~word).nonzeroBitCount }
    let rest = column % 64
    if rest > 0 { count += (~self[column / 64] & (1 << UInt64(rest) - 1)).nonzeroBitCount }
    return count
  }

  /// Whether t[i][j] = t[i][j − 1] + 1.
  fileprivate func gains(at column: Int) -> Bool { self[(column - 1) / 64] >> UInt64((column - 1) % 64) & 1 == 0 }
}
