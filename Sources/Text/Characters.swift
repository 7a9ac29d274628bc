/// What the splitters ask of a scalar.
extension Unicode.Scalar {
  /// Unicode's White_Space property.
  var isWhiteSpace: Bool {
    switch value {
    case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Whether a line ends here (Unicode's mandatory breaks).
  package var isLineBreak: Bool {
    switch value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  var utf8Length: Int { value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4 }

  var isLetter: Bool {
    if isASCII { return (0x41...0x5A).contains(value & ~0x20) }
    return properties.isAlphabetic
  }

  var isLowercaseLetter: Bool {
    if isASCII { return (0x61...0x7A).contains(value) }
    return properties.isLowercase
  }

  var isUppercaseLetter: Bool {
    if isASCII { return (0x41...0x5A).contains(value) }
    return properties.isUppercase
  }

  /// A decimal digit of any script.
  package var isDigit: Bool {
    if isASCII { return (0x30...0x39).contains(value) }
    return properties.generalCategory == .decimalNumber
  }

  /// Han, kana, bopomofo: scripts without spaces, whose marks end sentences without one.
  package var isEastAsian: Bool {
    switch value {
    case 0x2E80...0x2FDF, 0x3005...0x3007, 0x3040...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
      0xFF66...0xFF9F, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// Belongs to the character before it: a combining mark, a variation selector, a joiner or another invisible format.
  var extendsPrevious: Bool {
    if value < 0x300 { return value == 0xAD }
    switch properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .format: return true
    default: return (0x1F3FB...0x1F3FF).contains(value)
    }
  }
}

/// Marks that end sentences, and what may stand between them and the next sentence.
enum Punctuation {
  /// How a mark ends a sentence.
  enum Terminal {
    /// A full stop, which also ends abbreviations and numbers.
    case period
    /// `!`, `?`, `…`: needs whitespace after it, and a sentence's start after that.
    case spaced
    /// A mark of nothing else, such as `؟`: needs whitespace after it.
    case certain
    /// A mark such as `。` that needs no whitespace after it.
    case unspaced
  }

  static func terminal(_ scalar: Unicode.Scalar) -> Terminal? {
    switch scalar.value {
    case 0x2E: .period
    case 0x21, 0x3F, 0x2026, 0x203C, 0x203D, 0x2047...0x2049: .spaced
    // Arabic, Urdu, Syriac, Armenian, Greek question mark, N'Ko, reversed question mark.
    case 0x061F, 0x06D4, 0x0700...0x0702, 0x0589, 0x037E, 0x07F9, 0x2E2E: .certain
    // East Asian (full, half and small forms), dandas, Ethiopic, Myanmar, Khmer, Mongolian.
    case 0x3002, 0xFF01, 0xFF0E, 0xFF1F, 0xFF61, 0xFE52, 0xFE56, 0xFE57, 0x0964, 0x0965, 0x1362, 0x1367, 0x1368,
      0x104A, 0x104B, 0x17D4, 0x17D5, 0x1803, 0x1809:
      .unspaced
    default: nil
    }
  }

  /// Quotes and brackets that may close directly after a sentence's mark. Some open in other languages; a space follows
  /// where they close.
  static func isCloser(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case ")", "]", "}", "\"", "'", "”", "’", "»", "›", "“", "‘", "«", "‹", "*", "_": true
    default: isEastAsianCloser(scalar)
    }
  }

  static func isEastAsianCloser(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "」", "』", "）", "】", "》", "〉", "｝", "］", "〕", "〗", "｣", "”", "’", ")": true
    default: false
    }
  }

  /// What may stand before the first letter of a sentence.
  static func isOpener(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "(", "[", "{", "\"", "'", "“", "„", "‘", "‚", "‛", "‟", "«", "»", "‹", "›", "¿", "¡", "-", "–", "—", "―", "•",
      "*", "_",
      "#", "「", "『", "（", "【", "《", "〈", "｛", "［", "…":
      true
    default: false
    }
  }
}
