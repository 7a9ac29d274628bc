/// Reads JSON (RFC 8259) member by member, where a decoder would hide duplicates, take equivalent strings for equal, or
/// be slow: vocabularies. What it steps over is not checked beyond brackets and strings.
struct JSONScanner {
  /// What went wrong, and at which byte.
  struct Failure: Error {
    let reason: String
    let position: Int
  }

  private static let depthLimit = 512

  private let bytes: [UInt8]
  private let end: Int
  private(set) var position: Int

  /// - Parameter range: the part of `bytes` that holds one value, all by default.
  init(_ bytes: [UInt8], range: Range<Int>? = nil) {
    let range = (range ?? bytes.indices).clamped(to: bytes.indices)
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// Reads an object; `visit` must take each member's value.
  mutating func members(
    _ visit: (_ key: String, inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try expect("{", "the object's {")
    if try takes("}") { return }
    repeat {
      skipWhitespace()
      let key = try string()
      try expect(":", "a colon after a string")
      try visit(key, &self)
    } while try isFollowed(orEndedBy: "}")
  }

  /// Reads an array; `visit` must take each element.
  mutating func elements(_ visit: (inout JSONScanner) throws(Failure) -> Void) throws(Failure) {
    try expect("[", "the array's [")
    if try takes("]") { return }
    repeat {
      try visit(&self)
    } while try isFollowed(orEndedBy: "]")
  }

  /// Makes sure that nothing but whitespace is left.
  mutating func finish() throws(Failure) {
    skipWhitespace()
    guard position == end else { throw failure("something follows the value") }
  }

  /// The next byte that is not whitespace, not taken.
  mutating func peek() throws(Failure) -> UInt8 {
    skipWhitespace()
    guard position < end else { throw failure("the file is cut off") }
    return bytes[position]
  }

  /// Takes a comma or one fixed character.
  mutating func expect(_ character: Unicode.Scalar, _ what: String) throws(Failure) {
    guard try peek() == UInt8(ascii: character) else { throw failure("\(what) was expected") }
    position += 1
  }

  private mutating func takes(_ character: Unicode.Scalar) throws(Failure) -> Bool {
    guard try peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func isFollowed(orEndedBy closing: Unicode.Scalar) throws(Failure) -> Bool {
    if try takes(closing) { return false }
    guard try takes(",") else { throw failure("a comma or \(closing) was expected") }
    return true
  }

  private func failure(_ reason: String, back: Int = 0) -> Failure {
    Failure(reason: reason, position: position - back)
  }

  private mutating func skipWhitespace() {
    while position < end, Self.isWhitespace(bytes[position]) { position += 1 }
  }

  private static func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  // MARK: - Values

  /// A whole number of at most 18 digits.
  mutating func integer() throws(Failure) -> Int64 {
    _ = try peek()
    let start = position
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    var value: Int64 = 0
    var digits = 0
    while position < end, (0x30...0x39).contains(bytes[position]), digits < 18 {
      value = value * 10 + Int64(bytes[position] - 0x30)
      digits += 1
      position += 1
    }
    let endsWell =
      position == end || Self.isWhitespace(bytes[position]) || [0x2C, 0x5D, 0x7D].contains(bytes[position])
    guard digits > 0, endsWell else { throw Failure(reason: "an id is not a whole number", position: start) }
    return bytes[start] == UInt8(ascii: "-") ? -value : value
  }

  /// A finite number.
  mutating func number() throws(Failure) -> Double {
    _ = try peek()
    let start = position
    while position < end, (0x30...0x39).contains(bytes[position]) || "+-.eE".utf8.contains(bytes[position]) {
      position += 1
    }
    guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
      throw Failure(reason: "a finite number was expected", position: start)
    }
    return value
  }

  /// Steps over a value and returns where it stands.
  mutating func skipValue() throws(Failure) -> Range<Int> {
    _ = try peek()
    let start = position
    var depth = 0
    repeat {
      switch try peek() {
      case 0x22: try skipString()
      case 0x5B, 0x7B:
        depth += 1
        position += 1
        guard depth <= Self.depthLimit else { throw failure("values lie more than \(Self.depthLimit) deep") }
      case 0x5D, 0x7D:
        guard depth > 0 else { throw failure("a value was expected") }
        depth -= 1
        position += 1
      case 0x2C, 0x3A:
        guard depth > 0 else { throw failure("a value was expected") }
        position += 1
      default: skipPlain()
      }
    } while depth > 0
    return start..<position
  }

  private mutating func skipString() throws(Failure) {
    position += 1
    while position < end, bytes[position] != 0x22 { position += bytes[position] == 0x5C ? 2 : 1 }
    guard position < end else {
      position = end
      throw failure("the file is cut off inside a string")
    }
    position += 1
  }

  /// A number, `true`, `false` or `null`.
  private mutating func skipPlain() {
    repeat {
      position += 1
    } while position < end && !Self.isWhitespace(bytes[position])
      && ![0x22, 0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D].contains(bytes[position])
  }

  // MARK: - Strings

  /// A string, its escapes resolved.
  mutating func string() throws(Failure) -> String {
    try expect("\"", "a string in double quotes")
    let start = position
    while position < end, bytes[position] != 0x22, bytes[position] != 0x5C, bytes[position] >= 0x20 { position += 1 }
    guard position < end else { throw failure("the file is cut off inside a string") }
    var text = Array(bytes[start..<position])
    while bytes[position] != 0x22 {
      try appendCharacter(to: &text)
      guard position < end else { throw failure("the file is cut off inside a string") }
    }
    position += 1
    guard let string = String(validating: text, as: UTF8.self) else {
      throw Failure(reason: "a string is not UTF-8", position: start)
    }
    return string
  }

  private mutating func appendCharacter(to text: inout [UInt8]) throws(Failure) {
    let byte = bytes[position]
    guard byte >= 0x20 else { throw failure("a control character stands in a string") }
    position += 1
    guard byte == 0x5C else {
      text.append(byte)
      return
    }
    guard position < end else { throw failure("the file is cut off inside a string") }
    let escape = bytes[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escape)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Character(try escapedScalar()).utf8)
    default: throw failure("a string has an unknown escape", back: 2)
    }
  }

  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let start = position
    var code = try hexDigits()
    if (0xD800..<0xDC00).contains(code), position + 1 < end, bytes[position] == 0x5C,
      bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let low = try hexDigits()
      if (0xDC00..<0xE000).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) }
    }
    guard let scalar = Unicode.Scalar(code) else {
      throw Failure(reason: "a string has half a surrogate pair", position: start)
    }
    return scalar
  }

  private mutating func hexDigits() throws(Failure) -> UInt32 {
    guard end - position >= 4,
      bytes[position..<(position + 4)].allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw failure("a \\u escape lacks four hexadecimal digits") }
    position += 4
    return code
  }
}
