import Foundation
import Service
import TestSupport
import Testing

/// Texts in the manner of JSONTestSuite: what RFC 8259 allows, what it forbids, and what it leaves to the reader.
struct JSONValidatorTests {
  static let valid: [String] = [
    "{}", "[]", "0", "-0", "1", "-1", "10", "1.5", "-0.1", "1e5", "1E5", "1e+5", "1e-5", "0e0", "0.0e-0", "1.25E+3",
    "true", "false", "null", #""""#, #""a""#, #"" ""#, " 1 ", "\t\n\r 1\t\n\r ", "[1]", "[1,2]", "[ 1 , 2 ]",
    "[[]]", "[{}]", "[[],[]]", #"{"a":1}"#, #"{"a":1,"b":2}"#, #"{ "a" : 1 , "b" : [ ] }"#, #"{"":0}"#,
    #"{"a":{"a":1}}"#, #"[{"a":1,"a":2}]"#, #"{"x":{"a":1,"a":2}}"#, #""\"\\\/\b\f\n\r\t""#, #""\u0041""#,
    #""\u0000""#, #""\uABCD\uabcd""#, #""\uD83D\uDE00""#, #""\ud83d\ude00""#, #""\\u0041""#, "\"\u{7F}\"",
    "\"\u{E9}\"", "\"\u{20AC}\"", "\"\u{1F600}\"", "\"\u{10FFFF}\"", "\"\u{FFFE}\"", "\"\u{2028}\u{2029}\"",
    "\"a\u{FEFF}\"", #"{"\u0071":1,"p":2}"#, String(repeating: "1", count: 64),
    String(repeating: "[", count: 64) + String(repeating: "]", count: 64),
    String(repeating: #"{"a":"#, count: 64) + "1" + String(repeating: "}", count: 64),
    "{\"" + String(repeating: "n", count: 1_024) + "\":1}",
  ]

  @Test(arguments: valid) func `what the grammar allows passes`(text: String) throws {
    try JSONValidator.validate(Array(text.utf8))
  }

  static let invalid: [(String, JSONSyntaxError.Reason, Int)] = [
    ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
    ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), (#"{"a""#, .unexpectedEnd, 4),
    (#"{"a":"#, .unexpectedEnd, 5), (#"{"a":1"#, .unexpectedEnd, 6), (#"{"a":1,"#, .unexpectedEnd, 7),
    (#"""#, .unexpectedEnd, 1), (#""a"#, .unexpectedEnd, 2), (#""\"#, .unexpectedEnd, 2),
    (#""\u"#, .unexpectedEnd, 3), (#""\u00"#, .unexpectedEnd, 5), ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2),
    ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
    ("[1,]", .expectedValue, 3), ("[,]", .expectedValue, 1), ("[,1]", .expectedValue, 1), ("[1,,2]", .expectedValue, 3),
    (#"{"a":1,}"#, .expectedName, 7), ("{,}", .expectedName, 1), ("{1:2}", .expectedName, 1),
    ("{a:1}", .expectedName, 1),
    ("{'a':1}", .expectedName, 1), (#"{"a" 1}"#, .expectedColon, 5), (#"{"a",1}"#, .expectedColon, 4),
    (#"{"a"::1}"#, .expectedValue, 5), ("[1 2]", .expectedCommaOrBracket, 3), ("[1}", .expectedCommaOrBracket, 2),
    (#"{"a":1 "b":2}"#, .expectedCommaOrBrace, 7), (#"{"a":1]"#, .expectedCommaOrBrace, 6),
    ("1 2", .trailingText, 2), ("[]]", .trailingText, 2), ("{}}", .trailingText, 2), ("{}{}", .trailingText, 2),
    ("[]//", .trailingText, 2), ("/**/1", .expectedValue, 0), ("]", .expectedValue, 0), ("}", .expectedValue, 0),
    ("tru", .expectedValue, 0), ("True", .expectedValue, 0), ("nul", .expectedValue, 0), ("nan", .expectedValue, 0),
    ("NaN", .expectedValue, 0), ("Infinity", .expectedValue, 0), ("undefined", .expectedValue, 0),
    ("truex", .trailingText, 4), ("'a'", .expectedValue, 0), ("a", .expectedValue, 0),
    ("01", .malformedNumber, 0), ("-01", .malformedNumber, 0), ("00", .malformedNumber, 0), ("+1", .expectedValue, 0),
    (".5", .expectedValue, 0), ("1.x", .malformedNumber, 0), ("-x", .malformedNumber, 0), ("1ex", .malformedNumber, 0),
    ("[-]", .malformedNumber, 1), ("0x1", .trailingText, 1), ("1_000", .trailingText, 1), ("1.5.2", .trailingText, 3),
    ("--1", .malformedNumber, 0), ("1e1.5", .trailingText, 3), ("١", .expectedValue, 0),
    ("\"\n\"", .controlCharacter, 1), ("\"\t\"", .controlCharacter, 1), ("\"\u{0}\"", .controlCharacter, 1),
    ("\"\u{1F}\"", .controlCharacter, 1), (#""\x""#, .unknownEscape, 1), (#""\'""#, .unknownEscape, 1),
    (#""\U0041""#, .unknownEscape, 1), (#""\u00G0""#, .unknownEscape, 1), (#""\u 041""#, .unknownEscape, 1),
    (#""\0""#, .unknownEscape, 1), (#""\uD83D""#, .loneSurrogate, 1), (#""\uDE00""#, .loneSurrogate, 1),
    (#""\uD83Dx""#, .loneSurrogate, 1), (#""\uD83D\n""#, .loneSurrogate, 1), (#""\uD83D\u0041""#, .loneSurrogate, 1),
    (#""\uD83D\uD83D""#, .loneSurrogate, 1), (#""\uDE00\uD83D""#, .loneSurrogate, 1),
    ("\u{FEFF}{}", .byteOrderMark, 0), ("\u{A0}1", .expectedValue, 0), ("\u{C}1", .expectedValue, 0),
    ("\u{B}1", .expectedValue, 0), ("1\u{0}", .trailingText, 1), ("\u{2028}1", .expectedValue, 0),
    (String(repeating: "[", count: 65), .tooDeep, 64), (String(repeating: "[", count: 100_000), .tooDeep, 64),
    (String(repeating: #"{"a":"#, count: 65), .tooDeep, 320), (String(repeating: "1", count: 65), .numberTooLong, 0),
    ("{\"" + String(repeating: "n", count: 1_025) + "\":1}", .nameTooLong, 1),
    (#"{"a":1,"a":2}"#, .repeatedName, 7), (#"{"q":1,"\u0071":2}"#, .repeatedName, 7),
    (#"{"\n":1,"\u000a":2}"#, .repeatedName, 8), (#"{"😀":1,"\ud83d\ude00":2}"#, .repeatedName, 10),
  ]

  @Test(arguments: invalid)
  func `what the grammar forbids is refused where it stands`(
    text: String, reason: JSONSyntaxError.Reason, offset: Int
  ) {
    #expect(throws: JSONSyntaxError(reason: reason, offset: offset)) {
      try JSONValidator.validate(Array(text.utf8))
    }
  }

  static let malformedUTF8: [[UInt8]] = [
    [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x22], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
    [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
    [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
  ]

  @Test(arguments: malformedUTF8) func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
    #expect(throws: JSONSyntaxError(reason: .invalidUTF8, offset: 1)) {
      try JSONValidator.validate([0x22] + bytes + [0x22])
    }
    #expect(throws: JSONSyntaxError.self) { try JSONValidator.validate([0x22] + bytes) }
  }

  @Test func `UTF-16 and UTF-32 are refused`() {
    for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf16, .utf32LittleEndian, .utf32BigEndian] {
      let bytes = "{}".data(using: encoding).map { [UInt8]($0) } ?? []
      #expect(throws: JSONSyntaxError.self) { try JSONValidator.validate(bytes) }
    }
  }

  @Test func `more than a thousand names are refused`() throws {
    let names = (0...1_000).map { "\"\($0)\":0" }
    try JSONValidator.validate(Array(("{" + names.dropLast().joined(separator: ",") + "}").utf8))
    #expect(throws: JSONSyntaxError.self) {
      try JSONValidator.validate(Array(("{" + names.joined(separator: ",") + "}").utf8))
    }
  }

  @Test func `every prefix of a text is refused and none traps`() {
    let text = Array(#"{"a":[1.5e-3,"\ud83d\ude00é\n",{"b":null}],"c":true}"#.utf8)
    for length in 0..<text.count {
      #expect(throws: JSONSyntaxError.self) { try JSONValidator.validate(Array(text[..<length])) }
    }
  }

  @Test func `mutated texts never trap, and what still passes is what JSONDecoder reads`() throws {
    var random = SeededGenerator(seed: 7)
    let pieces =
      Array(#"{}[]",:\u0041\ud83d\ude00 -0.1e+9truefalsenull"#.utf8) + [0x00, 0x0A, 0x80, 0xC3, 0xA9, 0xF0, 0xFF]
    for text in Self.valid where text.hasPrefix("[") || text.hasPrefix("{") {
      for _ in 0..<300 {
        var bytes = Array(text.utf8)
        for _ in 0...Int.random(in: 0..<3, using: &random) where !bytes.isEmpty {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes[place] = pieces.randomElement(using: &random) ?? 0
          case 1: bytes.insert(pieces.randomElement(using: &random) ?? 0, at: place)
          default: bytes.remove(at: place)
          }
        }
        guard (try? JSONValidator.validate(bytes)) != nil else { continue }
        #expect(throws: Never.self, "\(String(decoding: bytes, as: UTF8.self))") {
          try JSONDecoder().decode(Anything.self, from: Data(bytes))
        }
      }
    }
  }

  @Test func `what passes is what JSONDecoder reads`() throws {
    for text in Self.valid where text.hasPrefix("[") || text.hasPrefix("{") {
      _ = try JSONDecoder().decode(Anything.self, from: Data(text.utf8))
    }
  }

  private struct Anything: Decodable {
    init(from decoder: any Decoder) throws { _ = try? decoder.singleValueContainer() }
  }
}
