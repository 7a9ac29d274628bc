/// The words of a text: where they stand and what they are compared as.
///
/// A word is a maximal run of letters and digits with the marks that belong to them; apostrophes and hyphens part words
/// ("don't" is "don" and "t"). An East Asian character is a word of its own. Scripts without spaces other than these
/// (Thai, Khmer) give long words.
enum Words {
  /// What counts as a word.
  enum Reading {
    case lettersAndDigits
    /// Symbols too, each alone: currencies, mathematical signs, emoji, and % & @ # §.
    case withSymbols
  }

  /// As many marks of one letter are compared: UAX #15's limit of its Stream-Safe Text Format.
  private static let longestMarks = 30

  /// The ranges of the words, in order.
  static func ranges(in scalars: [Unicode.Scalar], _ reading: Reading) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var index = 0
    while index < scalars.count {
      let start = index
      let first = scalars[start]
      index += 1
      let isRun = isWordScalar(first) && !first.isEastAsian
      guard isRun || first.isEastAsian || reading == .withSymbols && isSymbol(first) else { continue }
      while index < scalars.count, isRun && goesOn(scalars[index]) || extends(scalars[index]) { index += 1 }
      ranges.append(start..<index)
    }
    return ranges
  }

  private static func goesOn(_ scalar: Unicode.Scalar) -> Bool { isWordScalar(scalar) && !scalar.isEastAsian }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool { scalar.isLetter || scalar.isDigit }

  /// Marks and invisible formats stay with the word; a zero-width space parts words.
  private static func extends(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII && scalar.value != 0x200B && scalar.extendsPrevious
  }

  private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return ["$", "%", "&", "@", "#", "+", "<", "=", ">"].contains(scalar) }
    if scalar == "\u{2212}" { return false }  // a minus is a dash, as the hyphen is
    if scalar == "§" || scalar == "‰" { return true }
    switch scalar.properties.generalCategory {
    case .currencySymbol, .mathSymbol, .otherSymbol: return true
    default: return false
    }
  }

  /// A word as it is compared: lower case, ß as ss, digits as ASCII digits, without invisible formats. Canonically
  /// equivalent spellings are equal, as Strings are.
  static func folded(_ word: ArraySlice<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    var marks = 0
    for scalar in word {
      if scalar.isASCII {
        marks = 0
        let isUpper = (0x41...0x5A).contains(scalar.value)
        result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value | 0x20)) : scalar)
        continue
      }
      switch scalar.properties.generalCategory {
      case .format: continue
      case .nonspacingMark, .spacingMark, .enclosingMark:
        marks += 1
        if marks <= longestMarks { result.append(scalar) }
      default:
        marks = 0
        appendFolded(scalar, to: &result)
      }
    }
    return String(result)
  }

  private static func appendFolded(_ scalar: Unicode.Scalar, to result: inout String.UnicodeScalarView) {
    switch scalar {
    case "ß", "ẞ":
      result.append("s")
      result.append("s")
    case "ς": result.append("σ")
    case "ſ": result.append("s")
    default:
      if let digit = digit(scalar) {
        result.append(digit)
      } else {
        // One by one: appending a view to a view copies what stands there, every time.
        for lower in scalar.properties.lowercaseMapping.unicodeScalars { result.append(lower) }
      }
    }
  }

  /// The ASCII digit of a decimal digit of any script; nil for other scalars.
  static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
    if scalar.isASCII { return scalar.isDigit ? scalar : nil }
    guard scalar.isDigit, let value = scalar.properties.numericValue, (0...9).contains(value) else { return nil }
    return Unicode.Scalar(UInt8(0x30) + UInt8(value))
  }

  /// Maximal runs of decimal digits of any script, in order.
  static func numbers(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (index, scalar) in scalars.enumerated() {
      if scalar.isDigit {
        if start == nil { start = index }
      } else if let first = start {
        ranges.append(first..<index)
        start = nil
      }
    }
    if let first = start { ranges.append(first..<scalars.count) }
    return ranges
  }
}
