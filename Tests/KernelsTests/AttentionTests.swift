import Kernels
import Tensors
import Testing

/// One sequence of a batch.
private struct Sequence {
  let queryCount: Int
  let keyCount: Int
  let queries: [Float]
  let keys: [Float]
  let values: [Float]

  init(queryCount: Int, keyCount: Int, width: Int, _ random: inout Randomness) {
    (self.queryCount, self.keyCount) = (queryCount, keyCount)
    queries = random.floats(queryCount * width, scale: 2)
    keys = random.floats(keyCount * width, scale: 2)
    values = random.floats(keyCount * width)
  }

  /// softmax(queries · keysᵀ / √W) · values of each head in double precision.
  func truth(_ layout: HeadLayout) -> [Double] {
    let width = layout.heads * layout.width
    var output = [Double](repeating: 0, count: queryCount * width)
    for query in 0..<queryCount {
      for head in 0..<layout.heads {
        let columns = (head * layout.width)..<((head + 1) * layout.width)
        let scores = (0..<keyCount).map { key in
          columns.reduce(0.0) { $0 + Double(queries[query * width + $1]) * Double(keys[key * width + $1]) }
            / Double(layout.width).squareRoot()
        }
        let largest = scores.max() ?? 0
        let sum = scores.reduce(0.0) { $0 + exponential($1 - largest) }
        for (key, score) in scores.enumerated() {
          let weight = exponential(score - largest) / sum
          for column in columns { output[query * width + column] += weight * Double(values[key * width + column]) }
        }
      }
    }
    return output
  }
}

/// How keys come into the cache.
private enum Arrival: CaseIterable {
  case atOnce
  case oneByOne
}

@Suite struct AttentionTests {
  static let layouts = [(1, 1), (3, 6), (8, 8), (2, 24), (8, 32), (4, 64), (1, 80)]

  /// Attends for `sequences`; the outputs of each.
  private func attend(
    _ context: KernelContext, _ sequences: [Sequence], _ layout: HeadLayout, _ arrival: Arrival
  ) -> [[Float]] {
    let width = layout.heads * layout.width
    var rows: [AttentionRow] = []
    for sequence in sequences {
      let capacity = sequence.keyCount + 20
      let packed = context.workspace.take(Float.self, layout.packedCount(capacity))
      packed.update(repeating: 7, count: layout.packedCount(capacity))  // finite rubbish
      let keys = context.workspace.take(Float.self, sequence.keys.count)
      let values = context.workspace.take(Float.self, sequence.values.count)
      let queries = context.workspace.take(Float.self, sequence.queries.count)
      keys.update(from: sequence.keys, count: sequence.keys.count)
      values.update(from: sequence.values, count: sequence.values.count)
      queries.update(from: sequence.queries, count: sequence.queries.count)
      let step = arrival == .atOnce ? sequence.keyCount : 1
      for first in stride(from: 0, to: sequence.keyCount, by: step) {
        context.packKeys(
          keys + first * width, stride: width, count: step, layout: layout, first: first, into: packed)
      }
      rows.append(
        AttentionRow(
          queries: queries, queryStride: width, queryCount: sequence.queryCount, keys: packed,
          values: AttentionValues(rows: values, stride: width, layout: layout),
          keyCount: sequence.keyCount,
          output: context.workspace.take(Float.self, sequence.queryCount * width), outputStride: width))
    }
    rows.withUnsafeBufferPointer { context.scaledDotProductAttention($0, layout: layout) }
    return rows.map { Array(UnsafeBufferPointer(start: $0.output, count: $0.queryCount * width)) }
  }

  @Test(arguments: layouts, [true, false])
  func `ragged rows equal each row alone, with any set, threads and order of arrival`(
    layout: (heads: Int, width: Int), decoding: Bool
  ) throws {
    let layout = HeadLayout(heads: layout.heads, width: layout.width)
    var random = Randomness(seed: layout.width)
    let sequences = Sizes.keyCounts.enumerated().map { index, keyCount in
      Sequence(
        queryCount: decoding ? 1 : [3, 1, 16, 4, 5, 7, 100][index % 7], keyCount: keyCount,
        width: layout.heads * layout.width, &random)
    }
    let answers = try onEverySetAndThreads { context in
      let all = attend(context, sequences, layout, .atOnce)
      let appended = attend(context, sequences, layout, .oneByOne)
      for (index, sequence) in sequences.enumerated() {
        #expect(difference(appended[index], all[index]) == nil, "keys one by one")
        #expect(difference(attend(context, [sequence], layout, .atOnce)[0], all[index]) == nil, "alone")
      }
      return all.flatMap { $0 }
    }
    for answer in answers { #expect(difference(answer, answers[0]) == nil) }
    let truth = sequences.flatMap { $0.truth(layout) }
    #expect(deviation(answers[0], truth, relative: 0, absolute: 5e-6) == nil)
  }

  @Test func `a batch without rows is no work`() throws {
    for answer in try onEverySetAndThreads({ attend($0, [], HeadLayout(heads: 2, width: 8), .atOnce) }) {
      #expect(answer.isEmpty)
    }
  }

  @Test(arguments: [(1, 1), (3, 6), (8, 32)])
  func `keys packed for whole sequences beside their queries are those packed one by one`(heads: Int, width: Int) throws
  {
    let layout = HeadLayout(heads: heads, width: width)
    let columns = heads * width
    var random = Randomness(seed: columns)
    // A row holds queries, something else, keys.
    let lengths = [1, 16, 100, 17, 64, 31, 15]
    let projections = lengths.map { random.floats($0 * 3 * columns) }
    let answers = try onEverySetAndThreads { context in
      var rows: [AttentionRow] = []
      var expected: [[Float]] = []
      for (length, projection) in zip(lengths, projections) {
        let memory = context.workspace.take(Float.self, projection.count)
        memory.update(from: projection, count: projection.count)
        let size = layout.packedCount(length)
        let (packed, single) = (context.workspace.take(Float.self, size), context.workspace.take(Float.self, size))
        packed.update(repeating: 7, count: size)
        single.update(repeating: 7, count: size)
        for key in 0..<length {
          context.packKeys(
            memory + key * 3 * columns + 2 * columns, stride: 3 * columns, count: 1, layout: layout, first: key,
            into: single)
        }
        expected.append(Array(UnsafeBufferPointer(start: single, count: size)))
        rows.append(
          AttentionRow(
            queries: memory, queryStride: 3 * columns, queryCount: length, keys: packed,
            values: AttentionValues(rows: memory, stride: 3 * columns, layout: layout), keyCount: length,
            output: memory, outputStride: columns))
      }
      rows.withUnsafeBufferPointer { context.packSequenceKeys($0, keyColumn: 2 * columns, layout: layout) }
      for (row, expected) in zip(rows, expected) {
        let packed = Array(UnsafeBufferPointer(start: row.keys, count: expected.count))
        #expect(difference(packed, expected) == nil, "\(row.keyCount) keys")
      }
      return expected.flatMap { $0 }
    }
    for answer in answers { #expect(difference(answer, answers[0]) == nil) }
  }

  @Test func `packed keys are counted in whole blocks`() {
    let layout = HeadLayout(heads: 3, width: 10)
    #expect([0, 1, 16, 17].map(layout.packedCount) == [0, 480, 480, 960])
    #expect(HeadLayout(heads: 1, width: 64).scale == 0.125)
  }
}
