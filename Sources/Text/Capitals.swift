/// TEXT IN CAPITALS as text in lower case and back, for models that know capitals as single letters only.
public enum Capitals {
  /// The fewest letters that a text in capitals has; less may well be an abbreviation.
  public static let fewestLetters = 5

  /// A text without lower-case letters (ß and º are none) in lower case, its first letter excepted; nil for any other
  /// text, and for scripts without case. The English word "I" stays as it is, alone or before an apostrophe. Scalar for scalar, so that places
  /// in one text are places in the other.
  public static func lowered(_ text: Substring) -> String? {
    var letters = 0
    for scalar in text.unicodeScalars where scalar.isLetter {
      if scalar.isLowercaseLetter, scalar != "ß", scalar.properties.changesWhenUppercased { return nil }
      if scalar.isUppercaseLetter { letters += 1 }
    }
    guard letters >= fewestLetters else { return nil }
    var lowered = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    var isFirst = true
    var index = text.unicodeScalars.startIndex
    while index < text.unicodeScalars.endIndex {
      let scalar = text.unicodeScalars[index]
      text.unicodeScalars.formIndex(after: &index)
      let next = index < text.unicodeScalars.endIndex ? text.unicodeScalars[index] : nil
      let isWordI = scalar == "I" && !isInWord(previous) && !isInWord(next)
      lowered.append(isFirst && scalar.isUppercaseLetter || isWordI ? scalar : lowercase(scalar))
      if scalar.isUppercaseLetter { isFirst = false }
      previous = scalar
    }
    return String(lowered)
  }

  /// A text in capitals; ß becomes SS.
  public static func raised(_ text: String) -> String { text.uppercased() }

  /// The same with places in the text, in Unicode scalars, moved to where their scalars are now.
  public static func raised(
    _ text: String, offsets: [Range<Int>?]
  ) -> (text: String, offsets: [Range<Int>?]) {
    var raised = ""
    // Where each scalar's capitals begin, and where the last one's end.
    var starts = [0]
    for scalar in text.unicodeScalars {
      let capitals = scalar.properties.uppercaseMapping
      raised += capitals
      starts.append((starts.last ?? 0) + capitals.unicodeScalars.count)
    }
    return (raised, offsets.map { $0.map { starts[$0.lowerBound]..<starts[$0.upperBound] } })
  }

  private static func isInWord(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    return scalar.isLetter || scalar.isDigit || scalar.extendsPrevious
  }

  /// What takes two scalars in lower case (İ) stays.
  private static func lowercase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    if scalar.isASCII {
      return (0x41...0x5A).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar
    }
    let mapping = scalar.properties.lowercaseMapping.unicodeScalars
    return mapping.count == 1 ? mapping.first ?? scalar : scalar
  }
}
