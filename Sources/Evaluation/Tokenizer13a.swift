/// The tokenizer of WMT's mteval-v13a script as sacrebleu writes it: ASCII punctuation stands apart, but periods and commas
/// within numbers, apostrophes and hyphens stay. Works on Unicode scalars; letters keep their case.
///
/// Source: mteval-v13a.pl; sacrebleu 2.6.0 tokenizers/tokenizer_13a.py and tokenizer_re.py (the rules, not the code).
enum Tokenizer13a {
  /// The tokens of one segment. Linear in its length.
  static func tokens(of segment: String) -> [ArraySlice<Unicode.Scalar>] {
    var line = Array(segment.unicodeScalars)
    while line.last?.isPythonWhitespace == true { line.removeLast() }
    line = replacing("<skipped>", with: "", in: line)
    line = replacing("-\n", with: "", in: line)
    line = replacing("\n", with: " ", in: line)
    // One after the other: "&amp;lt;" ends as "<", as in the script.
    for (entity, character) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
      line = replacing(entity, with: character, in: line)
    }
    line = separatingPunctuation([" "] + line + [" "])
    line = spacingPairs(line, where: { !$0.isASCIIDigit && isPeriodOrComma($1) }, as: { [$0, " ", $1, " "] })
    line = spacingPairs(line, where: { isPeriodOrComma($0) && !$1.isASCIIDigit }, as: { [" ", $0, " ", $1] })
    line = spacingPairs(line, where: { $0.isASCIIDigit && $1 == "-" }, as: { [$0, " ", $1, " "] })
    return line.split(whereSeparator: \.isPythonWhitespace)
  }

  private static func isPeriodOrComma(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

  /// A space on both sides of every ASCII symbol other than `' , - .`
  private static func separatingPunctuation(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(line.count * 2)
    for scalar in line {
      switch scalar.value {
      case 0x20...0x26, 0x28...0x2B, 0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E:
        result += [" ", scalar, " "]
      default:
        result.append(scalar)
      }
    }
    return result
  }

  /// One regular-expression substitution over two neighbouring scalars, left to right and without overlap: a scalar that
  /// ended one match does not begin the next.
  private static func spacingPairs(
    _ line: [Unicode.Scalar],
    where matches: (Unicode.Scalar, Unicode.Scalar) -> Bool,
    as replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]
  ) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(line.count * 2)
    var index = 0
    while index < line.count {
      if index + 1 < line.count, matches(line[index], line[index + 1]) {
        result += replacement(line[index], line[index + 1])
        index += 2
      } else {
        result.append(line[index])
        index += 1
      }
    }
    return result
  }

  /// Every occurrence of `pattern`, left to right and without overlap, replaced.
  private static func replacing(_ pattern: String, with text: String, in line: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let pattern = Array(pattern.unicodeScalars)
    guard let first = pattern.first, line.contains(first) else { return line }
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(line.count)
    var index = 0
    while index < line.count {
      if line[index] == first, line[index...].starts(with: pattern) {
        result += text.unicodeScalars
        index += pattern.count
      } else {
        result.append(line[index])
        index += 1
      }
    }
    return result
  }
}
