/// A float's bits. All NaNs count as one: which operand's payload an instruction passes on is not part of the promise.
func bits(_ value: Float) -> UInt32 { value.isNaN ? 0x7fc0_0000 : value.bitPattern }

/// The first cell in which a grid differs in its bits from the last rows of another, in words; nil where they are
/// equal.
func difference(
  _ actual: GuardedBuffer<Float>, _ expected: GuardedBuffer<Float>, _ grid: Grid, expectedStride: Int? = nil
) -> String? {
  let expectedGrid = Grid(rows: grid.rows, columns: grid.columns, stride: expectedStride ?? grid.stride)
  return withExtendedLifetime((actual, expected)) {
    let first = expected.pointer + (expected.count - expectedGrid.count)
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let left = actual.pointer[row * grid.stride + column]
        let right = first[row * expectedGrid.stride + column]
        if bits(left) != bits(right) { return "row \(row), column \(column): \(left) instead of \(right)" }
      }
    }
    return nil
  }
}

/// The first element in which two rows differ in their bits, in words; nil where they are equal.
func difference(_ actual: [Float], _ expected: [Float]) -> String? {
  if actual.count != expected.count { return "\(actual.count) elements instead of \(expected.count)" }
  return zip(actual, expected).enumerated().first { bits($1.0) != bits($1.1) }.map {
    "element \($0): \($1.0) instead of \($1.1)"
  }
}

/// The first element further from the truth than `absolute` + `relative` · |truth|, in words.
func deviation(_ actual: [Float], _ truth: [Double], relative: Double, absolute: Double = 0) -> String? {
  if actual.count != truth.count { return "\(actual.count) elements instead of \(truth.count)" }
  for (index, (left, right)) in zip(actual, truth).enumerated() {
    let error = (Double(left) - right).magnitude
    guard error <= absolute + relative * right.magnitude else {
      return "element \(index): \(left) instead of \(right), off by \(error)"
    }
  }
  return nil
}
