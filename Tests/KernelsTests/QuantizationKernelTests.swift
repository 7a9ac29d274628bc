import CKernels
import Kernels
import Testing

@Suite struct QuantizationKernelTests {
  @Test(arguments: KernelSet.all) func `rows are quantized as the formula says and padded with zero`(set: KernelSet) {
    for terms in Sizes.terms {
      // The row distances: just the terms, whole quads, whole cache lines.
      for stride in [terms, roundUp(terms, to: 4), roundUp(terms, to: 64)] {
        for rows in Sizes.rows {
          check(set, rows: rows, terms: terms, stride: stride)
        }
      }
    }
  }

  private func check(_ set: KernelSet, rows: Int, terms: Int, stride: Int) {
    var random = Randomness(seed: terms)
    let input = GuardedBuffer<Float>(count: Grid(rows: rows, columns: terms, stride: terms + 1).count)
    var values: [UInt8] = []
    var scales: [Float] = []
    for index in 0..<rows {
      let row = random.row(.ofRow(index, of: rows), terms)
      (input.pointer + index * (terms + 1)).update(from: row, count: terms)
      let quantized = Oracle.quantize(row)
      values += quantized.values.map { UInt8($0 + 128) } + [UInt8](repeating: 128, count: stride - terms)
      scales.append(quantized.scale)
    }
    let output = GuardedBuffer<UInt8>(count: rows * stride)
    let outputScales = GuardedBuffer<Float>(count: rows)
    set.table.pointee.quantize_rows(
      input.pointer, terms + 1, rows, terms, output.pointer, stride, outputScales.pointer)
    #expect(output.elements == values, "\(rows) rows of \(terms), \(stride) apart")
    #expect(difference(outputScales.elements, scales) == nil, "\(rows) rows of \(terms)")
    #expect(output.isUntouched(outside: Grid(rows: 1, columns: rows * stride, stride: 0)))
  }

  @Test(arguments: KernelSet.all) func `halves go to the even integer, and the largest to ±127`(set: KernelSet) {
    let row: [Float] = [127, 0.5, 1.5, 2.5, 125.5, 126.5, -0.5, -1.5, -2.5, -126.5, -127, 0, -0.0]
    let input = GuardedBuffer(row)
    let output = GuardedBuffer<UInt8>(count: row.count)
    let scale = GuardedBuffer<Float>(count: 1)
    set.table.pointee.quantize_rows(input.pointer, row.count, 1, row.count, output.pointer, row.count, scale.pointer)
    #expect(output.elements.map { Int($0) - 128 } == [127, 0, 2, 2, 126, 126, 0, -2, -2, -126, -127, 0, 0])
    #expect(scale.elements == [1])
  }

  @Test(arguments: KernelSet.all) func `a row of zeros has scale zero and quantizes to zeros`(set: KernelSet) {
    let input = GuardedBuffer<Float>([0, -0.0, 0, 0, 0])
    let output = GuardedBuffer<UInt8>(count: 8)
    let scale = GuardedBuffer<Float>(count: 1)
    set.table.pointee.quantize_rows(input.pointer, 5, 1, 5, output.pointer, 8, scale.pointer)
    #expect(output.elements == [UInt8](repeating: 128, count: 8))
    #expect(scale.elements.map(\.bitPattern) == [0])
  }

  @Test(arguments: KernelSet.all) func `int8 weights are packed in panels and quads with their sums`(set: KernelSet) {
    for terms in Sizes.terms {
      for columns in [1, 63, 64, 65, 130] {
        let (padded, depth) = (roundUp(columns, to: 64), roundUp(terms, to: 4))
        let values = GuardedBuffer<Int8>(repeating: 0, count: padded * depth)
        let scales = GuardedBuffer<Float>(repeating: 0, count: padded)
        let offsets = GuardedBuffer<Int32>(repeating: 0, count: padded)
        var expected = [Int8](repeating: 0, count: padded * depth)
        var random = Randomness(seed: terms)
        for column in 0..<columns {
          let kinds = RowKind.allCases
          let row = random.row(kinds[column % kinds.count], terms)
          let weights = GuardedBuffer(row)
          set.table.pointee.pack_int8(
            weights.pointer, terms, column, values.pointer, scales.pointer, offsets.pointer)
          let quantized = Oracle.quantize(row)
          for (term, value) in quantized.values.enumerated() {
            let panel = (column / 64) * depth * 64
            expected[panel + (term / 4) * 256 + (column % 64) * 4 + term % 4] = Int8(value)
          }
          #expect(bits(scales.pointer[column]) == bits(quantized.scale), "column \(column)")
          #expect(offsets.pointer[column] == 128 * quantized.values.reduce(0, +), "column \(column)")
        }
        #expect(values.elements == expected, "[\(terms),\(columns)]")
      }
    }
  }

  @Test(arguments: KernelSet.all) func `float32 weights are packed in panels`(set: KernelSet) {
    for terms in Sizes.terms {
      for columns in [1, 63, 64, 65, 130] {
        let values = GuardedBuffer<Float>(repeating: 0, count: roundUp(columns, to: 64) * terms)
        var expected = [Float](repeating: 0, count: values.count)
        var random = Randomness(seed: terms)
        for column in 0..<columns {
          let row = random.floats(terms)
          let weights = GuardedBuffer(row)
          set.table.pointee.pack_float(weights.pointer, terms, column, values.pointer)
          for (term, value) in row.enumerated() {
            expected[(column / 64) * terms * 64 + term * 64 + column % 64] = value
          }
        }
        #expect(difference(values.elements, expected) == nil, "[\(terms),\(columns)]")
      }
    }
  }
}
