/// Cuts a text into sentences, paragraphs, or not at all; whitespace between them is kept apart, exactly.
/// In doubt it does not cut: a sentence too many in a segment costs little, half a sentence costs the translation.
/// Linear in the text's length.
///
///     SentenceSplitter(language: "en").split("Mr. Smith left. Why?", mode: .sentence).segments.map(\.text)
///     // ["Mr. Smith left.", "Why?"]
public struct SentenceSplitter: Sendable {
  /// Where a text is cut.
  public enum Mode: String, Sendable, CaseIterable {
    /// At the ends of sentences and of lines (hard-wrapped prose excepted).
    case sentence
    /// At blank lines.
    case paragraph
    /// Nowhere.
    case none
  }

  /// A line at least so long (in scalars) may have been wrapped by an editor rather than ended by its author.
  static let wrappedLineLength = 40

  private let abbreviations: Abbreviations
  private let isGreek: Bool

  /// - Parameter language: the text's language, such as `de` or `de-AT`; unknown codes are treated as English.
  public init(language: String) {
    abbreviations = Abbreviations(language: language)
    isGreek = language.lowercased().hasPrefix("el")
  }

  /// The segments of a text and the whitespace around them. A text of whitespace has no segments.
  public func split(_ text: Substring, mode: Mode) -> SplitText {
    let source = ScalarText(text)
    let whole = source.trimmed(0..<source.count)
    guard !whole.isEmpty else { return source.split(at: []) }
    switch mode {
    case .none: return source.split(at: [whole])
    case .paragraph: return source.split(at: LineBreaks.paragraphs(of: source, in: whole))
    case .sentence:
      var ranges: [Range<Int>] = []
      for block in LineBreaks.blocks(of: source, in: whole) {
        var finder = SentenceFinder(source: source, block: block, abbreviations: abbreviations, isGreek: isGreek)
        ranges += finder.sentences()
      }
      return source.split(at: ranges)
    }
  }

  /// The segments of a text and the whitespace around them.
  public func split(_ text: String, mode: Mode) -> SplitText { split(text[...], mode: mode) }
}

/// Where line breaks cut a text.
enum LineBreaks {
  /// Ranges separated by at least one blank line, without whitespace at their ends.
  static func paragraphs(of source: ScalarText, in whole: Range<Int>) -> [Range<Int>] {
    ranges(of: source, in: whole) { gap, _ in lineBreaks(source, gap) >= 2 }
  }

  /// Ranges that no line break cuts, but for those of hard-wrapped prose.
  static func blocks(of source: ScalarText, in whole: Range<Int>) -> [Range<Int>] {
    ranges(of: source, in: whole) { gap, lineStart in
      let count = lineBreaks(source, gap)
      return count > 1 || count == 1 && !isWrapped(source, line: lineStart..<gap.lowerBound, next: gap.upperBound)
    }
  }

  /// Cuts at those runs of whitespace (never the first or last thing in `whole`) that `cuts` chooses; it also learns
  /// where the line before the run starts.
  private static func ranges(
    of source: ScalarText, in whole: Range<Int>, cuts: (_ gap: Range<Int>, _ lineStart: Int) -> Bool
  ) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = whole.lowerBound
    var lineStart = start
    var index = start
    while index < whole.upperBound {
      guard source.isWhitespace(index) else {
        index += 1
        continue
      }
      let gapStart = index
      var hasBreak = false
      while index < whole.upperBound, source.isWhitespace(index) {
        hasBreak = hasBreak || source.scalars[index].isLineBreak
        index += 1
      }
      guard hasBreak else { continue }
      if cuts(gapStart..<index, lineStart) {
        ranges.append(start..<gapStart)
        start = index
      }
      lineStart = index
    }
    ranges.append(start..<whole.upperBound)
    return ranges
  }

  /// The number of line breaks in a run of whitespace; CR LF is one.
  private static func lineBreaks(_ source: ScalarText, _ gap: Range<Int>) -> Int {
    var count = 0
    for index in gap where source.scalars[index].isLineBreak {
      if source.scalars[index] == "\n", index > gap.lowerBound, source.scalars[index - 1] == "\r" { continue }
      count += 1
    }
    return count
  }

  /// Whether a line was wrapped: it is long, no mark ends it, and the next goes on in lower case.
  private static func isWrapped(_ source: ScalarText, line: Range<Int>, next: Int) -> Bool {
    guard line.count >= SentenceSplitter.wrappedLineLength, next < source.count,
      source.scalars[next].isLowercaseLetter
    else { return false }
    // "a) …" and "b. …" are items of a list.
    if next + 1 < source.count, [")", ".", ":"].contains(source.scalars[next + 1]) { return false }
    let last = line.last { !Punctuation.isCloser(source.scalars[$0]) && !source.scalars[$0].extendsPrevious }
    guard let last else { return false }
    let mark = source.scalars[last]
    return Punctuation.terminal(mark) == nil && mark != ":"
  }
}
