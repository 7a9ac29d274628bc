import CKernels
import Tensors
import Workers

/// Where the values of a sequence lie.
public struct AttentionValues: BitwiseCopyable {
  let start: UnsafePointer<Float>
  let headStride: Int
  let rowStride: Int
  let blockStride: Int

  /// [S,H·W], rows apart by `stride` elements.
  public init(rows start: UnsafePointer<Float>, stride: Int, layout: HeadLayout) {
    self.start = start
    headStride = layout.width
    rowStride = stride
    blockStride = 16 * stride
  }

  /// As a cache holds them: blocks of 16 positions, [S/16][H][16][W].
  public init(blocks start: UnsafePointer<Float>, layout: HeadLayout) {
    self.start = start
    headStride = layout.packedHeadStride
    rowStride = layout.width
    blockStride = layout.packedBlockStride
  }
}

/// What is added to the scores of a sequence by the distance of key and query, each head apart.
public struct AttentionBias: BitwiseCopyable {
  let start: UnsafePointer<Float>
  let headStride: Int

  /// - Parameters:
  ///   - start: the first head's value for the first query and the first key. A later key's lies behind it, a later
  ///     query's before it. Readable as far as keys padded to 16 reach.
  ///   - headStride: floats from one head to the next.
  public init(start: UnsafePointer<Float>, headStride: Int) {
    self.start = start
    self.headStride = headStride
  }
}

/// Queries of one sequence and the keys and values that they attend to, all heads.
public struct AttentionRow: BitwiseCopyable {
  /// [T,H·W], T rows apart by `queryStride` elements.
  public var queries: UnsafePointer<Float>
  public var queryStride: Int
  public var queryCount: Int
  /// Packed keys: blocks of 16 positions, [S/16][H][W][16].
  public var keys: UnsafePointer<Float>
  public var values: AttentionValues
  public var bias: AttentionBias?
  /// S: keys that count; the order of time and padding are nothing but this length.
  public var keyCount: Int
  /// [T,H·W], rows apart by `outputStride` elements.
  public var output: UnsafeMutablePointer<Float>
  public var outputStride: Int
  /// [H,T,S padded to 16]: where the softmax goes, zeros behind the last key; nil where nobody asks.
  public var weights: UnsafeMutablePointer<Float>?

  public init(
    queries: UnsafePointer<Float>, queryStride: Int, queryCount: Int, keys: UnsafePointer<Float>,
    values: AttentionValues, bias: AttentionBias? = nil, keyCount: Int, output: UnsafeMutablePointer<Float>,
    outputStride: Int, weights: UnsafeMutablePointer<Float>? = nil
  ) {
    self.queries = queries
    self.queryStride = queryStride
    self.queryCount = queryCount
    self.keys = keys
    self.values = values
    self.bias = bias
    self.keyCount = keyCount
    self.output = output
    self.outputStride = outputStride
    self.weights = weights
  }
}

/// How attention divides the model width.
public struct HeadLayout: Sendable {
  /// H.
  public let heads: Int
  /// D/H, the width of a head.
  public let width: Int
  /// What scores are multiplied by.
  public let scale: Float

  /// - Parameter scale: nil is 1/√width.
  public init(heads: Int, width: Int, scale: Float? = nil) {
    self.heads = heads
    self.width = width
    self.scale = scale ?? 1 / Float(width).squareRoot()
  }

  /// Floats that the packed keys, or values, of `count` positions take, all heads.
  public func packedCount(_ count: Int) -> Int { (count + 15) / 16 * packedBlockStride }

  /// Keys in whole blocks of 16.
  public static func paddedCount(_ keys: Int) -> Int { (keys + 15) / 16 * 16 }

  /// Floats that 16 packed positions take, all heads.
  var packedBlockStride: Int { heads * packedHeadStride }

  /// Floats that 16 packed positions take in one head.
  var packedHeadStride: Int { 16 * width }
}

extension KernelContext {
  /// Multi-head scaled dot-product attention over ragged rows: for each row and head
  /// softmax(queries · keysᵀ · scale + bias) · values. Source: Vaswani et al. 2017, §3.2; the bias, Raffel et al. 2020,
  /// §2.1.
  public func scaledDotProductAttention(_ rows: UnsafeBufferPointer<AttentionRow>, layout: HeadLayout) {
    var longest = 0
    var work = 0
    var severalQueries = false
    for row in rows {
      longest = max(longest, row.keyCount)
      work += row.keyCount * row.queryCount
      severalQueries = severalQueries || row.queryCount > 1
    }
    let scratch = (longest + 15) / 16 * 16 * 4
    let headGroups = severalQueries || rows.count < pool.threadCount ? layout.heads : 1
    let task = AttentionTask(
      table: kernels.table, rows: rows, layout: layout, headGroups: headGroups,
      scores: workspace.take(Float.self, scratch * pool.threadCount), scratch: scratch,
      chunks: chunkCount(
        units: rows.count * headGroups, work: work * layout.heads * layout.width * 2, small: 50_000))
    pool.parallelFor(task.chunks, task)
  }

  /// The mean of `rows` rows of weights, each `HeadLayout.paddedCount(keys)` floats behind the one before, added up in
  /// their order → [S].
  /// - Parameter chosen: bit r stands for row r; others do not count. nil takes all.
  public func meanWeights(
    _ weights: UnsafePointer<Float>, rows: Int, chosen: UInt64? = nil, keys: Int,
    into mean: UnsafeMutablePointer<Float>
  ) {
    let share = 1 / Float(chosen?.nonzeroBitCount ?? rows)
    let stride = HeadLayout.paddedCount(keys)
    mean.update(repeating: 0, count: keys)
    for row in 0..<rows where chosen.map({ $0 >> UInt64(row) & 1 == 1 }) ?? true {
      table.scale_add(weights + row * stride, share, mean, keys, mean)
    }
  }

  /// Copies values [S,H·W] of one sequence behind the `first` positions that `packed` holds already.
  public func packValues(
    _ values: UnsafePointer<Float>, stride: Int, count: Int, layout: HeadLayout, first: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    for position in first..<(first + count) {
      let source = values + (position - first) * stride
      let row = packed + position / 16 * layout.packedBlockStride + position % 16 * layout.width
      for head in 0..<layout.heads {
        (row + head * layout.packedHeadStride).update(from: source + head * layout.width, count: layout.width)
      }
    }
  }

  /// Packs keys [S,H·W] of one sequence behind the `first` keys that `packed` holds already.
  public func packKeys(
    _ keys: UnsafePointer<Float>, stride: Int, count: Int, layout: HeadLayout, first: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    for head in 0..<layout.heads {
      table.pack_keys(
        keys + head * layout.width, stride, first, count, layout.width, packed + head * layout.packedHeadStride,
        layout.packedBlockStride)
    }
  }
}

private struct AttentionTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let rows: UnsafeBufferPointer<AttentionRow>
  let layout: HeadLayout
  let headGroups: Int
  let scores: UnsafeMutablePointer<Float>
  let scratch: Int
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    for unit in slice(rows.count * headGroups, chunk, of: chunks) {
      let row = rows[unit / headGroups]
      for head in slice(layout.heads, unit % headGroups, of: headGroups) {
        let column = head * layout.width
        var arguments = dragoman_attention(
          queries: row.queries + column, query_stride: row.queryStride, keys: row.keys + head * layout.packedHeadStride,
          key_stride: layout.packedBlockStride,
          values: row.values.start + head * row.values.headStride, value_stride: row.values.rowStride,
          value_block_stride: row.values.blockStride, output: row.output + column, output_stride: row.outputStride,
          bias: row.bias.map { $0.start + head * $0.headStride }, scores: scores + worker * scratch,
          weights: row.weights.map { $0 + head * row.queryCount * HeadLayout.paddedCount(row.keyCount) },
          query_count: row.queryCount, key_count: row.keyCount, width: layout.width, scale: layout.scale)
        table.pointee.attention(&arguments)
      }
    }
  }
}

extension KernelContext {
  /// Packs the keys of whole sequences, found `keyColumn` elements behind their queries, into their rows' `keys`.
  public func packSequenceKeys(_ rows: UnsafeBufferPointer<AttentionRow>, keyColumn: Int, layout: HeadLayout) {
    let positions = rows.reduce(0) { $0 + $1.keyCount }
    let task = PackKeysTask(
      table: kernels.table, rows: rows, keyColumn: keyColumn, layout: layout,
      chunks: chunkCount(
        units: rows.count * layout.heads, work: positions * layout.heads * layout.width, small: 16_384))
    pool.parallelFor(task.chunks, task)
  }
}

private struct PackKeysTask: ParallelTask {
  let table: UnsafePointer<dragoman_kernels>
  let rows: UnsafeBufferPointer<AttentionRow>
  let keyColumn: Int
  let layout: HeadLayout
  let chunks: Int

  func run(chunk: Int, worker: Int) {
    for unit in slice(rows.count * layout.heads, chunk, of: chunks) {
      let row = rows[unit / layout.heads]
      let head = unit % layout.heads
      table.pointee.pack_keys(
        row.queries + keyColumn + head * layout.width, row.queryStride, 0, row.keyCount, layout.width,
        UnsafeMutablePointer(mutating: row.keys) + head * layout.packedHeadStride, layout.packedBlockStride)
    }
  }
}
