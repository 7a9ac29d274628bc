/// UTF-8 at the level of bytes, as sentencepiece sees it.
enum UTF8Scanning {
  /// The length that a character's first byte announces, 1 for a stray continuation byte.
  @inline(__always)
  static func announcedLength(_ lead: UInt8) -> Int {
    lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
  }

  /// The length of the well-formed character at `index`, or nil where the bytes are malformed
  /// (overlong, surrogate, above U+10FFFF, cut off).
  @inline(__always)
  static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
    let lead = bytes[index]
    if lead < 0x80 { return 1 }
    let left = bytes.count - index
    func continuation(_ offset: Int) -> UInt32? {
      let byte = bytes[index + offset]
      return byte & 0xC0 == 0x80 ? UInt32(byte & 0x3F) : nil
    }
    switch lead {
    case 0xC2...0xDF:
      return left >= 2 && continuation(1) != nil ? 2 : nil
    case 0xE0...0xEF:
      guard left >= 3, let second = continuation(1), let third = continuation(2) else { return nil }
      let scalar = UInt32(lead & 0x0F) << 12 | second << 6 | third
      return scalar >= 0x800 && !(0xD800...0xDFFF).contains(scalar) ? 3 : nil
    case 0xF0...0xF4:
      guard left >= 4, let second = continuation(1), let third = continuation(2), let fourth = continuation(3)
      else { return nil }
      let scalar = UInt32(lead & 0x07) << 18 | second << 12 | third << 6 | fourth
      return (0x10000...0x10FFFF).contains(scalar) ? 4 : nil
    default:
      return nil
    }
  }

  /// The character at `index` of well-formed text and its length. Anything else counts as U+FFFD, a byte long.
  @inline(__always)
  static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (scalar: Unicode.Scalar, length: Int) {
    let lead = bytes[index]
    guard lead >= 0x80 else { return (Unicode.Scalar(lead), 1) }
    guard let length = characterLength(bytes, at: index) else { return ("\u{FFFD}", 1) }
    var value = UInt32(lead) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
    return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
  }

  /// Whether a character has Unicode's property White_Space.
  @inline(__always)
  static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x80 ? scalar.value == 0x20 || (0x09...0x0D).contains(scalar.value) : scalar.properties.isWhitespace
  }

  /// Appends `bytes` to `text`, each malformed byte replaced by U+FFFD. Source: sentencepiece's decoder (one
  /// replacement a byte, not one a maximal subpart as `String(decoding:)` does).
  /// - Parameter note: told of each character how many bytes it took and which bytes of `text` it became.
  static func appendRepaired(
    _ bytes: [UInt8], to text: inout [UInt8], note: (_ length: Int, _ written: Range<Int>) -> Void
  ) {
    bytes.withUnsafeBufferPointer { buffer in
      var index = 0
      while index < buffer.count {
        let start = text.count
        let length = characterLength(buffer, at: index)
        if let length {
          text.append(contentsOf: buffer[index..<(index + length)])
        } else {
          text.append(contentsOf: replacementCharacter)
        }
        note(length ?? 1, start..<text.count)
        index += length ?? 1
      }
    }
  }

  /// U+FFFD.
  static let replacementCharacter: [UInt8] = [0xEF, 0xBF, 0xBD]
  /// U+2581, the visible blank that stands for a space in pieces.
  static let visibleBlank: [UInt8] = [0xE2, 0x96, 0x81]

  /// Whether U+2581 stands at `index`.
  @inline(__always)
  static func isVisibleBlank(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    index + 3 <= bytes.count && bytes[index] == 0xE2 && bytes[index + 1] == 0x96 && bytes[index + 2] == 0x81
  }
}
