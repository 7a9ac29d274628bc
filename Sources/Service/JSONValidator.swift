/// Why bytes are not JSON that this service reads.
public struct JSONSyntaxError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public enum Reason: String, Sendable {
    case byteOrderMark = "a byte order mark is not JSON; send UTF-8 without one"
    case unexpectedEnd = "the text ends too early"
    case trailingText = "something stands behind the value"
    case expectedValue = "a value is expected"
    case expectedName = "a name in double quotes is expected"
    case expectedColon = "a colon is expected"
    case expectedCommaOrBracket = "a comma or a closing bracket is expected"
    case expectedCommaOrBrace = "a comma or a closing brace is expected"
    case malformedNumber = "a number is malformed"
    case controlCharacter = "a control character in a string must be escaped"
    case unknownEscape = "a backslash must be followed by one of \"\\/bfnrt or u and four hexadecimal digits"
    case loneSurrogate = "an escaped surrogate lacks its other half"
    case invalidUTF8 = "the bytes are not UTF-8"
    case tooDeep = "brackets are nested more than 64 deep"
    case numberTooLong = "a number has more than 64 characters"
    case nameTooLong = "a name has more than 1,024 bytes"
    case repeatedName = "a name of the outermost object stands twice"
    case tooManyNames = "the outermost object has more than 1,000 names"
  }

  /// What is wrong.
  public let reason: Reason
  /// Where, in bytes from the start.
  public let offset: Int

  /// Makes an error.
  public init(reason: Reason, offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  /// `at byte 12: a colon is expected`.
  public var description: String { "at byte \(offset): \(reason.rawValue)" }
}

/// Checks that bytes are one JSON text (RFC 8259), before JSONDecoder reads them, which would also take trailing commas
/// and UTF-16. Where the RFC lets a parser choose or set limits, the choice is a refusal: lone surrogates, names that
/// stand twice in the outermost object (§4: which of them counts would depend on the reader), depth, lengths.
///
/// One pass without recursion; the cost is linear in the bytes.
public struct JSONValidator: Sendable {
  static let depthLimit = 64
  static let numberLimit = 64
  static let nameLimit = 1_024
  static let nameCountLimit = 1_000

  /// Throws where `bytes` are not one JSON text.
  public static func validate(_ bytes: [UInt8]) throws(JSONSyntaxError) {
    var scanner = JSONScanner()
    try scanner.run(bytes.span)
  }
}

/// The state of a pass over one text.
private struct JSONScanner {
  private enum Container { case array, object }

  private var index = 0
  private var open: [Container] = []
  /// The names of the outermost object, unescaped.
  private var names: Set<[UInt8]> = []

  mutating func run(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { throw error(.byteOrderMark) }
    try beginValue(text)
    while let container = open.last {
      skipWhitespace(text)
      guard index < text.count else { throw error(.unexpectedEnd) }
      switch (container, text[index]) {
      case (.array, UInt8(ascii: "]")), (.object, UInt8(ascii: "}")):
        index += 1
        open.removeLast()
      case (.array, UInt8(ascii: ",")):
        index += 1
        try beginValue(text)
      case (.object, UInt8(ascii: ",")):
        index += 1
        try member(text)
      case (.array, _): throw error(.expectedCommaOrBracket)
      case (.object, _): throw error(.expectedCommaOrBrace)
      }
    }
    skipWhitespace(text)
    guard index == text.count else { throw error(.trailingText) }
  }

  private func error(_ reason: JSONSyntaxError.Reason, at offset: Int? = nil) -> JSONSyntaxError {
    JSONSyntaxError(reason: reason, offset: offset ?? index)
  }

  /// RFC 8259 §2: space, tab, line feed, carriage return.
  private mutating func skipWhitespace(_ text: borrowing Span<UInt8>) {
    while index < text.count, text[index] == 0x20 || (0x09...0x0A).contains(text[index]) || text[index] == 0x0D {
      index += 1
    }
  }

  /// Reads a whole scalar, or the beginning of a container up to its first value.
  private mutating func beginValue(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    while true {
      skipWhitespace(text)
      guard index < text.count else { throw error(.unexpectedEnd) }
      switch text[index] {
      case UInt8(ascii: "\""): return try string(text)
      case UInt8(ascii: "t"): return try literal("true", text)
      case UInt8(ascii: "f"): return try literal("false", text)
      case UInt8(ascii: "n"): return try literal("null", text)
      case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number(text)
      case UInt8(ascii: "["):
        try enter(.array)
        skipWhitespace(text)
        if index < text.count, text[index] == UInt8(ascii: "]") { return }
      case UInt8(ascii: "{"):
        try enter(.object)
        skipWhitespace(text)
        if index < text.count, text[index] == UInt8(ascii: "}") { return }
        return try member(text)
      default: throw error(.expectedValue)
      }
    }
  }

  private mutating func enter(_ container: Container) throws(JSONSyntaxError) {
    guard open.count < JSONValidator.depthLimit else { throw error(.tooDeep) }
    open.append(container)
    index += 1
  }

  /// Reads `"name": ` and begins its value. Objects in objects nest through this by at most `depthLimit` calls.
  private mutating func member(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    skipWhitespace(text)
    guard index < text.count else { throw error(.unexpectedEnd) }
    guard text[index] == UInt8(ascii: "\"") else { throw error(.expectedName) }
    let start = index
    try string(text)
    guard index - start - 2 <= JSONValidator.nameLimit else { throw error(.nameTooLong, at: start) }
    if open.count == 1 {
      guard names.count < JSONValidator.nameCountLimit else { throw error(.tooManyNames, at: start) }
      let isNew = names.insert(unescaped(text, (start + 1)..<(index - 1))).inserted
      guard isNew else { throw error(.repeatedName, at: start) }
    }
    skipWhitespace(text)
    guard index < text.count else { throw error(.unexpectedEnd) }
    guard text[index] == UInt8(ascii: ":") else { throw error(.expectedColon) }
    index += 1
    try beginValue(text)
  }

  private mutating func literal(_ word: StaticString, _ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    guard index + word.utf8CodeUnitCount <= text.count else { throw error(.expectedValue) }
    for position in 0..<word.utf8CodeUnitCount where text[index + position] != word.utf8Start[position] {
      throw error(.expectedValue)
    }
    index += word.utf8CodeUnitCount
  }

  /// RFC 8259 §6: `[-] (0 | 1-9 digits) [. digits] [e|E [+|-] digits]`.
  private mutating func number(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    let start = index
    if text[index] == UInt8(ascii: "-") { index += 1 }
    if index < text.count, text[index] == UInt8(ascii: "0") { index += 1 } else { try digits(text, from: start) }
    if index < text.count, text[index] == UInt8(ascii: ".") {
      index += 1
      try digits(text, from: start)
    }
    if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      if index < text.count, text[index] == UInt8(ascii: "+") || text[index] == UInt8(ascii: "-") { index += 1 }
      try digits(text, from: start)
    }
    if index < text.count, (0x30...0x39).contains(text[index]) { throw error(.malformedNumber, at: start) }
    guard index - start <= JSONValidator.numberLimit else { throw error(.numberTooLong, at: start) }
  }

  /// One digit or more.
  private mutating func digits(_ text: borrowing Span<UInt8>, from start: Int) throws(JSONSyntaxError) {
    let first = index
    while index < text.count, (0x30...0x39).contains(text[index]) { index += 1 }
    guard index > first else {
      throw index < text.count ? error(.malformedNumber, at: start) : error(.unexpectedEnd)
    }
  }
}

extension JSONScanner {
  /// RFC 8259 §7, from the opening quotation mark behind the closing one.
  private mutating func string(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    index += 1
    while index < text.count {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return
      case UInt8(ascii: "\\"): try escape(text)
      case 0..<0x20: throw error(.controlCharacter)
      case 0x20..<0x80: index += 1
      default: try multibyte(text)
      }
    }
    throw error(.unexpectedEnd)
  }

  private mutating func escape(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    let start = index
    guard index + 1 < text.count else { throw error(.unexpectedEnd, at: text.count) }
    switch text[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      index += 2
    case UInt8(ascii: "u"):
      let unit = try unicodeEscape(text)
      guard !(0xDC00...0xDFFF).contains(unit) else { throw error(.loneSurrogate, at: start) }
      guard (0xD800...0xDBFF).contains(unit) else { return }
      guard index + 1 < text.count, text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u") else {
        throw error(.loneSurrogate, at: start)
      }
      guard (0xDC00...0xDFFF).contains(try unicodeEscape(text)) else { throw error(.loneSurrogate, at: start) }
    default: throw error(.unknownEscape)
    }
  }

  /// The code unit of a `\uXXXX`.
  private mutating func unicodeEscape(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) -> UInt16 {
    let start = index
    index += 2
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard index < text.count else { throw error(.unexpectedEnd) }
      guard let digit = text[index].hexadecimalDigit else { throw error(.unknownEscape, at: start) }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  /// A character of two to four bytes (Unicode 16, table 3-7: no overlong form, no surrogate, at most U+10FFFF).
  private mutating func multibyte(_ text: borrowing Span<UInt8>) throws(JSONSyntaxError) {
    let first = text[index]
    let count: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0xC2...0xDF: count = 2
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: count = 3
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: count = 4
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: throw error(.invalidUTF8)
    }
    guard index + count <= text.count, second.contains(text[index + 1]) else { throw error(.invalidUTF8) }
    for position in 2..<max(count, 2) where text[index + position] & 0xC0 != 0x80 { throw error(.invalidUTF8) }
    index += count
  }

  /// The bytes of a valid string without its escapes, so that `"q"` and `"\u0071"` are the same name.
  private func unescaped(_ text: borrowing Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    var position = range.lowerBound
    var high: UInt32 = 0
    while position < range.upperBound {
      guard text[position] == UInt8(ascii: "\\") else {
        bytes.append(text[position])
        position += 1
        continue
      }
      guard text[position + 1] == UInt8(ascii: "u") else {
        bytes.append(Self.controls[text[position + 1]] ?? text[position + 1])
        position += 2
        continue
      }
      var unit: UInt32 = 0
      for digit in 2..<6 { unit = unit << 4 | UInt32(text[position + digit].hexadecimalDigit ?? 0) }
      position += 6
      if (0xD800...0xDBFF).contains(unit) {
        high = unit
        continue
      }
      if (0xDC00...0xDFFF).contains(unit) { unit = 0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00) }
      if let scalar = Unicode.Scalar(unit) {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
    }
    return bytes
  }

  private static var controls: [UInt8: UInt8] {
    [
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D,
      UInt8(ascii: "t"): 0x09,
    ]
  }
}

extension UInt8 {
  fileprivate var hexadecimalDigit: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
