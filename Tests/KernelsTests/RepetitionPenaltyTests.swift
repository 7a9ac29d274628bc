import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct RepetitionPenaltyTests {
  /// What a row has said, and what that does.
  struct Rule {
    var said: [TokenID] = []
    var penalty = RepetitionPenalty.none
    var banned: [TokenID] = []
    var forced: TokenID = -1
    var wanted = 4
  }

  struct Answer: Equatable {
    var tokens: [[TokenID]]
    var scores: [[UInt32]]
    var logits: [[UInt32]]
    var logSumExp: [Float]
  }

  private func top(
    _ context: KernelContext, _ hidden: [[Float]], _ output: OutputProjection, _ rules: [Rule]
  ) -> Answer {
    func buffer<Element: BitwiseCopyable>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
      let start = context.workspace.take(Element.self, elements.count)
      for (index, element) in elements.enumerated() { (start + index).initialize(to: element) }
      return UnsafeBufferPointer(start: start, count: elements.count)
    }
    func ends(_ counts: [Int]) -> UnsafeBufferPointer<Int32> {
      buffer(counts.indices.map { Int32(counts[...$0].reduce(0, +)) })
    }
    let penalties = RepetitionPenalties(
      tokens: buffer(rules.flatMap(\.said)), ends: ends(rules.map(\.said.count)), rules: buffer(rules.map(\.penalty)))
    let top = context.topTokens(
      context.matrix(hidden, columns: output.weights.matrix.terms), output,
      selection: TokenSelection(
        banned: buffer(rules.flatMap(\.banned)), bannedEnds: ends(rules.map(\.banned.count)),
        forced: buffer(rules.map(\.forced)), wanted: buffer(rules.map { Int32($0.wanted) }), penalties: penalties),
      normalization: .logSumExp)
    func rows<Element>(_ elements: UnsafeBufferPointer<Element>) -> [[Element]] {
      rules.indices.map { row in Array(elements[(row * top.k)..<(row * top.k + rules[row].wanted)]) }
    }
    return Answer(
      tokens: rows(top.tokens), scores: rows(top.scores).map { $0.map(bits) },
      logits: rows(top.logits).map { $0.map(bits) }, logSumExp: Array(top.logSumExp))
  }

  /// The best of a row of logits that was written out.
  private func expected(_ logits: [Float], _ rule: Rule, logSumExp: Float) -> [(token: TokenID, score: Float)] {
    let all = logits.indices.map(TokenID.init).filter {
      rule.forced >= 0 ? $0 == rule.forced : !rule.banned.contains($0)
    }
    let scored = all.map { token -> (token: TokenID, score: Float) in
      let logit = logits[Int(token)]
      let score = rule.penalty.scores == .logits ? logit : logit - logSumExp
      guard rule.said.contains(token) else { return (token, score) }
      return (token, score < 0 ? score * rule.penalty.factor : score / rule.penalty.factor)
    }
    let sorted = scored.sorted { a, b in
      let (x, y) = (logits[Int(a.token)], logits[Int(b.token)])
      return (a.score, x, b.token) > (b.score, y, a.token)
    }
    return Array(sorted.prefix(rule.wanted))
  }

  /// Rules for rows whose best tokens are known, so that penalties meet them.
  private func rules(_ best: [[TokenID]], _ vocabulary: Int, _ random: inout Randomness) -> [Rule] {
    best.enumerated().map { row, best in
      let others = (0..<20).map { _ in TokenID(random.next() % UInt64(vocabulary)) }
      // Every token twice, the best ones too.
      let said = best.prefix(3) + others + others.reversed() + best.prefix(3)
      let scores: RepetitionPenalty.Scores = row % 2 == 0 ? .logits : .logProbabilities
      let penalty = RepetitionPenalty(factor: [0.5, 0.8, 1.2, 2, 7][row / 2 % 5], scores: scores)
      let wanted = [1, 2, 8, 12][row % 4]
      switch row % 7 {
      case 0: return Rule(wanted: wanted)
      case 1: return Rule(banned: Array(best.prefix(2)), wanted: wanted)
      case 2: return Rule(said: Array(said), penalty: penalty, banned: Array(best.prefix(2)), wanted: wanted)
      case 3: return Rule(banned: [0], forced: others[0], wanted: wanted)
      case 4:
        let all = (0..<TokenID(vocabulary)).filter { $0 % 3 != 0 }
        return Rule(said: all, penalty: penalty, banned: all.filter { $0 % 2 == 0 }, wanted: wanted)
      default: return Rule(said: Array(said), penalty: penalty, wanted: wanted)
      }
    }
  }

  @Test(arguments: [1, 65, 513, 1_300], Quantization.allCases)
  func `what was said ranks by its penalized score, all else as before`(
    vocabulary: Int, quantization: Quantization
  ) throws {
    var random = Randomness(seed: vocabulary + 5)
    let width = 24
    let hidden = (0..<70).map { _ in random.floats(width) }
    var columns = (0..<vocabulary).map { _ in random.floats(width) }
    // Ties, within a tile and across tiles.
    for token in stride(from: 3, to: vocabulary, by: 4) { columns[token] = columns[token / 2] }
    let stored = try Stored.float32(columns.flatMap { $0 }, [vocabulary, width])
    let seed = random
    let answers = try onEverySetAndThreads { context in
      let weights = LinearWeights(matrix: context.pack([stored], as: quantization), bias: nil)
      let output = OutputProjection(weights: weights, exact: nil)
      let flat = context.linear(context.matrix(hidden, columns: width), weights).elements
      let logits = (0..<70).map { Array(flat[($0 * vocabulary)..<(($0 + 1) * vocabulary)]) }
      var random = seed
      let rules = rules(logits.map { Oracle.top(3, of: $0).map { TokenID($0.index) } }, vocabulary, &random)
      let answer = top(context, hidden, output, rules)
      for (row, rule) in rules.enumerated() {
        let truth = expected(logits[row], rule, logSumExp: answer.logSumExp[row])
        let empty = rule.wanted - truth.count
        #expect(answer.tokens[row] == truth.map(\.token) + Array(repeating: -1, count: empty), "row \(row)")
        #expect(answer.scores[row] == truth.map { bits($0.score) } + Array(repeating: bits(-.infinity), count: empty))
        #expect(Array(answer.logits[row].prefix(truth.count)) == truth.map { bits(logits[row][Int($0.token)]) })
        guard row % 10 == 0 else { continue }
        let alone = top(context, [hidden[row]], output, [rule])
        #expect(alone.tokens[0] == answer.tokens[row] && alone.scores[0] == answer.scores[row])
      }
      return answer
    }
    for answer in answers { #expect(answer == answers[0]) }
  }

  @Test func `penalized candidates of a rounded projection are ranked by the exact table too`() throws {
    var random = Randomness(seed: 19)
    let (width, vocabulary) = (40, 900)
    let rows = (0..<vocabulary).map { _ in random.floats(width) }
    let hidden = (0..<30).map { _ in random.floats(width) }
    let table = try Stored.float32(rows.flatMap { $0 }, [vocabulary, width])
    let exact = hidden.map { query in
      rows.map { row in Float(zip(row, query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }) }
    }
    var rules = rules(exact.map { Oracle.top(3, of: $0).map { TokenID($0.index) } }, vocabulary, &random)
    for row in rules.indices { rules[row].wanted = 2 }
    let answers = try onEverySetAndThreads { context in
      let weights = LinearWeights(matrix: context.pack([table], as: .int8), bias: nil)
      return top(context, hidden, OutputProjection(weights: weights, exact: table), rules)
    }
    for answer in answers {
      #expect(answer == answers[0])
      for (row, rule) in rules.enumerated() {
        let truth = expected(exact[row], rule, logSumExp: answer.logSumExp[row]).map(\.token)
        #expect(answer.tokens[row] == truth + Array(repeating: -1, count: 2 - truth.count), "row \(row)")
      }
    }
  }
}
