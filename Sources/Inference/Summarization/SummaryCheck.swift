import Tensors
import Text

/// What there is to say against a summary that a model wrote. Overlap of words raises an alarm; it proves nothing true.
struct SummaryCheck {
  /// The least part of a summary's words that must be the text's own for it to be given unasked.
  static let supportedShare = 0.75
  /// From this part on, words that stand in the text in the same order make a summary a copy.
  static let copiedShare = 0.75

  /// The sentences that the wanted length leaves, cut to whole ones where a limit ended the last.
  private(set) var sentences: [WrittenSummary.Sentence]
  private(set) var flags: Set<SummaryFlag> = []
  /// What keeps it from being given unasked, behind "what MODEL wrote …"; nil where nothing does.
  private(set) var failure: String?
  private let unsupported: [UnsupportedSpan]

  init(_ written: WrittenSummary, length: SummaryLength, document: SourceDocument, facts: SourceFacts) {
    sentences = written.sentences
    // max_length only cuts: what it cut is no sentence. Source: huggingface/transformers#3579.
    let isCut = written.isTruncated && sentences.last.map { !$0.text.endsAsSentence } ?? false
    if isCut, sentences.count > 1 { sentences.removeLast() }
    if isCut { flags.insert(.truncated) }
    if let limit = length.sentenceLimit { sentences = Array(sentences.prefix(limit)) }
    let text = SummaryDraft.joined(sentences.map(\.text))
    unsupported = facts.unsupported(in: text, language: document.language)
    for span in unsupported { flags.insert(SummaryFlag(span.kind)) }
    if SummaryChecks.isRepetitive(text, language: document.language) { flags.insert(.repetition) }
    if SummaryChecks.copiedShare(of: text, from: facts) >= Self.copiedShare { flags.insert(.copied) }
    failure = reason(text, isCut: isCut && sentences.count == 1, document, facts)
  }

  private func reason(_ text: String, isCut: Bool, _ document: SourceDocument, _ facts: SourceFacts) -> String? {
    if text.isEmpty { return "is empty" }
    if let span = unsupported.first { return "has a \(span.kind.rawValue) that the text lacks: \(span.text)" }
    if flags.contains(.repetition) { return "repeats itself" }
    if isCut { return "was ended by a limit" }
    if text.utf8.count * 2 > document.text.utf8.count { return "is hardly shorter than the text" }
    let share = SummaryChecks.extraction(of: text, from: facts).coverage
    if share < Self.supportedShare { return "uses words that the text lacks (\(Int((1 - share) * 100)) %)" }
    return nil
  }

  /// The tokens that spelled what the text lacks, one sequence for each place.
  func tokensToBan(_ written: WrittenSummary) -> [[TokenID]] {
    unsupported.compactMap { span in
      guard let place = written.text.scalarOffsets(of: span.text) else { return nil }
      let tokens = written.tokens.indices.filter { written.tokenOffsets[$0]?.overlaps(place) ?? false }
      return tokens.isEmpty ? nil : tokens.map { written.tokens[$0] }
    }
  }
}

extension SummaryFlag {
  init(_ kind: UnsupportedSpan.Kind) {
    switch kind {
    case .number: self = .unsupportedNumber
    case .name: self = .unsupportedName
    case .quotation: self = .unsupportedQuotation
    }
  }
}

extension String {
  /// Whether a mark stands at its end, closing quotes and brackets aside.
  fileprivate var endsAsSentence: Bool {
    let last = unicodeScalars.last { !"\"'”’»)]".unicodeScalars.contains($0) }
    return last.map { ".!?…。！？".unicodeScalars.contains($0) } ?? false
  }

  /// Where a text first stands, in Unicode scalars.
  fileprivate func scalarOffsets(of part: String) -> Range<Int>? {
    let (whole, part) = (Array(unicodeScalars), Array(part.unicodeScalars))
    guard !part.isEmpty, whole.count >= part.count else { return nil }
    let start = (0...(whole.count - part.count)).first { whole[$0..<($0 + part.count)].elementsEqual(part) }
    return start.map { $0..<($0 + part.count) }
  }
}
