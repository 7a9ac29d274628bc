import Tensors
import Workers

/// Times the operations of a forward pass, one by one, on the shapes of real models: the smallest that are published
/// (D 256) and Marian's base (D 512). Operands stay in the caches from one call to the next.
package struct KernelBenchmark {
  /// One operation on one shape.
  package struct Case: Sendable {
    /// The operation.
    package let kernel: String
    /// Its extents by name, outermost first.
    package let shape: [(name: String, value: Int)]
    /// Floating-point (or integer) operations of one call, a multiply-add as two; nil where they say little.
    package let operations: Int?
    /// Bytes of weights, caches and activations that one call must read and write at least.
    package let bytes: Int
  }

  /// What the calls of one case took.
  package struct Timing: Sendable {
    package let calls: Int
    /// Seconds of one call: the median, and the least.
    package let median: Double
    package let fastest: Double
  }

  static let rowCounts = [1, 8, 64]

  private let context: KernelContext
  private let seconds: Double
  private let report: (Case, Timing) -> Void

  /// - Parameters:
  ///   - seconds: how long each case is repeated.
  ///   - report: told each case as it is done.
  package init(
    kernels: KernelSet, threads: Int, seconds: Double, report: @escaping (Case, Timing) -> Void
  ) throws(WorkersError) {
    context = KernelContext(kernels: kernels, pool: try WorkerPool(threads: threads))
    self.seconds = seconds
    self.report = report
  }

  /// Times every case and ends the threads.
  package func run() {
    for (terms, columns) in [(256, 768), (256, 1_536), (1_536, 256), (512, 1_536), (512, 2_048), (2_048, 512)] {
      for quantization in Quantization.allCases { product(quantization, terms: terms, columns: columns) }
    }
    for layout in [HeadLayout(heads: 8, width: 32), HeadLayout(heads: 8, width: 64)] {
      attention(layout, sequences: 8, queries: 32, keys: 32)
      for sequences in Self.rowCounts { attention(layout, sequences: sequences, queries: 1, keys: 64) }
    }
    for width in [256, 512] { normalization(width: width) }
    for (width, vocabulary) in [(256, 32_001), (512, 58_101)] { topTokens(width: width, vocabulary: vocabulary) }
    context.pool.shutdown()
  }

  private func time(_ item: Case, _ call: () -> Void) {
    let clock = ContinuousClock()
    context.workspace.reset()
    call()
    // Several calls a sample, so that reading the clock does not count.
    let once = max(clock.measure { call() } / .seconds(1), 1e-9)
    let group = max(1, min(10_000, Int(50e-6 / once)))
    var samples: [Double] = []
    let start = clock.now
    repeat {
      let taken = clock.measure {
        for _ in 0..<group {
          context.workspace.reset()
          call()
        }
      }
      samples.append(taken / .seconds(1) / Double(group))
    } while (clock.now - start) / .seconds(1) < seconds
    samples.sort()
    report(
      item, Timing(calls: samples.count * group, median: samples[samples.count / 2], fastest: samples[0]))
  }
}

extension KernelBenchmark {
  private func product(_ quantization: Quantization, terms: Int, columns: Int) {
    let weights = LinearWeights(matrix: matrix(quantization, terms: terms, columns: columns), bias: nil)
    for rows in Self.rowCounts {
      let input = Operand(rows * terms)
      let item = Case(
        kernel: "matmul_\(quantization.rawValue)", shape: [("m", rows), ("k", terms), ("n", columns)],
        operations: 2 * rows * terms * columns,
        bytes: terms * columns * quantization.elementBytes + 4 * rows * (terms + columns))
      time(item) { _ = context.linear(input.matrix(rows: rows, columns: terms), weights) }
    }
  }

  private func attention(_ layout: HeadLayout, sequences: Int, queries: Int, keys: Int) {
    let width = layout.heads * layout.width
    let stored = layout.packedCount(keys)
    let query = Operand(sequences * queries * width)
    let memory = Operand(2 * sequences * stored)
    let output = Operand(sequences * queries * width)
    let rows = (0..<sequences).map { index in
      AttentionRow(
        queries: query.pointer + index * queries * width, queryStride: width, queryCount: queries,
        keys: memory.pointer + 2 * index * stored,
        values: AttentionValues(blocks: memory.pointer + (2 * index + 1) * stored, layout: layout), keyCount: keys,
        output: output.pointer + index * queries * width, outputStride: width)
    }
    let item = Case(
      kernel: "attention",
      shape: [
        ("sequences", sequences), ("heads", layout.heads), ("queries", queries), ("keys", keys),
        ("width", layout.width),
      ],
      operations: 4 * sequences * queries * keys * width, bytes: 8 * sequences * (keys + queries) * width)
    rows.withUnsafeBufferPointer { rows in
      time(item) { context.scaledDotProductAttention(rows, layout: layout) }
    }
    withExtendedLifetime((query, memory, output)) {}
  }

  private func normalization(width: Int) {
    let weights = LayerNormWeights(
      gamma: Tensor(shape: [width]) { $0.initialize(repeating: 1) },
      beta: Tensor(shape: [width]) { $0.initialize(repeating: 0) }, epsilon: 1e-5)
    for rows in Self.rowCounts {
      let input = Operand(rows * width)
      let item = Case(
        kernel: "layer_norm", shape: [("m", rows), ("d", width)], operations: nil, bytes: 8 * rows * width)
      time(item) { _ = context.layerNorm(input.matrix(rows: rows, columns: width), weights) }
    }
  }

  private func topTokens(width: Int, vocabulary: Int) {
    let weights = LinearWeights(matrix: matrix(.int8, terms: width, columns: vocabulary), bias: nil)
    let projection = OutputProjection(weights: weights, exact: nil)
    for rows in Self.rowCounts {
      let hidden = Operand(rows * width)
      let item = Case(
        kernel: "top_tokens_int8", shape: [("m", rows), ("d", width), ("v", vocabulary)],
        operations: 2 * rows * width * vocabulary, bytes: width * vocabulary + 4 * rows * width)
      let anything = [TokenID](repeating: -1, count: rows)
      let nothing = [Int32](repeating: 0, count: rows)
      let one = [Int32](repeating: 1, count: rows)
      anything.withUnsafeBufferPointer { forced in
        nothing.withUnsafeBufferPointer { bannedEnds in
          one.withUnsafeBufferPointer { wanted in
            let selection = TokenSelection(
              banned: UnsafeBufferPointer(start: nil, count: 0), bannedEnds: bannedEnds, forced: forced, wanted: wanted)
            time(item) {
              _ = context.topTokens(
                hidden.matrix(rows: rows, columns: width), projection, selection: selection, normalization: .none)
            }
          }
        }
      }
    }
  }

  /// A weight matrix of arbitrary numbers.
  private func matrix(_ quantization: Quantization, terms: Int, columns: Int) -> WeightMatrix {
    let row = Operand(terms)
    switch quantization {
    case .int8:
      let matrix = Int8Matrix(terms: terms, columns: columns)
      for column in 0..<columns {
        context.table.pack_int8(
          row.pointer, terms, column, matrix.values.pointer, matrix.scales.pointer, matrix.offsets.pointer)
      }
      return .int8(matrix)
    case .float32:
      let matrix = FloatMatrix(terms: terms, columns: columns)
      for column in 0..<columns { context.table.pack_float(row.pointer, terms, column, matrix.values.pointer) }
      return .float32(matrix)
    }
  }
}

/// Memory with arbitrary, always the same, numbers in −1 ..< 1.
private struct Operand {
  private let storage: AlignedStorage<Float>

  var pointer: UnsafeMutablePointer<Float> { storage.pointer }

  init(_ count: Int) {
    storage = AlignedStorage(count: (count + 63) / 64 * 64)
    var state: UInt32 = 1
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223  // Numerical Recipes' generator
      storage.pointer[index] = Float(Int32(bitPattern: state) >> 8) * 0x1p-23
    }
  }

  func matrix(rows: Int, columns: Int) -> Matrix { Matrix(pointer: pointer, rows: rows, columns: columns) }
}

extension Quantization {
  fileprivate var elementBytes: Int { self == .int8 ? 1 : 4 }
}
