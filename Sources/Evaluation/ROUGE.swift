/// ROUGE of summaries, equal to rouge-score's figures: shared words (ROUGE-1), shared pairs of words (ROUGE-2), the
/// longest common subsequence of whole texts (ROUGE-L) and of sentences, which are lines (ROUGE-Lsum).
///
/// Only ASCII letters and digits count, in lower case; text in another script scores 0, as with rouge-score.
///
/// Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries"; rouge-score 0.1.2 rouge_scorer.py (the
/// rules, not the code).
public enum ROUGE {
  /// One of the figures, under rouge-score's name.
  public enum Variant: String, CaseIterable, Sendable {
    case rouge1, rouge2, rougeL, rougeLsum
  }

  /// What is done to words before they are compared.
  public enum Stemming: Sendable {
    case none
    /// Porter's stemmer, rouge-score's `use_stemmer`.
    case porter
  }

  /// Shares of one text found in the other, 0…1.
  public struct Score: Sendable, Equatable {
    /// The share of the hypothesis that the reference has.
    public let precision: Double
    /// The share of the reference that the hypothesis has.
    public let recall: Double
    /// Their harmonic mean; 0 where both are 0.
    public let fmeasure: Double

    /// A score and its harmonic mean.
    public init(precision: Double, recall: Double) {
      let sum = precision + recall
      self.init(precision: precision, recall: recall, fmeasure: sum > 0 ? 2 * precision * recall / sum : 0)
    }

    /// A score of given figures, such as the means of others.
    public init(precision: Double, recall: Double, fmeasure: Double) {
      (self.precision, self.recall, self.fmeasure) = (precision, recall, fmeasure)
    }

    static let zero = Score(precision: 0, recall: 0)
  }

  /// The four figures of one hypothesis.
  public struct Scores: Sendable, Equatable {
    private var values: [Score]

    fileprivate init(_ value: (Variant) -> Score) { values = Variant.allCases.map(value) }

    /// One of them.
    public subscript(variant: Variant) -> Score { values[Variant.allCases.firstIndex(of: variant) ?? 0] }
  }

  /// Scores a hypothesis; of several references each figure takes the one with the highest F (the first of equal ones).
  /// No reference scores 0. Newlines separate sentences. Time: words of the hypothesis × words of the reference / 64;
  /// memory: below 1 MB for 10,000 words on either side.
  public static func scores(of hypothesis: String, references: [String], stemming: Stemming) -> Scores {
    let scores = references.map { reference in
      var numbers = TokenNumbers()
      let candidate = Text(hypothesis, stemming, &numbers)
      let reference = Text(reference, stemming, &numbers)
      return Scores { $0.score(candidate, reference) }
    }
    return Scores { variant in
      scores.map { $0[variant] }.reduce(.zero) { $1.fmeasure > $0.fmeasure ? $1 : $0 }
    }
  }

  /// The settings in the form of sacrebleu's signatures, without a version.
  public static func signature(references: Int, stemming: Stemming) -> String {
    "nrefs:\(references)|stem:\(stemming == .porter ? "porter" : "no")"
  }

  /// The mean of each figure over the segments of a corpus; 0 for none.
  public static func mean(of scores: [Score]) -> Score {
    let count = Double(max(1, scores.count))
    return Score(
      precision: scores.reduce(0) { $0 + $1.precision } / count, recall: scores.reduce(0) { $0 + $1.recall } / count,
      fmeasure: scores.reduce(0) { $0 + $1.fmeasure } / count)
  }
}

/// Numbers for the words of a pair of texts: equal words, equal numbers.
private struct TokenNumbers {
  private var numbers: [String: Int] = [:]

  subscript(token: String) -> Int {
    mutating get {
      if let number = numbers[token] { return number }
      numbers[token] = numbers.count
      return numbers.count - 1
    }
  }
}

/// A text as ROUGE sees it.
private struct Text {
  /// The tokens of each line that is not empty.
  let sentences: [[Int]]
  /// The tokens of all lines.
  let tokens: [Int]

  init(_ text: String, _ stemming: ROUGE.Stemming, _ numbers: inout TokenNumbers) {
    // Scalars, not characters: "\r\n" is one character and would not be split.
    sentences = text.unicodeScalars.split(separator: "\n").map { line in
      RougeTokenizer.tokens(of: Substring(line), stemming: stemming).map { numbers[$0] }
    }
    tokens = Array(sentences.joined())
  }
}

extension ROUGE.Variant {
  fileprivate func score(_ candidate: Text, _ reference: Text) -> ROUGE.Score {
    switch self {
    case .rouge1: Self.nGrams(1, candidate.tokens, reference.tokens)
    case .rouge2: Self.nGrams(2, candidate.tokens, reference.tokens)
    case .rougeL: Self.subsequence(candidate.tokens, reference.tokens)
    case .rougeLsum: Self.summarySubsequence(candidate, reference)
    }
  }

  private static func nGrams(_ order: Int, _ candidate: [Int], _ reference: [Int]) -> ROUGE.Score {
    let matches = NGramMatches.orders(order, of: candidate, references: [reference])[order - 1]
    return score(matches: matches.matchesWithMost, of: matches.total, and: matches.totals[0])
  }

  private static func subsequence(_ candidate: [Int], _ reference: [Int]) -> ROUGE.Score {
    let length = CommonSubsequence(candidate: candidate).length(with: reference)
    return score(matches: length, of: candidate.count, and: reference.count)
  }

  /// For each sentence of the reference the union of its longest common subsequences with all sentences of the
  /// candidate. A word counts at most as often as either text has it.
  private static func summarySubsequence(_ candidate: Text, _ reference: Text) -> ROUGE.Score {
    let sentences = candidate.sentences.map(CommonSubsequence.init(candidate:))
    var left = [Int: Int](minimumCapacity: candidate.tokens.count)
    for token in candidate.tokens { left[token, default: 0] += 1 }
    var hits = 0
    // What the reference has of a word needs no count: a union names each place of it once.
    for tokens in reference.sentences {
      var isFound = [Bool](repeating: false, count: tokens.count)
      for sentence in sentences {
        for index in sentence.indices(in: tokens) { isFound[index] = true }
      }
      for (token, isFound) in zip(tokens, isFound) where isFound {
        guard let count = left[token], count > 0 else { continue }
        left[token] = count - 1
        hits += 1
      }
    }
    return score(matches: hits, of: candidate.tokens.count, and: reference.tokens.count)
  }

  private static func score(matches: Int, of candidate: Int, and reference: Int) -> ROUGE.Score {
    ROUGE.Score(
      precision: Double(matches) / Double(max(1, candidate)), recall: Double(matches) / Double(max(1, reference)))
  }
}
