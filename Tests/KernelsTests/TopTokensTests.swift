import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct TopTokensTests {
  /// What may and must come next in one row.
  struct Rule {
    var banned: [TokenID] = []
    var forced: TokenID = -1
    /// Where the row wants another number of tokens than k.
    var wanted: Int?
  }

  struct Answer: Equatable {
    var tokens: [TokenID]
    var logits: [UInt32]
    var logSumExp: [UInt32]
  }

  private func top(
    _ context: KernelContext, _ hidden: [[Float]], _ weights: LinearWeights, exact: StoredTensor? = nil, k: Int,
    _ rules: [Rule], _ normalization: Normalization
  ) -> Answer {
    let banned = rules.flatMap(\.banned)
    var ends: [Int32] = []
    for rule in rules { ends.append((ends.last ?? 0) + Int32(rule.banned.count)) }
    let forced = rules.map(\.forced)
    let wanted = rules.map { Int32($0.wanted ?? k) }
    return banned.withUnsafeBufferPointer { banned in
      ends.withUnsafeBufferPointer { ends in
        forced.withUnsafeBufferPointer { forced in
          wanted.withUnsafeBufferPointer { wanted in
            let top = context.topTokens(
              context.matrix(hidden, columns: weights.matrix.terms),
              OutputProjection(weights: weights, exact: exact),
              selection: TokenSelection(banned: banned, bannedEnds: ends, forced: forced, wanted: wanted),
              normalization: normalization)
            return Answer(
              tokens: Array(top.tokens), logits: top.logits.map(bits), logSumExp: top.logSumExp.map(bits))
          }
        }
      }
    }
  }

  /// The answer from logits that `linear` wrote out.
  private func expected(_ logits: [[Float]], k: Int, _ rules: [Rule]) -> (tokens: [TokenID], logits: [UInt32]) {
    var tokens: [TokenID] = []
    var values: [UInt32] = []
    for (row, rule) in zip(logits, rules) {
      var row = row
      for token in rule.banned where row.indices.contains(Int(token)) { row[Int(token)] = -.infinity }
      var best = Oracle.top(k, of: row)
      if rule.forced >= 0 { best = [(index: Int(rule.forced), value: logits[tokens.count / k][Int(rule.forced)])] }
      for place in 0..<k {
        tokens.append(place < best.count ? TokenID(best[place].index) : -1)
        values.append(bits(place < best.count ? best[place].value : -.infinity))
      }
    }
    return (tokens, values)
  }

  @Test func `candidates of a rounded projection are ranked by the exact table`() throws {
    var random = Randomness(seed: 9)
    let (width, vocabulary) = (40, 900)
    let rows = (0..<vocabulary).map { _ in random.floats(width) }
    let hidden = (0..<20).map { _ in random.floats(width) }
    let folder = try TemporaryFolder()
    let path = try folder.write("table", rows.flatMap { $0 }.flatMap { withUnsafeBytes(of: $0) { Array($0) } })
    let table = try #require(
      StoredTensor(file: MappedFile(path: path), offset: 0, element: .float32, shape: [vocabulary, width]))
    let rules = hidden.indices.map { Rule(forced: $0 == 7 ? 5 : -1) }
    let answers = try onEverySetAndThreads { context in
      let weights = LinearWeights(matrix: context.pack([table], as: .int8), bias: nil)
      return top(context, hidden, weights, exact: table, k: 2, rules, .none)
    }
    for answer in answers {
      #expect(answer.tokens == answers[0].tokens && answer.logits == answers[0].logits)
      for (index, query) in hidden.enumerated() where index != 7 {
        let exact = rows.map { row in zip(row, query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } }
        let best = exact.indices.sorted { exact[$0] > exact[$1] }.prefix(2).map { TokenID($0) }
        #expect(Array(answer.tokens[(index * 2)..<(index * 2 + 2)]) == best)
      }
      #expect(answer.tokens[14] == 5 && answer.tokens[15] == -1)
    }
  }

  @Test(arguments: [1, 5, 63, 64, 65, 511, 512, 513, 1_100], Quantization.allCases)
  func `the best tokens are those of the whole row of logits`(vocabulary: Int, quantization: Quantization) throws {
    var random = Randomness(seed: vocabulary)
    let width = 24
    let hidden = (0..<70).map { _ in random.floats(width) }
    // Every fourth token repeats one before it, so that there are ties, within a tile and across tiles.
    var columns = (0..<vocabulary).map { _ in random.floats(width) }
    var bias = random.floats(vocabulary)
    for token in stride(from: 3, to: vocabulary, by: 4) {
      let earlier = Int(random.next() % UInt64(token))
      (columns[token], bias[token]) = (columns[earlier], bias[earlier])
    }
    let rules = (0..<70).map { row in
      switch row % 4 {
      case 1: Rule(banned: (0..<(row % 7)).map { _ in TokenID(random.next() % UInt64(vocabulary)) })
      case 2: Rule(banned: [0], forced: TokenID(random.next() % UInt64(vocabulary)))
      case 3: Rule(banned: (0..<TokenID(vocabulary)).filter { $0 % 2 == 0 })
      default: Rule()
      }
    }
    let stored = try Stored.float32(columns.flatMap { $0 }, [vocabulary, width])
    let answers = try onEverySetAndThreads { context in
      let weights = LinearWeights(
        matrix: context.pack([stored], as: quantization), bias: Tensor(bias, [vocabulary]))
      let flat = context.linear(context.matrix(hidden, columns: width), weights).elements
      let logits = (0..<70).map { Array(flat[($0 * vocabulary)..<(($0 + 1) * vocabulary)]) }
      for k in [1, 2, 3, 5, 8] {
        let answer = top(context, hidden, weights, k: k, rules, .logSumExp)
        let truth = expected(logits, k: k, rules)
        #expect(answer.tokens == truth.tokens, "best \(k) of \(vocabulary)")
        #expect(answer.logits == truth.logits, "best \(k) of \(vocabulary)")
        let sums = logits.map { row in logarithm(row.reduce(0.0) { $0 + exponential(Double($1)) }) }
        let found = deviation(
          answer.logSumExp.map(Float.init(bitPattern:)), sums, relative: 5e-7, absolute: 5e-7)
        #expect(found == nil, "logarithm of the sum over \(vocabulary)")
        let alone = top(context, [hidden[69]], weights, k: k, [rules[69]], .logSumExp)
        #expect(alone.tokens == Array(answer.tokens.suffix(k)))
        #expect(alone.logits == Array(answer.logits.suffix(k)))
        #expect(alone.logSumExp == Array(answer.logSumExp.suffix(1)))
      }
      return top(context, hidden, weights, k: 4, rules, .logSumExp)
    }
    for answer in answers { #expect(answer == answers[0]) }
  }

  @Test func `what a row gets does not depend on how many tokens its neighbours want`() throws {
    var random = Randomness(seed: 11)
    let (width, vocabulary) = (32, 1_300)
    // Many near-ties, so that rounding changes the order of the best.
    let centre = random.floats(width)
    let rows = (0..<vocabulary).map { _ in zip(centre, random.floats(width)).map { $0 + $1 * 0.02 } }
    let table = try Stored.float32(rows.flatMap { $0 }, [vocabulary, width])
    let hidden = (0..<12).map { _ in random.floats(width) }
    let wanted = hidden.indices.map { [1, 8, 2, 64][$0 % 4] }
    for equal in try onEverySetAndThreads({ context in
      let weights = LinearWeights(matrix: context.pack([table], as: .int8), bias: nil)
      let mixed = top(context, hidden, weights, exact: table, k: 1, wanted.map { Rule(wanted: $0) }, .logSumExp)
      let k = wanted.max() ?? 0
      return hidden.indices.allSatisfy { row in
        let alone = top(context, [hidden[row]], weights, exact: table, k: wanted[row], [Rule()], .logSumExp)
        let place = row * k
        return alone.tokens == Array(mixed.tokens[place..<(place + wanted[row])])
          && alone.logits == Array(mixed.logits[place..<(place + wanted[row])])
          && mixed.tokens[(place + wanted[row])..<(place + k)].allSatisfy { $0 == -1 }
      }
    }) {
      #expect(equal)
    }
  }

  @Test func `without normalization there is no logarithm of the sum, and no rows give no tokens`() throws {
    let stored = try Stored.float32([1, 2, 3, 4], [4, 1])
    for answers in try onEverySetAndThreads({ context in
      let weights = LinearWeights(matrix: context.pack([stored], as: .float32), bias: nil)
      return (
        top(context, [[1]], weights, k: 2, [Rule()], .none), top(context, [], weights, k: 2, [], .logSumExp)
      )
    }) {
      #expect(answers.0.tokens == [3, 2])
      #expect(answers.0.logSumExp.isEmpty)
      #expect(answers.1 == Answer(tokens: [], logits: [], logSumExp: []))
    }
  }

  @Test func `where everything is banned there is no token, and the logarithm of the sum still counts all`() throws {
    let stored = try Stored.float32([1, 2, 3], [3, 1])
    let answers = try onEverySetAndThreads { context in
      let weights = LinearWeights(matrix: context.pack([stored], as: .float32), bias: nil)
      return top(context, [[1]], weights, k: 2, [Rule(banned: [2, 1, 0, 1, 77, -5])], .logSumExp)
    }
    let truth = logarithm(exponential(1) + exponential(2) + exponential(3))
    for answer in answers {
      #expect(answer.tokens == [-1, -1])
      #expect(answer.logits == [bits(-.infinity), bits(-.infinity)])
      #expect(deviation(answer.logSumExp.map(Float.init(bitPattern:)), [truth], relative: 5e-7) == nil)
    }
  }
}
