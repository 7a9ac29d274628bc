import Kernels
import Testing

@Suite struct MatMulKernelTests {
  /// Terms and the way weights are held; columns, rows, epilogues and sets vary inside.
  static let problems = Sizes.terms.flatMap { terms in Quantization.allCases.map { (terms, $0) } }

  @Test(arguments: problems)
  func `products equal the oracle on every set, whatever rows come along, and write nothing else`(
    terms: Int, quantization: Quantization
  ) {
    for (index, columns) in Sizes.columns.enumerated() {
      let product = Product(quantization, terms: terms, columns: columns, epilogue: (terms + index * 7) % 16)
      let reference = product.run(.generic, rows: Sizes.mostRows)
      if let oracle = product.oracle() {
        let found = difference(
          reference, GuardedBuffer(oracle), product.grid(rows: Sizes.mostRows), expectedStride: columns)
        #expect(found == nil, "generic against the oracle, [\(terms),\(columns)]")
      }
      for set in KernelSet.all {
        for rows in Sizes.rows {
          let output = product.run(set, rows: rows)
          let found = difference(output, reference, product.grid(rows: rows))
          #expect(found == nil, "\(set), [\(rows),\(terms)] · [\(terms),\(columns)]")
          #expect(output.isUntouched(outside: product.grid(rows: rows)), "\(set), \(rows) rows, \(columns) columns")
        }
      }
    }
  }

  @Test(arguments: KernelSet.all, Quantization.allCases)
  func `every combination of bias, activation and residual is the generic one`(
    set: KernelSet, quantization: Quantization
  ) {
    for epilogue in 0..<16 {
      for columns in [15, 130] {
        let product = Product(quantization, terms: 17, columns: columns, epilogue: epilogue)
        let found = difference(
          product.run(set, rows: 13), product.run(.generic, rows: 13), product.grid(rows: 13))
        #expect(found == nil, "epilogue \(epilogue), \(columns) columns")
      }
    }
  }

  @Test(arguments: KernelSet.all, Quantization.allCases)
  func `a product of some panels writes these columns alone, and the parts make the whole`(
    set: KernelSet, quantization: Quantization
  ) {
    let product = Product(quantization, terms: 65, columns: 700, epilogue: 12)
    let whole = product.run(set, rows: 7)
    let joined = GuardedBuffer<Float>(count: whole.count)
    for panels in [5..<11, 0..<4, 4..<5, 3..<3] {
      product.run(set, rows: 7, panels: panels, into: joined)
      let alone = product.run(set, rows: 7, panels: panels)
      let columns = (panels.lowerBound * 64)..<min(700, panels.upperBound * 64)
      for row in 0..<7 {
        for column in 0..<700 {
          let cell = row * product.outputStride + column
          let expected = columns.contains(column) ? whole.pointer[cell].bitPattern : 0xa5a5_a5a5
          #expect(alone.pointer[cell].bitPattern == expected, "panels \(panels), row \(row), column \(column)")
        }
      }
    }
    #expect(joined.elements.map(\.bitPattern) == whole.elements.map(\.bitPattern))
  }
}
