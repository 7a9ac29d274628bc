import Kernels
import Tensors
import Testing

@Suite struct LinearTests {
  static let shapes = [
    (rows: 0, terms: 16, columns: 16), (1, 1, 1), (1, 300, 700), (3, 64, 65), (7, 63, 130), (200, 65, 130),
    (400, 40, 700),
  ]

  @Test(arguments: shapes, Quantization.allCases)
  func `linear is activation(x · W + b) + residual with any set and any number of threads`(
    shape: (rows: Int, terms: Int, columns: Int), quantization: Quantization
  ) throws {
    let (rows, terms, columns) = shape
    var random = Randomness(seed: rows + columns)
    let input = (0..<rows).map { _ in random.floats(terms) }
    let weights = random.floats(terms * columns)
    let bias = random.floats(columns)
    let residual = (0..<rows).map { _ in random.floats(columns) }
    let stored = try Stored.float32(weights, [columns, terms])
    let answers = try onEverySetAndThreads { context in
      let matrix = context.pack([stored], as: quantization)
      return context.linear(
        context.matrix(input, columns: terms), LinearWeights(matrix: matrix, bias: Tensor(bias, [columns])),
        activation: .relu, residual: context.matrix(residual, columns: columns)
      ).elements
    }
    let columnsOfWeights = (0..<columns).map { Array(weights[($0 * terms)..<(($0 + 1) * terms)]) }
    let expected = zip(input, residual).flatMap { row, residual in
      zip(product(row, columnsOfWeights, quantization), zip(bias, residual)).map { product, others in
        max(0, product + others.0) + others.1
      }
    }
    for answer in answers { #expect(difference(answer, expected) == nil) }
  }

  private func product(_ row: [Float], _ columns: [[Float]], _ quantization: Quantization) -> [Float] {
    columns.map { column in
      switch quantization {
      case .float32: return zip(row, column).reduce(Float(0)) { $0.addingProduct($1.0, $1.1) }
      case .int8:
        let (left, right) = (Oracle.quantize(row), Oracle.quantize(column))
        return Float(zip(left.values, right.values).reduce(Int32(0)) { $0 + $1.0 * $1.1 }) * (left.scale * right.scale)
      }
    }
  }

  @Test(arguments: Quantization.allCases) func `a row is the same alone and among 300 others`(
    quantization: Quantization
  ) throws {
    var random = Randomness(seed: 3)
    let input = (0..<300).map { random.row(.ofRow($0, of: 300), 65) }
    let stored = try Stored.float32(random.floats(65 * 130), [130, 65])
    for activation in [Activation.identity, .relu, .swish, .gelu] {
      let answers = try onEverySetAndThreads { context in
        let weights = LinearWeights(matrix: context.pack([stored], as: quantization), bias: nil)
        let all = context.linear(context.matrix(input, columns: 65), weights, activation: activation).elements
        for row in [0, 1, 150, 288, 293, 295, 299] {
          let alone = context.linear(context.matrix([input[row]], columns: 65), weights, activation: activation)
          #expect(difference(alone.elements, Array(all[(row * 130)..<((row + 1) * 130)])) == nil, "row \(row)")
        }
        return all
      }
      for answer in answers { #expect(difference(answer, answers[0]) == nil, "\(activation)") }
    }
  }

  @Test func `int8 stays near float32`() throws {
    var random = Randomness(seed: 4)
    let input = (0..<20).map { _ in random.floats(512) }
    let stored = try Stored.float32(random.floats(512 * 100), [100, 512])
    let answers = try onThreads(.generic) { context in
      Quantization.allCases.map { quantization in
        let weights = LinearWeights(matrix: context.pack([stored], as: quantization), bias: nil)
        return context.linear(context.matrix(input, columns: 512), weights).elements
      }
    }
    let (integers, floats) = (answers[0][0], answers[0][1])
    // Rounding errors of up to half a step of 1/127 a factor, added as a random walk over 512 terms.
    #expect(deviation(integers, floats.map(Double.init), relative: 0, absolute: 0.3) == nil)
  }

  @Test func `operands whose shapes do not fit end the process`() async {
    await #expect(processExitsWith: trap) {
      _ = try onThreads(.generic) { context in
        let weights = LinearWeights(matrix: .float32(FloatMatrix(terms: 4, columns: 8)), bias: nil)
        return context.linear(context.workspace.matrix(rows: 2, columns: 5), weights).rows
      }
    }
    await #expect(processExitsWith: trap) {
      _ = try onThreads(.generic) { context in
        let weights = LinearWeights(matrix: .float32(FloatMatrix(terms: 4, columns: 8)), bias: nil)
        let residual = context.workspace.matrix(rows: 2, columns: 7)
        return context.linear(context.workspace.matrix(rows: 2, columns: 4), weights, residual: residual).rows
      }
    }
  }
}
