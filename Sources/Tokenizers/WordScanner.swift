/// Cuts text into the words that GPT-2's byte-level BPE merges for themselves. The rules, first that fits:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`. Letters and numbers are Unicode 16's, as
/// in huggingface/tokenizers 0.22. Source: openai/gpt-2, encoder.py.
struct WordScanner {
  private enum Kind {
    case letter, number, space, other
  }

  private let text: UnsafeBufferPointer<UInt8>

  /// - Parameter text: UTF-8.
  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  /// The end of the word that starts at `start`, less than the text's length.
  func end(from start: Int) -> Int {
    if text[start] == UInt8(ascii: "'"), let length = contraction(at: start + 1) { return start + 1 + length }
    var (kind, end) = next(start)
    if text[start] == 0x20, end < text.count {
      let (following, followingEnd) = next(end)
      if following != .space { (kind, end) = (following, followingEnd) }
    }
    guard kind == .space else {
      while end < text.count {
        let (following, followingEnd) = next(end)
        guard following == kind else { break }
        end = followingEnd
      }
      return end
    }
    // The run's last blank is left to the word behind it, unless it is the only one.
    var last = start
    while end < text.count {
      let (following, followingEnd) = next(end)
      guard following == .space else { return last > start ? last : end }
      last = end
      end = followingEnd
    }
    return end
  }

  /// The length of what may follow an apostrophe.
  private func contraction(at index: Int) -> Int? {
    guard index < text.count else { return nil }
    let second = index + 1 < text.count ? text[index + 1] : 0
    switch (text[index], second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _): return 1
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return 2
    default: return nil
    }
  }

  @inline(__always)
  private func next(_ index: Int) -> (kind: Kind, end: Int) {
    let byte = text[index]
    guard byte >= 0x80 else { return (Self.asciiKind(byte), index + 1) }
    let (scalar, length) = UTF8Scanning.scalar(text, at: index)
    return (Self.kind(scalar), index + length)
  }

  @inline(__always)
  private static func asciiKind(_ byte: UInt8) -> Kind {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case 0x20, 0x09...0x0D: .space
    default: .other
    }
  }

  private static func kind(_ scalar: Unicode.Scalar) -> Kind {
    let properties = scalar.properties
    let kind: Kind
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: kind = .letter
    case .decimalNumber, .letterNumber, .otherNumber: kind = .number
    default: return properties.isWhitespace ? .space : .other
    }
    // A later Swift knows later letters.
    if let age = properties.age, age.major > 16 { return .other }
    return kind
  }
}
