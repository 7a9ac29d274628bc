/// Whether upper and lower case differ.
public enum Casing: Sendable {
  case kept
  /// Everything is compared in lower case.
  case lowered

  /// The segment as it is compared.
  func applied(to segment: String) -> String {
    switch self {
    case .kept: segment
    case .lowered: segment.lowercasedAsPython
    }
  }

  /// As sacrebleu's signatures name it.
  var signature: String {
    switch self {
    case .kept: "case:mixed"
    case .lowered: "case:lc"
    }
  }
}

extension String {
  /// Lower case as Python's `str.lower()` makes it: Unicode's full mapping, with ς for a Σ that ends a word. (Swift's
  /// own has σ.)
  var lowercasedAsPython: String {
    let scalars = Array(unicodeScalars)
    var result = ""
    result.reserveCapacity(utf8.count)
    for (index, scalar) in scalars.enumerated() {
      if scalar == "Σ" {
        result += Self.isFinalSigma(scalars, index) ? "ς" : "σ"
      } else {
        result += scalar.properties.lowercaseMapping
      }
    }
    return result
  }

  /// A letter comes before it and none after it, what has no case of its own left out. Source: Unicode 16 §3.13,
  /// Final_Sigma.
  private static func isFinalSigma(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
    let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
    return before?.properties.isCased == true && after?.properties.isCased != true
  }
}
