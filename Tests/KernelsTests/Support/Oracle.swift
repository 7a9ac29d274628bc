/// The kernels' definition in plain scalar Swift, one operation after the other.
enum Oracle {
  /// q = clamp(round-half-even(x · (127 / max|x|)), ±127) and max|x| / 127.
  static func quantize(_ row: [Float]) -> (values: [Int32], scale: Float) {
    let largest = largestMagnitude(row)
    let factor: Float = largest > 0 ? 127 / largest : 0
    let values = row.map { value -> Int32 in
      let scaled = value * factor
      // A NaN quantizes as the largest value does.
      return scaled.isNaN ? 127 : Int32(min(127, max(-127, scaled.rounded(.toNearestOrEven))))
    }
    return (values, largest / 127)
  }

  static func largestMagnitude(_ row: [Float]) -> Float {
    row.reduce(0) { $1.magnitude > $0 ? $1.magnitude : $0 }
  }

  /// Σ of the lanes by the one tree.
  static func sum(lanes: [Float]) -> Float {
    var lanes = lanes
    for half in [8, 4, 2, 1] {
      for lane in 0..<half { lanes[lane] += lanes[lane + half] }
    }
    return lanes[0]
  }

  /// (x − mean) / √(variance + ε) · gamma + beta with the sums in 16 lanes.
  static func layerNorm(_ row: [Float], gamma: [Float], beta: [Float], epsilon: Float) -> [Float] {
    let count = Float(row.count)
    var lanes = [Float](repeating: 0, count: 16)
    for (index, value) in row.enumerated() { lanes[index % 16] += value }
    let mean = sum(lanes: lanes) / count
    lanes = [Float](repeating: 0, count: 16)
    for (index, value) in row.enumerated() { lanes[index % 16].addProduct(value - mean, value - mean) }
    let scale = 1 / (sum(lanes: lanes) / count + epsilon).squareRoot()
    return row.indices.map { beta[$0].addingProduct((row[$0] - mean) * scale, gamma[$0]) }
  }

  static func rmsNorm(_ row: [Float], gamma: [Float], epsilon: Float) -> [Float] {
    var lanes = [Float](repeating: 0, count: 16)
    for (index, value) in row.enumerated() { lanes[index % 16].addProduct(value, value) }
    let scale = 1 / (sum(lanes: lanes) / Float(row.count) + epsilon).squareRoot()
    return row.indices.map { row[$0] * scale * gamma[$0] }
  }

  /// The best k entries, ties to the lower index; −∞ and NaN are never among them.
  static func top(_ k: Int, of row: [Float]) -> [(index: Int, value: Float)] {
    let candidates = row.enumerated().filter { $0.element > -.infinity }
    return candidates.sorted { ($0.element, $1.offset) > ($1.element, $0.offset) }.prefix(k).map {
      (index: $0.offset, value: $0.element)
    }
  }

  /// What an IEEE 754 binary16 means.
  static func float16(_ bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 1 ? -1 : 1
    let exponent = Int(bits >> 10) & 31
    let fraction = Float(bits & 1_023)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction * 0x1p-10)
    }
  }

  static func softmax(_ row: [Float]) -> [Double] {
    let largest = Double(row.max() ?? 0)
    let powers = row.map { exponential(Double($0) - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
