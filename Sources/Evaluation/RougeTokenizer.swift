/// The tokenizer of rouge-score: runs of ASCII letters and digits in lower case; all else separates, so that text in
/// another script has no tokens at all.
///
/// Source: rouge-score 0.1.2 tokenize.py (the rules, not the code).
enum RougeTokenizer {
  /// Words up to this many letters are never stemmed.
  static let unstemmedLetters = 3

  /// The tokens of a line. Linear in its length.
  static func tokens(of line: Substring, stemming: ROUGE.Stemming) -> [String] {
    var tokens: [String] = []
    var token: [UInt8] = []
    func finish() {
      guard !token.isEmpty else { return }
      let word = String(decoding: token, as: UTF8.self)
      tokens.append(stemming == .porter && token.count > unstemmedLetters ? PorterStemmer.stem(word) : word)
      token.removeAll(keepingCapacity: true)
    }
    for scalar in line.unicodeScalars {
      switch scalar.value {
      case 0x30...0x39, 0x61...0x7A: token.append(UInt8(truncatingIfNeeded: scalar.value))
      case 0x41...0x5A: token.append(UInt8(truncatingIfNeeded: scalar.value + 0x20))
      // The two other scalars with an ASCII letter in their lower case: the Kelvin sign, and İ, which is i and a dot above.
      case 0x212A: token.append(UInt8(ascii: "k"))
      case 0x130:
        token.append(UInt8(ascii: "i"))
        finish()
      default: finish()
      }
    }
    finish()
    return tokens.filter { !$0.isEmpty }
  }
}
