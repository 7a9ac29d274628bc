/// Finds what stands between quotation marks: " " “ ” „ “ « » » « ‹ › › ‹ 「 」 『 』. Single quotes are apostrophes too
/// often to be read.
///
/// A quotation is compared by its words in a row, symbols included: case, white space, styles of quotes and dashes, and
/// punctuation do not count. An ellipsis and text in square brackets part a quotation; each part is looked for.
/// One pass; a mark that nothing closes is no quotation.
enum Quotations {
  /// Shorter ones are titles and single words so called.
  static let fewestWords = 2

  /// The text between each pair of marks, without the marks, in order, disjoint.
  static func ranges(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var open: (start: Int, closers: [Unicode.Scalar])?
    for (index, scalar) in scalars.enumerated() {
      if let (start, closers) = open, closers.contains(scalar), scalar != "\"" || closes(index, in: scalars) {
        if start < index { ranges.append(start..<index) }
        open = nil
      } else if let closers = closers(of: scalar), scalar != "\"" || opens(index, in: scalars),
        open == nil || open?.closers == closers
      {
        // A second mark of the same kind: the first one was never closed.
        open = (index + 1, closers)
      }
    }
    return ranges
  }

  /// The stretches of a quotation that must stand in the source each.
  static func parts(of range: Range<Int>, in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = range.lowerBound
    var bracket: Int?
    func end(at index: Int) {
      guard bracket == nil else { return }
      parts.append(start..<index)
      start = index + 1
    }
    for index in range {
      switch scalars[index] {
      case "[": bracket = bracket ?? index
      case "]":
        guard let first = bracket else { continue }
        if start < first { parts.append(start..<first) }
        start = index + 1
        bracket = nil
      case "…":
        end(at: index)
      case "." where index >= range.lowerBound + 2 && scalars[index - 1] == "." && scalars[index - 2] == ".":
        end(at: index)
      default: break
      }
    }
    if start < range.upperBound { parts.append(start..<range.upperBound) }
    return parts
  }

  private static func closers(of opener: Unicode.Scalar) -> [Unicode.Scalar]? {
    switch opener {
    case "\"": ["\""]
    case "“", "‟": ["”"]
    case "”": ["”"]  // Swedish, Finnish
    case "„": ["“", "”"]
    case "«": ["»"]
    case "»": ["«"]
    case "‹": ["›"]
    case "›": ["‹"]
    case "「": ["」"]
    case "『": ["』"]
    default: nil
    }
  }

  private static func opens(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    guard index + 1 < scalars.count, !scalars[index + 1].isWhiteSpace else { return false }
    guard index > 0 else { return true }
    let previous = scalars[index - 1]
    return !previous.isLetter && !previous.isDigit
  }

  private static func closes(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    !scalars[index - 1].isWhiteSpace
  }
}
