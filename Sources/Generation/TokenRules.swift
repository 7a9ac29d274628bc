import Kernels
import Models
import Tensors

/// Which tokens may follow: the logits processors of transformers, as bans and demands for the vocabulary's reduction.
/// Source: transformers 4.57, generation/logits_process.py.
struct TokenRules {
  /// The only token possible after `length` tokens, if there is just one.
  static func forced(length: Int, _ options: GenerationOptions) -> TokenID? {
    // Both act on the length with the start token, the end's later in the order.
    if length == options.maxLength - 1, let end = options.configuration.forcedEndToken { return end }
    if length == 1, let begin = options.configuration.forcedBeginToken { return begin }
    return nil
  }

  /// Whether `token`, said after `length` others, is a hypothesis's last, and why. An end token that the length limit
  /// forced is no end of the model's.
  static func end(of token: TokenID, length: Int, _ options: GenerationOptions) -> HypothesisEnd? {
    let isLimit = length == options.maxLength - 1
    if options.configuration.endTokens.contains(token), !isLimit || options.configuration.forcedEndToken == nil {
      return .endToken
    }
    return isLimit ? .lengthLimit : nil
  }

  /// At most this many tokens are banned after `length` tokens.
  static func banLimit(length: Int, _ options: GenerationOptions) -> Int {
    let configuration = options.configuration
    return configuration.suppressedTokens.count + configuration.bannedSequences.count + configuration.endTokens.count
      + (configuration.noRepeatNgramSize > 0 ? length : 0)
  }

  /// Writes the tokens that may not follow `tokens` (the start token first) to `bans`, behind `count` others.
  static func writeBans(
    after tokens: Span<TokenID>, _ options: GenerationOptions, to bans: UnsafeMutablePointer<TokenID>, count: inout Int
  ) {
    let configuration = options.configuration
    for token in configuration.suppressedTokens { append(token, bans, &count) }
    if tokens.count < configuration.minLength {
      for token in configuration.endTokens { append(token, bans, &count) }
    }
    for sequence in configuration.bannedSequences {
      if let token = bannedToken(of: sequence, after: tokens, configuration) { append(token, bans, &count) }
    }
    writeRepeats(after: tokens, size: configuration.noRepeatNgramSize, to: bans, count: &count)
  }

  private static func append(_ token: TokenID, _ bans: UnsafeMutablePointer<TokenID>, _ count: inout Int) {
    bans[count] = token
    count += 1
  }

  /// The last token of a banned sequence whose beginning has just been said.
  private static func bannedToken(
    of sequence: [TokenID], after tokens: Span<TokenID>, _ configuration: GenerationConfiguration
  ) -> TokenID? {
    guard let last = sequence.last else { return nil }
    if sequence.count == 1 { return configuration.endTokens.contains(last) ? nil : last }
    // transformers compares a sequence only once as many tokens as it holds have been said.
    guard sequence.count <= tokens.count else { return nil }
    let offset = tokens.count - (sequence.count - 1)
    for index in 0..<(sequence.count - 1) where tokens[offset + index] != sequence[index] { return nil }
    return last
  }

  /// Tokens that would complete an n-gram that `tokens` holds already.
  private static func writeRepeats(
    after tokens: Span<TokenID>, size: Int, to bans: UnsafeMutablePointer<TokenID>, count: inout Int
  ) {
    guard size > 0, tokens.count >= size else { return }
    let tail = tokens.count - (size - 1)
    for start in 0...(tokens.count - size) {
      var same = true
      for index in 0..<(size - 1) where tokens[start + index] != tokens[tail + index] {
        same = false
        break
      }
      if same { append(tokens[start + size - 1], bans, &count) }
    }
  }
}
