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
  static func banLimit(length: Int, sourceCount: Int, _ options: GenerationOptions) -> Int {
    let configuration = options.configuration
    return configuration.suppressedTokens.count + configuration.bannedSequences.count + configuration.endTokens.count
      + configuration.beginSuppressedTokens.count + options.bannedSequences.count
      + (configuration.noRepeatNgramSize > 0 ? length : 0)
      + (configuration.sourceNoRepeatNgramSize > 0 ? sourceCount : 0)
  }

  /// Writes the tokens that may not follow `tokens` (the start token first) to `bans`, behind `count` others.
  static func writeBans(
    after tokens: Span<TokenID>, source: Span<TokenID>, _ options: GenerationOptions,
    to bans: UnsafeMutablePointer<TokenID>, count: inout Int
  ) {
    let configuration = options.configuration
    for token in configuration.suppressedTokens { append(token, bans, &count) }
    // Once: behind the start token, or behind the token that had to follow it.
    if tokens.count == (configuration.forcedBeginToken == nil ? 1 : 2) {
      for token in configuration.beginSuppressedTokens { append(token, bans, &count) }
    }
    if tokens.count < configuration.minLength {
      for token in configuration.endTokens { append(token, bans, &count) }
    }
    for sequence in configuration.bannedSequences {
      if let token = bannedToken(of: sequence, after: tokens, configuration) { append(token, bans, &count) }
    }
    let said = tokens.extracting(1..<tokens.count)
    for sequence in options.bannedSequences {
      if let last = sequence.last, completes(sequence, said) { append(last, bans, &count) }
    }
    writeRepeats(of: tokens, after: tokens, size: configuration.noRepeatNgramSize, to: bans, count: &count)
    writeRepeats(of: source, after: tokens, size: configuration.sourceNoRepeatNgramSize, to: bans, count: &count)
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
    return completes(sequence, tokens) ? last : nil
  }

  /// Whether the tokens end as the sequence begins, so that its last would complete it.
  private static func completes(_ sequence: [TokenID], _ tokens: Span<TokenID>) -> Bool {
    let offset = tokens.count - (sequence.count - 1)
    guard offset >= 0 else { return false }
    for index in 0..<(sequence.count - 1) where tokens[offset + index] != sequence[index] { return false }
    return true
  }

  /// Tokens that, said after `tokens`, would complete an n-gram of `text`.
  private static func writeRepeats(
    of text: Span<TokenID>, after tokens: Span<TokenID>, size: Int, to bans: UnsafeMutablePointer<TokenID>,
    count: inout Int
  ) {
    let tail = tokens.count - (size - 1)
    guard size > 0, tail >= 0, text.count >= size else { return }
    for start in 0...(text.count - size) {
      var same = true
      for index in 0..<(size - 1) where text[start + index] != tokens[tail + index] {
        same = false
        break
      }
      if same { append(text[start + size - 1], bans, &count) }
    }
  }
}
