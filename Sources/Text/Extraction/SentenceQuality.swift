/// How fit a "sentence" is to stand in a summary, by cheap signs of its form: a factor 0…1 for its relevance.
/// Linear in the sentence. The factors are chosen, not fitted; signs multiply.
public struct SentenceQuality: Sendable {
  /// Signs that a sentence is less fit.
  public enum Sign: String, Sendable, CaseIterable {
    /// No letter at all.
    case noLetters
    /// Letters are less than half of what is no white space: figures, formulas, separators.
    case fewLetters
    /// Fewer than 4 words (of East Asian text: 8 characters).
    case short
    /// More than 80 words: a list or a text without full stops.
    case long
    /// Ends with a colon: what it announces is missing.
    case announces
    /// Starts with "#": a marked heading.
    case heading
    /// Has 12 words or fewer and no mark at its end: a heading, a title, a label.
    case title
    /// Starts with a bullet or a number and a stop or bracket.
    case listItem
    /// Two vertical bars or two tabs.
    case tableRow
    /// Looks like program text: braces, "();", "==", "->", "</", ">>>", "$ " at its start.
    case code
    /// Starts with a word that refers to a sentence before it: This, However, He.
    case dangling
    /// A question: it seldom says what the text says.
    case question

    /// Whether it is a sign of what is no prose, wherever it stands.
    var isMarkup: Bool {
      switch self {
      case .noLetters, .fewLetters, .heading, .tableRow, .code: true
      case .short, .long, .announces, .title, .listItem, .dangling, .question: false
      }
    }
  }

  /// Where in a text a sentence stands.
  public enum Place: Sendable {
    /// A title, or what stands under it: only signs of markup count.
    case opening
    case later
  }

  private let danglingWords: Set<String>

  /// - Parameter language: the text's language; words that refer back are known in en, de, es and fr.
  public init(language: String) {
    danglingWords = Set(StopWords.split(Self.dangling[StopWords.code(language)] ?? ""))
  }

  /// The factor of a sign: 1 would be no sign.
  public static func factor(of sign: Sign) -> Double {
    switch sign {
    case .noLetters: 0
    case .fewLetters: 0.2
    case .short: 0.3
    case .long: 0.5
    case .announces: 0.4
    case .heading, .title: 0.05  // below every sentence: chosen only where nothing else is
    case .listItem: 0.7
    case .tableRow: 0.1
    case .code: 0.1
    case .dangling: 0.8
    case .question: 0.7
    }
  }

  /// The product of the factors of a sentence's signs.
  public func factor(for sentence: some StringProtocol, at place: Place = .later) -> Double {
    signs(of: sentence).lazy.filter { place == .later || $0.isMarkup }.reduce(1) { $0 * Self.factor(of: $1) }
  }

  /// The signs of a sentence, in the order of `Sign.allCases`.
  public func signs(of sentence: some StringProtocol) -> [Sign] {
    let text = FormText(sentence)
    guard text.letters > 0 else { return [.noLetters] }
    return Sign.allCases.filter { has($0, text) }
  }

  private func has(_ sign: Sign, _ text: FormText) -> Bool {
    switch sign {
    case .noLetters: false
    case .fewLetters: 2 * text.letters < text.visible
    case .short: text.words.count < (text.isEastAsian ? 8 : 4)
    case .long: text.words.count > (text.isEastAsian ? 240 : 80)
    case .announces: text.lastMark == ":" || text.lastMark == "："
    case .heading: text.startsWith("#")
    case .title: text.words.count <= 12 && text.isUnmarked && !text.isEastAsian && !text.startsWith("#")
    case .listItem: text.isListItem
    case .tableRow: text.bars >= 2 || text.tabs >= 2
    case .code: text.isCode
    case .dangling: text.firstWord.map(danglingWords.contains) ?? false
    case .question: text.lastMark == "?" || text.lastMark == "？"
    }
  }

  private static let dangling = [
    "en": "this that these those he she they it his her their its such here there however therefore thus but and or so "
      + "then also moreover furthermore nevertheless nonetheless instead otherwise meanwhile consequently hence",
    "de":
      "dies diese dieser dieses diesen diesem er sie es sein seine ihr ihre jedoch doch aber und oder daher deshalb "
      + "deswegen darum somit also außerdem zudem dennoch trotzdem allerdings dabei dazu damit dadurch dafür danach dort",
    "es": "esto este esta estos estas eso ese esa esos esas él ella ellos ellas su sus pero y o así además entonces "
      + "luego también tampoco embargo",
    "fr": "ce cet cette ces cela ceci il elle ils elles son sa ses leur leurs mais et ou donc or car ainsi cependant "
      + "pourtant toutefois néanmoins ensuite puis aussi",
  ]
}

/// What the signs ask of a sentence, counted in one pass.
private struct FormText {
  let words: [Range<Int>]
  private(set) var letters = 0
  /// Scalars that are neither white space nor marks of the scalar before.
  private(set) var visible = 0
  private(set) var bars = 0
  private(set) var tabs = 0
  /// The last scalar that is neither a quote nor a bracket.
  private(set) var lastMark: Unicode.Scalar?
  private let scalars: [Unicode.Scalar]

  init(_ sentence: some StringProtocol) {
    let scalars = Array(sentence.unicodeScalars)
    self.scalars = scalars
    words = Words.ranges(in: scalars, .lettersAndDigits)
    for scalar in scalars {
      if scalar == "\t" { tabs += 1 }
      guard !scalar.isWhiteSpace, !scalar.extendsPrevious else { continue }
      visible += 1
      if scalar.isLetter { letters += 1 }
      if scalar == "|" { bars += 1 }
      if !Punctuation.isCloser(scalar) { lastMark = scalar }
    }
  }

  var isEastAsian: Bool { words.first.map { scalars[$0.lowerBound].isEastAsian } ?? false }

  /// No mark that ends a sentence or a clause at its end.
  var isUnmarked: Bool {
    guard let lastMark else { return true }
    return Punctuation.terminal(lastMark) == nil && ![":", "：", ";"].contains(lastMark)
  }

  var firstWord: String? { words.first.map { Words.folded(scalars[$0]) } }

  func startsWith(_ text: String) -> Bool { scalars.starts(with: text.unicodeScalars) }

  /// "- x", "• x", "3. x", "b) x".
  var isListItem: Bool {
    guard let first = scalars.first else { return false }
    if ["•", "◦", "‣", "▪", "·"].contains(first) { return true }
    if ["-", "*", "+", "–"].contains(first) { return scalars.count > 1 && scalars[1].isWhiteSpace }
    let label = scalars.prefix(3).prefix { $0.isDigit }.count
    let end = label > 0 ? label : first.isLetter ? 1 : 0
    guard end > 0, end + 1 < scalars.count, scalars[end + 1].isWhiteSpace else { return false }
    return scalars[end] == ")" || label > 0 && scalars[end] == "."
  }

  var isCode: Bool {
    if startsWith(">>>") || startsWith("$ ") || startsWith("//") { return true }
    var braces = 0
    for (index, scalar) in scalars.enumerated() {
      if scalar == "{" || scalar == "}" { braces += 1 }
      guard index > 0 else { continue }
      switch (scalars[index - 1], scalar) {
      case ("=", "="), ("-", ">"), ("=", ">"), ("<", "/"), (")", ";"), ("(", ")"), (":", ":"), ("&", "&"): return true
      default: break
      }
    }
    return braces >= 2
  }
}
