extension Unicode.Scalar {
  /// White space as Python's `str.split()` and `str.rstrip()` see it: Unicode's White_Space and the four separators
  /// U+001C…U+001F.
  var isPythonWhitespace: Bool {
    switch value {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// An ASCII digit.
  var isASCIIDigit: Bool { (0x30...0x39).contains(value) }

  /// An ASCII punctuation mark or symbol, Python's `string.punctuation`.
  var isASCIIPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
