import CKernels
import Kernels
import Tensors
import Testing

/// Additive attention in double precision: Σ αₜ valueₜ with α = softmax(keys · vector).
private func truth(keys: [[Float]], vector: [Float], values: [[Float]]) -> [Double] {
  let scores = keys.map { key in zip(key, vector).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } }
  let largest = scores.max() ?? 0
  let powers = scores.map { exponential($0 - largest) }
  let sum = powers.reduce(0, +)
  return values[0].indices.map { column in
    zip(powers, values).reduce(0.0) { $0 + $1.0 / sum * Double($1.1[column]) }
  }
}

@Suite struct AdditiveAttentionTests {
  // MARK: the kernel

  private func run(_ set: KernelSet, keys: [[Float]], vector: [Float], values: [[Float]]) -> [Float] {
    let (keyWidth, valueWidth, count) = (vector.count, values[0].count, keys.count)
    let grids = [keyWidth, valueWidth].map { Grid(rows: count, columns: $0, stride: $0 + 5) }
    let memories = zip(grids, [keys, values]).map { grid, rows in
      let memory = GuardedBuffer<Float>(count: grid.count)
      for (index, row) in rows.enumerated() {
        (memory.pointer + index * grid.stride).update(from: row, count: row.count)
      }
      return memory
    }
    let guardedVector = GuardedBuffer(vector)
    let output = GuardedBuffer<Float>(count: valueWidth)
    let scores = GuardedBuffer<Float>(count: roundUp(count, to: 16))
    var arguments = dragoman_additive_attention(
      keys: memories[0].pointer, key_stride: keyWidth + 5, vector: guardedVector.pointer,
      values: memories[1].pointer, value_stride: valueWidth + 5, output: output.pointer, scores: scores.pointer,
      key_count: count, key_width: keyWidth, value_width: valueWidth)
    set.table.pointee.additive_attention(&arguments)
    #expect(output.isUntouched(outside: Grid(rows: 1, columns: valueWidth, stride: 0)))
    return withExtendedLifetime((memories, guardedVector, scores)) { output.elements }
  }

  @Test(arguments: Sizes.keyCounts) func `every set gives the generic result, which is near double precision`(
    count: Int
  ) {
    for (keyWidth, valueWidth) in [(1, 1), (6, 8), (16, 64), (17, 80), (64, 63), (24, 130)] {
      for kind in RowKind.allCases {
        var random = Randomness(seed: count * 1_000 + keyWidth)
        let keys = (0..<count).map { random.row($0 == count / 2 ? kind : .ordinary, keyWidth) }
        let values = (0..<count).map { _ in random.floats(valueWidth) }
        let vector = random.floats(keyWidth, scale: 2)
        let generic = run(.generic, keys: keys, vector: vector, values: values)
        for set in KernelSet.all {
          let found = difference(run(set, keys: keys, vector: vector, values: values), generic)
          #expect(found == nil, "\(set), [\(count),\(keyWidth)] of \(kind) → \(valueWidth)")
        }
        guard kind.isFinite, kind != .huge, kind != .spread else { continue }
        let error = deviation(
          generic, truth(keys: keys, vector: vector, values: values), relative: 0, absolute: 2e-5)
        #expect(error == nil, "[\(count),\(keyWidth)] of \(kind) → \(valueWidth)")
      }
    }
  }

  @Test func `a sequence of one row is that row`() {
    var random = Randomness(seed: 5)
    let value = random.floats(80)
    for set in KernelSet.all {
      #expect(run(set, keys: [random.floats(9)], vector: random.floats(9), values: [value]) == value)
    }
  }

  // MARK: the operation

  @Test(arguments: [(1, 1), (16, 24), (65, 17), (128, 64)], Quantization.allCases)
  func `ragged sequences equal each alone, with any set and threads`(
    sizes: (width: Int, attention: Int), quantization: Quantization
  ) throws {
    let (width, attention) = sizes
    var random = Randomness(seed: width)
    let lengths = [3, 1, 16, 100, 17, 31, 2, 64, 15, 128]
    let sequences = lengths.map { length in (0..<length).map { _ in random.floats(width, scale: 2) } }
    let stored = try Stored.float32(random.floats(width * attention), [attention, width])
    let (bias, vector) = (random.floats(attention), random.floats(attention, scale: 3))
    let answers = try onEverySetAndThreads { context in
      let weights = AdditiveAttentionWeights(
        projection: LinearWeights(
          matrix: context.pack([stored], as: quantization), bias: Tensor(bias, [attention])),
        vector: Tensor(vector, [attention]))
      func pool(_ sequences: [[[Float]]]) -> [Float] {
        context.additiveAttentionPooling(
          context.matrix(sequences.flatMap { $0 }, columns: width), lengths: sequences.map(\.count), weights
        ).elements
      }
      let all = pool(sequences)
      for (index, sequence) in sequences.enumerated() {
        #expect(difference(pool([sequence]), Array(all[(index * width)..<((index + 1) * width)])) == nil, "alone")
      }
      #expect(pool([]).isEmpty)
      return all
    }
    for answer in answers { #expect(difference(answer, answers[0]) == nil) }
    guard quantization == .float32 else { return }
    let expected = try sequences.flatMap { sequence -> [Double] in
      let keys = try onThreads(.generic) { context in
        let projection = LinearWeights(
          matrix: context.pack([stored], as: .float32), bias: Tensor(bias, [attention]))
        return context.linear(context.matrix(sequence, columns: width), projection).elements
      }[0].map { Float(tangent(Double($0))) }
      return truth(
        keys: sequence.indices.map { Array(keys[($0 * attention)..<(($0 + 1) * attention)]) }, vector: vector,
        values: sequence)
    }
    #expect(deviation(answers[0], expected, relative: 0, absolute: 3e-5) == nil)
  }

  @Test(arguments: [[2, 2], [5, 0], [6]]) func `lengths that are not those of the rows end the process`(
    lengths: [Int]
  ) async {
    await #expect(processExitsWith: trap) { [lengths] in
      let stored = try Stored.float32([1, 2], [1, 2])
      _ = try onThreads(.generic) { context in
        let weights = AdditiveAttentionWeights(
          projection: LinearWeights(matrix: context.pack([stored], as: .float32), bias: nil),
          vector: Tensor([1], [1]))
        return context.additiveAttentionPooling(
          context.matrix([[Float]](repeating: [1, 2], count: 5), columns: 2), lengths: lengths, weights
        ).rows
      }
    }
  }

  @Test func `a dot product and a logarithm are those of the kernels`() throws {
    var random = Randomness(seed: 8)
    let (left, right) = (random.floats(300), random.floats(300))
    let truth = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    let answers = try onEverySetAndThreads { context in
      left.withUnsafeBufferPointer { [context.dot($0, Tensor(right, [300]))] }
        + (1..<130).map { context.logarithm(Float($0)) }
    }
    for answer in answers { #expect(difference(answer, answers[0]) == nil) }
    #expect(deviation(answers[0], [truth] + (1..<130).map { logarithm(Double($0)) }, relative: 2e-6) == nil)
  }
}
