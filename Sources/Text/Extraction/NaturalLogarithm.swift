/// ln of a positive finite number from + − × ÷ alone, so that every CPU and every libm gives the same bits.
///
/// x = m·2^e with m in [√½, √2); ln m = 2·artanh(s), s = (m − 1)/(m + 1), |s| ≤ 0.1716; the series to s²³ leaves less than
/// 10⁻²⁰. Error: below 10⁻¹⁵ relative outside 0.7…1.42, below 10⁻¹⁵ absolute there.
package func naturalLogarithm(_ x: Double) -> Double {
  precondition(x > 0 && x.isFinite, "ln of \(x)")
  var mantissa = x.significand
  var exponent = Double(x.exponent)
  if mantissa > 1.414_213_562_373_095 {
    mantissa /= 2
    exponent += 1
  }
  let s = (mantissa - 1) / (mantissa + 1)
  let square = s * s
  var sum = 0.0
  for power in stride(from: 23, through: 1, by: -2) { sum = sum * square + 1 / Double(power) }
  return exponent * 0.693_147_180_559_945_3 + 2 * s * sum
}
