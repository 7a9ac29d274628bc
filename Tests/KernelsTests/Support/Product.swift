import CKernels
import Kernels

/// A matrix product at the level of the kernels: 200 rows, of which `run` takes the last few, all operands against a
/// guard page. A row's result must not depend on how many rows were taken.
final class Product {
  let terms: Int
  let columns: Int
  let quantization: Quantization
  let activation: dragoman_activation
  let outputStride: Int
  let inputStride: Int
  private let input: GuardedBuffer<Float>
  private let quantized: GuardedBuffer<UInt8>
  private let quantizedStride: Int
  private let rowScales: GuardedBuffer<Float>
  private let weights: [[Float]]
  private let bias: GuardedBuffer<Float>?
  private let residual: GuardedBuffer<Float>?
  private let floats: GuardedBuffer<Float>
  private let integers: GuardedBuffer<Int8>
  private let scales: GuardedBuffer<Float>
  private let offsets: GuardedBuffer<Int32>

  /// - Parameter epilogue: 0 ..< 16, one of the combinations of activation, bias and residual.
  init(_ quantization: Quantization, terms: Int, columns: Int, epilogue: Int) {
    (self.terms, self.columns, self.quantization) = (terms, columns, quantization)
    activation = [dragoman_identity, dragoman_relu, dragoman_swish, dragoman_gelu][epilogue % 4]
    (outputStride, inputStride) = (columns + 5, terms + 3)
    let rows = Sizes.mostRows
    let padded = roundUp(columns, to: 64)
    var random = Randomness(seed: terms * 1_000 + columns)

    input = GuardedBuffer(count: Grid(rows: rows, columns: terms, stride: inputStride).count)
    for row in 0..<rows {
      (input.pointer + row * inputStride).update(from: random.row(.ofRow(row, of: rows), terms), count: terms)
    }
    weights = (0..<columns).map { column in
      random.row([5: .zero, 9: .huge, 12: .subnormal][column % 17] ?? .ordinary, terms)
    }
    bias = epilogue / 4 % 2 == 1 ? GuardedBuffer(random.floats(padded)) : nil
    let residuals = Grid(rows: rows, columns: columns, stride: outputStride).count
    residual = epilogue / 8 == 1 ? GuardedBuffer(random.floats(residuals)) : nil

    // Packed and quantized by the generic set; tests of their own compare the sets in that.
    let table = KernelSet.generic.table.pointee
    let isInteger = quantization == .int8
    floats = GuardedBuffer(repeating: 0, count: isInteger ? 0 : padded * terms)
    integers = GuardedBuffer(repeating: 0, count: isInteger ? padded * roundUp(terms, to: 4) : 0)
    scales = GuardedBuffer(repeating: 0, count: isInteger ? padded : 0)
    offsets = GuardedBuffer(repeating: 0, count: isInteger ? padded : 0)
    for (column, weights) in weights.enumerated() {
      if isInteger {
        table.pack_int8(weights, terms, column, integers.pointer, scales.pointer, offsets.pointer)
      } else {
        table.pack_float(weights, terms, column, floats.pointer)
      }
    }
    quantizedStride = roundUp(terms, to: 4)
    quantized = GuardedBuffer(count: rows * quantizedStride)
    rowScales = GuardedBuffer(count: rows)
    table.quantize_rows(
      input.pointer, inputStride, rows, terms, quantized.pointer, quantizedStride, rowScales.pointer)
  }

  func grid(rows: Int) -> Grid { Grid(rows: rows, columns: columns, stride: outputStride) }

  var panels: Range<Int> { 0..<((columns + 63) / 64) }

  /// The product of the last `rows` rows.
  func run(_ set: KernelSet, rows: Int, panels: Range<Int>? = nil) -> GuardedBuffer<Float> {
    let output = GuardedBuffer<Float>(count: grid(rows: rows).count)
    run(set, rows: rows, panels: panels ?? self.panels, into: output)
    return output
  }

  func run(_ set: KernelSet, rows: Int, panels: Range<Int>, into output: GuardedBuffer<Float>) {
    let first = Sizes.mostRows - rows
    var epilogue = dragoman_epilogue(
      bias: bias.map { UnsafePointer($0.pointer) },
      residual: residual.map { UnsafePointer($0.pointer + first * outputStride) }, activation: activation)
    switch quantization {
    case .float32:
      var matrix = dragoman_float_matrix(values: floats.pointer, terms: terms, columns: columns)
      set.table.pointee.matmul_float(
        input.pointer + first * inputStride, inputStride, &matrix, rows, panels.lowerBound, panels.upperBound,
        output.pointer, outputStride, &epilogue)
    case .int8:
      var matrix = dragoman_int8_matrix(
        values: integers.pointer, scales: scales.pointer, offsets: offsets.pointer, terms: terms, columns: columns)
      set.table.pointee.matmul_int8(
        quantized.pointer + first * quantizedStride, quantizedStride, rowScales.pointer + first, &matrix, rows,
        panels.lowerBound, panels.upperBound, output.pointer, outputStride, &epilogue)
    }
  }

  /// All rows by the scalar oracle, [200, columns]; nil for the activations that it knows in double precision only.
  func oracle() -> [Float]? {
    guard activation == dragoman_identity || activation == dragoman_relu else { return nil }
    var output = products()
    for row in 0..<Sizes.mostRows {
      for column in 0..<columns {
        var value = output[row * columns + column]
        if let bias { value += bias.pointer[column] }
        if activation == dragoman_relu { value = value > 0 ? value : 0 }
        if let residual { value += residual.pointer[row * outputStride + column] }
        output[row * columns + column] = value
      }
    }
    return output
  }

  private func products() -> [Float] {
    let rows = (0..<Sizes.mostRows).map { row in
      Array(UnsafeBufferPointer(start: input.pointer + row * inputStride, count: terms))
    }
    switch quantization {
    case .float32:
      return rows.flatMap { row in
        weights.map { column in
          var sum: Float = 0
          for term in 0..<terms { sum.addProduct(row[term], column[term]) }
          return sum
        }
      }
    case .int8:
      let columns = weights.map(Oracle.quantize)
      return rows.map(Oracle.quantize).flatMap { row in
        columns.map { column in
          var sum: Int32 = 0
          for term in 0..<terms { sum &+= row.values[term] &* column.values[term] }
          return Float(sum) * (row.scale * column.scale)
        }
      }
    }
  }
}
