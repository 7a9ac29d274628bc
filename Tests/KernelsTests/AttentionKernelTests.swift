import CKernels
import Kernels
import Testing

/// One head's operands against guard pages; the last `queries` of eight queries take part.
private final class Head {
  static let mostQueries = 8
  let width: Int
  let keyCount: Int
  let stride: Int
  let scale: Float
  let queries: [[Float]]
  let keys: [[Float]]
  let values: [[Float]]
  private let queryMemory: GuardedBuffer<Float>
  private let keyMemory: GuardedBuffer<Float>
  private let valueMemory: GuardedBuffer<Float>
  /// Of the first query and the first key, behind those of later queries; nil without a bias.
  private let biasMemory: GuardedBuffer<Float>?

  init(width: Int, keyCount: Int, kind: RowKind, isBiased: Bool = false) {
    (self.width, self.keyCount, stride) = (width, keyCount, width + 7)
    scale = 1 / Float(width).squareRoot()
    var random = Randomness(seed: width * 1_000 + keyCount)
    queries = (0..<Self.mostQueries).map { random.row($0 % 4 == 2 ? kind : .ordinary, width) }
    keys = (0..<keyCount).map { _ in random.floats(width, scale: 2) }
    values = (0..<keyCount).map { _ in random.floats(width) }
    biasMemory =
      isBiased ? GuardedBuffer(random.floats(Self.mostQueries - 1 + roundUp(keyCount, to: 16), scale: 3)) : nil
    queryMemory = GuardedBuffer(count: Grid(rows: Self.mostQueries, columns: width, stride: stride).count)
    valueMemory = GuardedBuffer(count: Grid(rows: keyCount, columns: width, stride: stride).count)
    for (row, query) in queries.enumerated() {
      (queryMemory.pointer + row * stride).update(from: query, count: width)
    }
    for (row, value) in values.enumerated() {
      (valueMemory.pointer + row * stride).update(from: value, count: width)
    }
    // The padding may hold anything finite: here scores that would win if they counted.
    keyMemory = GuardedBuffer(repeating: 1e30, count: roundUp(keyCount, to: 16) * width)
    for (key, row) in keys.enumerated() {
      for (column, value) in row.enumerated() {
        keyMemory.pointer[((key / 16) * width + column) * 16 + key % 16] = value
      }
    }
  }

  /// - Parameter weights: takes the softmax, [queryCount, keyCount padded to 16].
  func run(_ set: KernelSet, queryCount: Int, weights: GuardedBuffer<Float>? = nil) -> GuardedBuffer<Float> {
    let output = GuardedBuffer<Float>(count: grid(queryCount).count)
    let scores = GuardedBuffer<Float>(count: 4 * roundUp(keyCount, to: 16))
    var arguments = dragoman_attention(
      queries: queryMemory.pointer + (Self.mostQueries - queryCount) * stride, query_stride: stride,
      keys: keyMemory.pointer, key_stride: 16 * width, values: valueMemory.pointer, value_stride: stride,
      value_block_stride: 16 * stride, output: output.pointer,
      output_stride: stride, bias: biasMemory.map { UnsafePointer($0.pointer) + queryCount - 1 },
      scores: scores.pointer, weights: weights?.pointer, query_count: queryCount, key_count: keyCount, width: width,
      scale: scale)
    set.table.pointee.attention(&arguments)
    withExtendedLifetime(scores) {}
    return output
  }

  func grid(_ rows: Int) -> Grid { Grid(rows: rows, columns: width, stride: stride) }

  /// softmax(query · keysᵀ · scale + bias) in double precision.
  func weightTruth(_ query: Int) -> [Double] {
    let scores: [Double] = keys.enumerated().map { index, key in
      let place = Self.mostQueries - 1 + index - query
      let bias = biasMemory.map { Double($0.pointer[place]) } ?? 0
      let product = zip(self.queries[query], key).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      return product / Double(width).squareRoot() + bias
    }
    let largest = scores.max() ?? 0
    let powers = scores.map { exponential($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// softmax(query · keysᵀ · scale + bias) · values in double precision.
  func truth(_ query: Int) -> [Double] {
    let weights = weightTruth(query)
    return (0..<width).map { column in zip(weights, values).reduce(0.0) { $0 + $1.0 * Double($1.1[column]) } }
  }
}

@Suite struct AttentionKernelTests {
  @Test(arguments: Sizes.headWidths)
  func `attention is the same on every set, whatever queries come along, and writes nothing else`(width: Int) {
    for keyCount in Sizes.keyCounts {
      for kind in [RowKind.ordinary, .zero, .subnormal, .huge, .infinite, .notANumber] {
        let head = Head(width: width, keyCount: keyCount, kind: kind)
        let reference = head.run(.generic, queryCount: Head.mostQueries)
        for set in KernelSet.all {
          for queries in 0...Head.mostQueries {
            let output = head.run(set, queryCount: queries)
            let grid = head.grid(queries)
            let found = difference(output, reference, grid)
            #expect(found == nil, "\(set), \(queries) queries, \(keyCount) keys, \(kind)")
            #expect(output.isUntouched(outside: grid), "\(set), \(queries) queries, \(keyCount) keys")
          }
        }
      }
    }
  }

  @Test(arguments: Sizes.headWidths) func `biased scores are the same on every set`(width: Int) {
    for keyCount in Sizes.keyCounts {
      let head = Head(width: width, keyCount: keyCount, kind: .spread, isBiased: true)
      for queries in [1, Head.mostQueries] {
        let reference = head.run(.generic, queryCount: queries)
        for set in KernelSet.all {
          let found = difference(head.run(set, queryCount: queries), reference, head.grid(queries))
          #expect(found == nil, "\(set), \(queries) queries, \(keyCount) keys")
        }
      }
    }
  }

  @Test(arguments: Sizes.headWidths, [false, true])
  func `attention is within 5e-6 of double precision`(width: Int, isBiased: Bool) {
    for keyCount in Sizes.keyCounts {
      let head = Head(width: width, keyCount: keyCount, kind: .spread, isBiased: isBiased)
      let output = head.run(.generic, queryCount: Head.mostQueries)
      for query in 0..<Head.mostQueries where query % 4 != 2 {
        let row = Array(output.elements[(query * head.stride)..<(query * head.stride + width)])
        // Values lie in −1 ..< 1; the scores' rounding is what counts.
        let found = deviation(row, head.truth(query), relative: 0, absolute: 5e-6)
        #expect(found == nil, "query \(query), \(keyCount) keys")
      }
    }
  }

  @Test(arguments: Sizes.headWidths, [false, true])
  func `the weights are the softmax, the same on every set, and asking for them changes no output`(
    width: Int, isBiased: Bool
  ) {
    for keyCount in Sizes.keyCounts {
      let head = Head(width: width, keyCount: keyCount, kind: .spread, isBiased: isBiased)
      let padded = roundUp(keyCount, to: 16)
      var first: [Int: [Float]] = [:]
      for set in KernelSet.all {
        for queries in [1, 3, Head.mostQueries] {
          let weights = GuardedBuffer<Float>(count: queries * padded)
          let output = head.run(set, queryCount: queries, weights: weights)
          let found = difference(output, head.run(set, queryCount: queries), head.grid(queries))
          #expect(found == nil, "\(set), \(queries) queries, \(keyCount) keys")
          let elements = weights.elements
          #expect(difference(elements, first[queries, default: elements]) == nil, "\(set), \(keyCount) keys")
          first[queries] = first[queries] ?? elements
          for query in 0..<queries where (Head.mostQueries - queries + query) % 4 != 2 {
            let row = Array(elements[(query * padded)..<((query + 1) * padded)])
            let truth = head.weightTruth(Head.mostQueries - queries + query)
            #expect(deviation(Array(row.prefix(keyCount)), truth, relative: 0, absolute: 5e-6) == nil)
            #expect(row.dropFirst(keyCount).allSatisfy { $0 == 0 }, "zeros behind the last key")
          }
        }
      }
    }
  }

  @Test(arguments: KernelSet.all) func `keys are packed in blocks of sixteen, at once or one by one`(set: KernelSet) {
    for width in Sizes.headWidths {
      for count in Sizes.keyCounts {
        var random = Randomness(seed: count)
        let grid = Grid(rows: count, columns: width, stride: width + 2)
        let keys = GuardedBuffer(random.floats(grid.count))
        let size = roundUp(count, to: 16) * width
        var expected = [Float](repeating: Float(bitPattern: 0xa5a5_a5a5), count: size)
        for key in 0..<count {
          for column in 0..<width {
            expected[((key / 16) * width + column) * 16 + key % 16] = keys.pointer[key * grid.stride + column]
          }
        }
        let (whole, single, halves) = (
          GuardedBuffer<Float>(count: size), GuardedBuffer<Float>(count: size), GuardedBuffer<Float>(count: size)
        )
        let pack = set.table.pointee.pack_keys
        pack(keys.pointer, grid.stride, 0, count, width, whole.pointer, 16 * width)
        for key in 0..<count {
          pack(keys.pointer + key * grid.stride, grid.stride, key, 1, width, single.pointer, 16 * width)
        }
        let half = count / 2
        pack(keys.pointer, grid.stride, 0, half, width, halves.pointer, 16 * width)
        pack(keys.pointer + half * grid.stride, grid.stride, half, count - half, width, halves.pointer, 16 * width)
        for packed in [whole, single, halves] {
          #expect(difference(packed.elements, expected) == nil, "\(count) keys of \(width)")
        }
      }
    }
  }
}
