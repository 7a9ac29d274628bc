/// Finds the sentences of one block: a range of text in which no line break ends a sentence.
/// The rules follow what Moses' splitter, UAX #29 and the Golden Rules of pragmatic_segmenter have in common.
struct SentenceFinder {
  /// A pair of brackets at most this long (in scalars) is not cut inside.
  private static let longestBracket = 200
  /// How far a word is followed, so that the work at each mark is bounded.
  private static let longestWord = 32

  let source: ScalarText
  let block: Range<Int>
  let abbreviations: Abbreviations
  let isGreek: Bool

  private var start = 0
  private var hasOpenQuote = false

  init(source: ScalarText, block: Range<Int>, abbreviations: Abbreviations, isGreek: Bool) {
    self.source = source
    self.block = block
    self.abbreviations = abbreviations
    self.isGreek = isGreek
  }

  /// The ranges of the block's sentences, without whitespace at their ends.
  mutating func sentences() -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    let brackets = bracketPairs()
    var nextBracket = 0
    start = block.lowerBound
    var index = start
    while index < block.upperBound {
      if scalar(index) == "\"" { hasOpenQuote.toggle() }
      guard let mark = terminal(index) else {
        index += 1
        continue
      }
      let run = markRun(from: index, mark)
      while nextBracket < brackets.count, brackets[nextBracket].upperBound < index { nextBracket += 1 }
      let isInside = nextBracket < brackets.count && brackets[nextBracket].contains(index)
      if !isInside || run.end > brackets[nextBracket].upperBound, let end = sentenceEnd(after: run) {
        ranges.append(start..<end)
        start = nextText(from: end)
        hasOpenQuote = false
        index = max(start, index + 1)
      } else {
        index = max(run.marksEnd, index + 1)
      }
    }
    if start < block.upperBound { ranges.append(start..<block.upperBound) }
    return ranges
  }

  // MARK: - Marks

  /// A run of marks and what closes with it.
  private struct MarkRun {
    let first: Int
    /// The end of the marks.
    let marksEnd: Int
    /// The end with quotes, brackets and note numbers.
    let end: Int
    let kind: Punctuation.Terminal
    let isSinglePeriod: Bool
  }

  private func scalar(_ index: Int) -> Unicode.Scalar { source.scalars[index] }

  private func terminal(_ index: Int) -> Punctuation.Terminal? {
    let mark = scalar(index)
    if isGreek, mark == ";" { return .certain }
    // Latin marks in East Asian text stand without a space too.
    if mark == "!" || mark == "?", index > block.lowerBound, scalar(index - 1).isEastAsian { return .unspaced }
    return Punctuation.terminal(mark)
  }

  private func markRun(from first: Int, _ mark: Punctuation.Terminal) -> MarkRun {
    var kind = mark
    var index = first + 1
    while index < block.upperBound {
      if let next = Punctuation.terminal(scalar(index)) {
        if next == .unspaced { kind = .unspaced }
        index += 1
      } else if scalar(index).extendsPrevious {
        index += 1
      } else {
        break
      }
    }
    let isSinglePeriod = kind == .period && index == first + 1
    if kind == .period, !isSinglePeriod { kind = .spaced }
    return MarkRun(
      first: first, marksEnd: index, end: closersEnd(from: index, kind), kind: kind, isSinglePeriod: isSinglePeriod)
  }

  private func closersEnd(from first: Int, _ kind: Punctuation.Terminal) -> Int {
    var index = first
    while index < block.upperBound {
      let mark = scalar(index)
      if kind == .unspaced {
        // “ and ‘ open in Chinese; a straight quote closes where one is open.
        guard Punctuation.isEastAsianCloser(mark) || mark.extendsPrevious || (mark == "\"" && hasOpenQuote) else {
          break
        }
        index += 1
      } else if Punctuation.isCloser(mark) || mark.extendsPrevious || Punctuation.isEastAsianCloser(mark) {
        index += 1
      } else if let end = noteEnd(from: index) {
        index = end
      } else {
        break
      }
    }
    return spacedGuillemetEnd(from: index)
  }

  /// The end of a note number such as [12] that starts here.
  private func noteEnd(from first: Int) -> Int? {
    guard scalar(first) == "[" else { return nil }
    var index = first + 1
    while index < block.upperBound, index - first < 6, scalar(index).isDigit { index += 1 }
    guard index > first + 1, index < block.upperBound, scalar(index) == "]" else { return nil }
    return index + 1
  }

  /// French sets a space before »; it closes all the same, where « opened.
  private func spacedGuillemetEnd(from index: Int) -> Int {
    guard index + 1 < block.upperBound, [" ", "\u{A0}", "\u{202F}"].contains(scalar(index)), scalar(index + 1) == "»",
      index + 2 == block.upperBound || source.isWhitespace(index + 2)
    else { return index }
    return index + 2
  }

  // MARK: - Decisions

  private func nextText(from index: Int) -> Int {
    var index = index
    while index < block.upperBound, source.isWhitespace(index) { index += 1 }
    return index
  }

  /// Where the sentence ends that a run of marks may end; nil when it goes on.
  private func sentenceEnd(after run: MarkRun) -> Int? {
    let next = nextText(from: run.end)
    guard next < block.upperBound else { return nil }  // the block's end ends it anyway
    let hasSpace = next > run.end
    switch run.kind {
    case .unspaced:
      return isUnspacedEnd(run, next: next, hasSpace: hasSpace) ? run.end : nil
    case .certain:
      return hasSpace && !continues(next) ? run.end : nil
    case .spaced:
      return hasSpace && startsSentence(next) && !isHesitation(run, next: next) ? run.end : nil
    case .period:
      return hasSpace && startsSentence(next) && !isAbbreviation(run, next: next) ? run.end : nil
    }
  }

  private func isUnspacedEnd(_ run: MarkRun, next: Int, hasSpace: Bool) -> Bool {
    let following = scalar(next)
    if continues(next) { return false }
    if hasSpace { return !following.isLowercaseLetter || scalar(run.first).value > 0x7F }
    if following.isDigit { return scalar(run.first) == "。" && run.first > block.lowerBound }
    // A quotation in the middle of a sentence: 「…。」と言った.
    if run.end > run.marksEnd { return Punctuation.isOpener(following) }
    if scalar(run.first).value < 0x80 { return following.isEastAsian || Punctuation.isOpener(following) }
    return scalar(run.first).value != 0xFF0E || !following.isASCII
  }

  /// Marks that a sentence goes on with.
  private func continues(_ index: Int) -> Bool {
    switch scalar(index) {
    case ",", ";", ":", ")", "]", "}", "%", "/", "=", "，", "、", "；", "：", "）", "」", "』", "،", "؛", "”", "’", ".", "!",
      "?":
      true
    default: false
    }
  }

  /// Whether a sentence can start here: openers, then no lower-case letter.
  private func startsSentence(_ index: Int) -> Bool {
    guard !continues(index) else { return false }
    let first = firstWordStart(index)
    guard first < block.upperBound else { return false }
    return !scalar(first).isLowercaseLetter && !continues(first)
  }

  private func firstWordStart(_ index: Int) -> Int {
    var index = index
    let end = min(block.upperBound, index + 8)
    while index < end, Punctuation.isOpener(scalar(index)) || source.isWhitespace(index) { index += 1 }
    return index
  }

  /// "Well... I think": an ellipsis before a word that is always capital says nothing.
  private func isHesitation(_ run: MarkRun, next: Int) -> Bool {
    guard [".", "…"].contains(scalar(run.marksEnd - 1)), run.end == run.marksEnd else { return false }
    return word(from: next) == "i"
  }

  /// The letters from here, in lower case.
  private func word(from index: Int) -> String {
    var word = String.UnicodeScalarView()
    var index = firstWordStart(index)
    let end = min(block.upperBound, index + Self.longestWord)
    while index < end, scalar(index).isLetter {
      word.append(scalar(index))
      index += 1
    }
    return String(word).lowercased()
  }

  /// The word that a full stop stands after: what follows the last space, bracket, quote, hyphen or slash.
  private func wordBefore(_ period: Int) -> Range<Int> {
    let first = max(start, period - Self.longestWord)
    var index = period
    while index > first {
      let previous = scalar(index - 1)
      if source.isWhitespace(index - 1) || Punctuation.isOpener(previous) || Punctuation.isCloser(previous)
        || [",", "/", "="].contains(previous)
      {
        break
      }
      index -= 1
    }
    return index..<period
  }

  private func isAbbreviation(_ run: MarkRun, next: Int) -> Bool {
    let range = wordBefore(run.first)
    guard let first = range.first else { return false }
    let text = String(String.UnicodeScalarView(source.scalars[range])).lowercased()
    if run.end > run.marksEnd {
      // A quote closes a sentence; a bracket may close just the abbreviation or the number.
      return [")", "]"].contains(scalar(run.marksEnd)) && (abbreviations.never.contains(text) || isListNumber(range))
    }
    if isListNumber(range) { return true }
    if scalar(range.upperBound - 1).isDigit { return isOrdinal(range, next: next) }
    let nextIsNumber = scalar(firstWordStart(next)).isDigit
    if abbreviations.never.contains(text) { return true }
    if nextIsNumber, abbreviations.needsNumber(text) { return true }
    if range.count == 1 { return scalar(first).isLetter && (scalar(first).isLowercaseLetter || !isStarter(next)) }
    if abbreviations.sometimes.contains(text) || isDottedAcronym(range) { return !isStarter(next) }
    if abbreviations.hasDottedOrdinals, isRomanNumeral(range) { return !isStarter(next) }
    return false
  }

  /// "1." or "a." at the start of a sentence numbers it.
  private func isListNumber(_ range: Range<Int>) -> Bool {
    guard firstWordStart(start) >= range.lowerBound else { return false }
    let isNumber = range.count <= 3 && range.allSatisfy { scalar($0).isDigit }
    let isOutline =
      range.count <= 8 && range.contains { scalar($0) == "." }
      && range.allSatisfy { scalar($0).isDigit || scalar($0) == "." }
    return isNumber || isOutline || range.count == 1 && scalar(range.lowerBound).isLetter
      || isRomanNumeral(range) && range.count <= 4
  }

  /// "3. Mai": one or two digits in a language that writes ordinals so, unless a sentence surely starts.
  private func isOrdinal(_ range: Range<Int>, next: Int) -> Bool {
    guard abbreviations.hasDottedOrdinals, range.count <= 2, range.allSatisfy({ scalar($0).isDigit }) else {
      return false
    }
    return scalar(firstWordStart(next)).isLetter && !isStarter(next)
  }

  private func isStarter(_ next: Int) -> Bool {
    let first = firstWordStart(next)
    let word = word(from: next)
    guard !word.isEmpty, abbreviations.starters.contains(word) else { return false }
    // "J. A. Smith": a letter with a stop is an initial.
    let after = first + word.unicodeScalars.count
    return word.unicodeScalars.count > 1 || after >= block.upperBound || scalar(after) != "."
  }

  /// Single letters with stops between them: U.S.A
  private func isDottedAcronym(_ range: Range<Int>) -> Bool {
    guard range.count >= 3, range.count % 2 == 1 else { return false }
    return range.enumerated().allSatisfy { offset, index in
      offset % 2 == 0 ? scalar(index).isLetter : scalar(index) == "."
    }
  }

  private func isRomanNumeral(_ range: Range<Int>) -> Bool {
    range.allSatisfy { ["I", "V", "X", "L", "C", "D", "M"].contains(scalar($0)) }
  }

  // MARK: - Brackets

  /// The outermost pairs of round brackets that are short enough to be kept whole, in order.
  private func bracketPairs() -> [ClosedRange<Int>] {
    var open: [Int] = []
    var pairs: [ClosedRange<Int>] = []
    for index in block {
      switch scalar(index) {
      case "(", "（": open.append(index)
      case ")", "）":
        guard let first = open.popLast(), index - first <= Self.longestBracket else { continue }
        while let last = pairs.last, last.lowerBound > first { pairs.removeLast() }
        pairs.append(first...index)
      default: break
      }
    }
    return pairs
  }
}
