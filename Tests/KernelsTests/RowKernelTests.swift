import CKernels
import Kernels
import Testing

@Suite struct RowKernelTests {
  static let widths = [1, 2, 3, 15, 16, 17, 31, 32, 64, 65, 300, 700]

  // MARK: layer norm

  @Test(arguments: KernelSet.all)
  func `layer norm equals the oracle of sixteen lanes and one tree, row by row`(set: KernelSet) {
    for width in Self.widths {
      var random = Randomness(seed: width)
      let gamma = random.floats(width)
      let beta = random.floats(width)
      let guardedGamma = GuardedBuffer(gamma)
      let guardedBeta = GuardedBuffer(beta)
      for rows in [0, 1, 2, 13] {
        let values = (0..<rows).map { random.row(.ofRow($0, of: rows), width) }
        let input = GuardedBuffer(values.flatMap { $0 })
        let output = GuardedBuffer<Float>(count: rows * width)
        set.table.pointee.layer_norm(
          input.pointer, rows, width, guardedGamma.pointer, guardedBeta.pointer, 1e-5, output.pointer)
        let expected = values.flatMap { Oracle.layerNorm($0, gamma: gamma, beta: beta, epsilon: 1e-5) }
        #expect(difference(output.elements, expected) == nil, "[\(rows),\(width)]")
        #expect(output.isUntouched(outside: Grid(rows: 1, columns: rows * width, stride: 0)))
      }
    }
  }

  @Test func `the oracle of layer norm is near double precision`() {
    for width in [16, 65, 512] {
      var random = Randomness(seed: width)
      let row = random.floats(width, scale: 4)
      let ones = [Float](repeating: 1, count: width)
      let zeros = [Float](repeating: 0, count: width)
      let mean = row.reduce(0) { $0 + Double($1) } / Double(width)
      let variance = row.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(width)
      let truth = row.map { (Double($0) - mean) / (variance + 1e-5).squareRoot() }
      let found = deviation(
        Oracle.layerNorm(row, gamma: ones, beta: zeros, epsilon: 1e-5), truth, relative: 1e-6, absolute: 1e-6)
      #expect(found == nil)
    }
  }

  // MARK: root-mean-square norm and gates

  @Test(arguments: KernelSet.all)
  func `the root-mean-square norm equals the oracle of sixteen lanes and one tree, row by row`(set: KernelSet) {
    for width in Self.widths {
      var random = Randomness(seed: width)
      let gamma = random.floats(width)
      let guardedGamma = GuardedBuffer(gamma)
      for rows in [0, 1, 2, 13] {
        let values = (0..<rows).map { random.row(.ofRow($0, of: rows), width) }
        let input = GuardedBuffer(values.flatMap { $0 })
        let output = GuardedBuffer<Float>(count: rows * width)
        set.table.pointee.rms_norm(input.pointer, rows, width, guardedGamma.pointer, 1e-6, output.pointer)
        let expected = values.flatMap { Oracle.rmsNorm($0, gamma: gamma, epsilon: 1e-6) }
        #expect(difference(output.elements, expected) == nil, "[\(rows),\(width)]")
      }
    }
  }

  @Test(arguments: [dragoman_identity, dragoman_relu, dragoman_gelu, dragoman_gelu_tanh])
  func `a gate multiplies one half of a row with the activation of the other`(activation: dragoman_activation) {
    for width in Self.widths {
      var random = Randomness(seed: width)
      let rows = (0..<3).map { _ in random.floats(2 * width, scale: 3) }
      let input = GuardedBuffer(rows.flatMap { $0 })
      for set in KernelSet.all {
        let output = GuardedBuffer<Float>(count: 3 * width)
        set.table.pointee.gate(input.pointer, 3, width, activation, output.pointer)
        let activated = FunctionAccuracyTests.activate(.generic, rows.flatMap { $0[..<width] }, activation)
        let expected = zip(activated, rows.flatMap { $0[width...] }).map { $0 * $1 }
        #expect(difference(output.elements, expected) == nil, "\(set), width \(width)")
      }
    }
  }

  // MARK: softmax

  private func softmax(_ set: KernelSet, _ row: [Float]) -> [Float] {
    let input = GuardedBuffer(row)
    let output = GuardedBuffer<Float>(count: row.count)
    set.table.pointee.softmax(input.pointer, row.count, output.pointer)
    #expect(output.isUntouched(outside: Grid(rows: 1, columns: row.count, stride: 0)))
    return output.elements
  }

  private func expSum(_ set: KernelSet, _ row: [Float]) -> (maximum: Float, sum: Float) {
    let input = GuardedBuffer(row)
    var (maximum, sum): (Float, Float) = (0, 0)
    set.table.pointee.exp_sum(input.pointer, row.count, &maximum, &sum)
    return (maximum, sum)
  }

  @Test(arguments: KernelSet.all) func `softmax is the generic one and near double precision`(set: KernelSet) {
    for width in Self.widths {
      for kind in RowKind.allCases {
        var random = Randomness(seed: width)
        let row = random.row(kind, width)
        let result = softmax(set, row)
        #expect(difference(result, softmax(.generic, row)) == nil, "\(width) of \(kind)")
        guard kind.isFinite, kind != .huge else { continue }
        // Below e^−87.3 the kernels' exponential is 0.
        let found = deviation(result, Oracle.softmax(row), relative: 1e-6, absolute: 2e-38)
        #expect(found == nil, "\(width) of \(kind)")
      }
    }
  }

  @Test(arguments: KernelSet.all) func `the sum of exponentials is the generic one and near the truth`(set: KernelSet) {
    for width in Self.widths {
      for kind in RowKind.allCases {
        var random = Randomness(seed: width)
        let row = random.row(kind, width)
        let (result, generic) = (expSum(set, row), expSum(.generic, row))
        #expect(bits(result.maximum) == bits(generic.maximum), "\(width) of \(kind)")
        #expect(bits(result.sum) == bits(generic.sum), "\(width) of \(kind)")
        guard kind.isFinite else { continue }
        #expect(result.maximum == row.max())
        let truth = row.reduce(0.0) { $0 + exponential(Double($1) - Double(result.maximum)) }
        #expect(deviation([result.sum], [truth], relative: 1e-6) == nil, "\(width) of \(kind)")
      }
    }
  }

  @Test(arguments: KernelSet.all) func `a row of negative infinities has sum zero`(set: KernelSet) {
    for width in [1, 16, 17] {
      let (maximum, sum) = expSum(set, [Float](repeating: -.infinity, count: width))
      #expect(maximum == -.infinity)
      #expect(sum == 0)
    }
  }

  @Test(arguments: KernelSet.all) func `parts of a row combine to the logarithm of its sum`(set: KernelSet) {
    var random = Randomness(seed: 1)
    for (scale, parts) in [(1, 1), (1, 2), (10, 3), (10, 16), (40, 63), (40, 17)] as [(Float, Int)] {
      let row = random.floats(parts * 50, scale: scale)
      var sums = (0..<parts).map { expSum(set, Array(row[($0 * 50)..<(($0 + 1) * 50)])) }
      sums.append((maximum: -.infinity, sum: 0))  // a part in which everything is forbidden
      let (maxima, totals) = (GuardedBuffer(sums.map(\.maximum)), GuardedBuffer(sums.map(\.sum)))
      let result = set.table.pointee.log_sum_exp(maxima.pointer, totals.pointer, parts + 1)
      let generic = KernelSet.generic.table.pointee.log_sum_exp(maxima.pointer, totals.pointer, parts + 1)
      #expect(bits(result) == bits(generic))
      let truth = logarithm(row.reduce(0.0) { $0 + exponential(Double($1)) })
      #expect(deviation([result], [truth], relative: 3e-7, absolute: 3e-7) == nil)
    }
    let (maximum, sum): ([Float], [Float]) = ([-.infinity, -.infinity], [0, 0])
    #expect(set.table.pointee.log_sum_exp(maximum, sum, 2) == -.infinity)
    #expect(set.table.pointee.log_sum_exp(maximum, sum, 0) == -.infinity)
  }
}
