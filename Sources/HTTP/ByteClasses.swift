import Glibc

/// The character classes of RFC 9110 and RFC 3986, as bit masks over ASCII: a test is two shifts, no table to load.
struct ByteClass {
  /// One bit for each byte 0…63 and 64…127.
  let low: UInt64
  let high: UInt64

  init(_ characters: StaticString) {
    var low: UInt64 = 0
    var high: UInt64 = 0
    characters.withUTF8Buffer { buffer in
      for byte in buffer {
        if byte < 64 { low |= 1 << UInt64(byte) } else { high |= 1 << UInt64(byte & 63) }
      }
    }
    self.low = low
    self.high = high
  }

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 != 0
  }

  /// RFC 9110 §5.6.2: tchar.
  static let token = ByteClass("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  /// RFC 3986 §3.3: pchar and `/`. `%` is checked when the path is decoded.
  static let path = ByteClass("-._~!$&'()*+,;=:@/%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  /// RFC 3986 §3.2.2: reg-name.
  static let host = ByteClass("-._~!$&'()*+,;=%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
  /// RFC 3986 §3.2.2: what stands between the brackets of an IP literal.
  static let literal = ByteClass("-._~!$&'()*+,;=:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

extension UInt8 {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let space: UInt8 = 0x20

  /// RFC 9110 §5.5: VCHAR, obs-text, SP and HTAB; no other control character.
  @inline(__always) var isFieldValue: Bool { (self >= 0x20 && self != 0x7F) || self == .tab }

  /// RFC 5234 appendix B.1: VCHAR.
  @inline(__always) var isVisible: Bool { self > 0x20 && self < 0x7F }

  /// RFC 9110 §5.6.3: optional white space.
  @inline(__always) var isOptionalWhitespace: Bool { self == .space || self == .tab }

  /// The value of a decimal digit.
  @inline(__always) var decimalValue: Int? { (0x30...0x39).contains(self) ? Int(self) - 0x30 : nil }

  /// The value of a hexadecimal digit.
  @inline(__always) var hexadecimalValue: UInt8? {
    switch self {
    case 0x30...0x39: return self - 0x30
    case 0x41...0x46: return self - 0x41 + 10
    case 0x61...0x66: return self - 0x61 + 10
    default: return nil
    }
  }

  /// A capital letter as its small one; everything else as it is.
  @inline(__always) var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}

extension Span<UInt8> {
  /// Whether these bytes are `text` (small letters) but for the case of letters.
  @inline(__always)
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { expected in
      for index in 0..<count where self[index].lowercased != expected[index] { return false }
      return true
    }
  }

  /// The first index at or after `start` that holds `byte`.
  @inline(__always)
  func firstIndex(of byte: UInt8, from start: Int = 0) -> Int? {
    var index = start
    while index < count {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// The range of `range` without white space at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start].isOptionalWhitespace { start += 1 }
    while end > start, self[end - 1].isOptionalWhitespace { end -= 1 }
    return start..<end
  }

  /// The bytes of `range` as text; bytes that are not UTF-8 become U+FFFD.
  func text(_ range: Range<Int>) -> String {
    extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}

extension Span<UInt8> {
  /// The index in `range` of the first LF: memchr, which reads a vector at a time.
  func firstLineFeed(in range: Range<Int>) -> Int? {
    extracting(range).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, let found = memchr(base, 0x0A, buffer.count) else { return nil }
      return range.lowerBound + UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
    }
  }
}
