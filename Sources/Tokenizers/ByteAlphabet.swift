/// The letters in which byte-level BPE spells bytes: printable Latin-1 stands for itself, the other 68 bytes for U+0100…
/// in ascending order; so a space is Ġ. Source: openai/gpt-2, encoder.py, bytes_to_unicode.
enum ByteAlphabet {
  /// The letter of each byte.
  static let letters: [Unicode.Scalar] = {
    var next: UInt32 = 0x100
    return (0..<256).map { byte -> Unicode.Scalar in
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF:
        return Unicode.Scalar(UInt8(byte))
      default:
        defer { next += 1 }
        return Unicode.Scalar(next) ?? "\u{FFFD}"
      }
    }
  }()

  /// For each scalar value below 0x144 the byte whose letter it is, or −1.
  private static let bytes: [Int16] = {
    var bytes = [Int16](repeating: -1, count: 0x144)
    for (byte, letter) in letters.enumerated() { bytes[Int(letter.value)] = Int16(byte) }
    return bytes
  }()

  /// Appends the bytes that a piece spells; its UTF-8 where a character is no letter of the alphabet.
  static func append(_ piece: String, to output: inout [UInt8]) {
    let start = output.count
    for scalar in piece.unicodeScalars {
      guard scalar.value < bytes.count, bytes[Int(scalar.value)] >= 0 else {
        output.removeLast(output.count - start)
        output.append(contentsOf: piece.utf8)
        return
      }
      output.append(UInt8(truncatingIfNeeded: bytes[Int(scalar.value)]))
    }
  }
}
