import Tensors

/// When a beam search stops that has found as many hypotheses as it keeps.
public enum EarlyStopping: Sendable, Equatable {
  /// At once.
  case whenFull
  /// When the best unfinished hypothesis, if it ended now, would be no better than the worst finished one.
  case heuristic
  /// When no hypothesis that may still come, however long, could be better than the worst finished one.
  case never
}

/// How a model wants to be decoded: generation_config.json, and config.json for what that leaves out.
/// Source: transformers 4.57, generation/configuration_utils.py.
public struct GenerationConfiguration: Sendable, Equatable {
  /// The decoder's first input.
  public var startToken: TokenID
  /// Tokens that end a hypothesis.
  public var endTokens: [TokenID]
  public var padToken: TokenID?
  /// Length limit of a hypothesis, the start token included.
  public var maxLength: Int
  /// Below this length, the start token included, no end token may come.
  public var minLength = 0
  /// Hypotheses that a search keeps; 1 is greedy search.
  public var beamSize = 1
  /// A hypothesis of a beam search ranks by Σ ln p / length^lengthPenalty: more than 0 favours long ones.
  public var lengthPenalty: Float = 1
  public var earlyStopping = EarlyStopping.heuristic
  /// Must come first.
  public var forcedBeginToken: TokenID?
  /// Must come last when the length limit is reached.
  public var forcedEndToken: TokenID?
  /// Sequences that may not appear.
  public var bannedSequences: [[TokenID]] = []
  /// Tokens that may never appear.
  public var suppressedTokens: [TokenID] = []
  /// Tokens that may not come first, or behind `forcedBeginToken` where there is one.
  public var beginSuppressedTokens: [TokenID] = []
  /// No n-gram of this size may appear twice; 0 allows all.
  public var noRepeatNgramSize = 0
  /// No n-gram of this size may be one of the source, its prefix and end token included; 0 allows all.
  public var sourceNoRepeatNgramSize = 0
  /// What the scores of tokens that were said, the start token included, are multiplied by below 0 and divided by above:
  /// more than 1 disfavours them, less favours them, 1 changes nothing.
  public var repetitionPenalty: Float = 1
  /// The heads that say which words belong together; nil for the mean of the middle layer's.
  public var alignmentHeads: AlignmentHeads?

  public init(startToken: TokenID, endTokens: [TokenID], maxLength: Int) {
    self.startToken = startToken
    self.endTokens = endTokens
    self.maxLength = maxLength
  }

  /// Reads the rules of a model's folder and checks them against its sizes.
  /// - Parameter task: what config.json's `task_specific_params` say of it comes first; nil leaves them out.
  public init(folder: String, dimensions: ModelDimensions, task: ModelTask? = nil) throws(ModelError) {
    let file = try GenerationFile(folder: folder, task: task, vocabularySize: dimensions.vocabularySize)
    guard let start = try file.token("decoder_start_token_id", else: "bos_token_id") else {
      throw file.missing("decoder_start_token_id")
    }
    guard let ends = try file.tokens("eos_token_id"), !ends.isEmpty else { throw file.missing("eos_token_id") }
    startToken = start
    endTokens = ends
    padToken = try file.token("pad_token_id")
    maxLength = min(try file.longest() ?? dimensions.positionLimit, dimensions.positionLimit)
    guard maxLength >= 2 else {
      throw .malformed(path: folder + "/config.json", reason: "\(maxLength) positions leave no room for a token")
    }
    minLength = try file.shortest()
    beamSize = try file.integer("num_beams", 1...Self.beamLimit) ?? 1
    lengthPenalty = try file.number("length_penalty", Self.lengthPenalties) ?? 1
    earlyStopping = try file.earlyStopping() ?? .heuristic
    forcedBeginToken = try file.token("forced_bos_token_id")
    forcedEndToken = try file.onlyToken("forced_eos_token_id")
    bannedSequences = try file.sequences("bad_words_ids") ?? []
    suppressedTokens = try file.tokens("suppress_tokens") ?? []
    beginSuppressedTokens = try file.tokens("begin_suppress_tokens") ?? []
    noRepeatNgramSize = try file.integer("no_repeat_ngram_size", 0...Self.longestLength) ?? 0
    sourceNoRepeatNgramSize = try file.integer("encoder_no_repeat_ngram_size", 0...Self.longestLength) ?? 0
    repetitionPenalty = try file.number("repetition_penalty", 0.01...100) ?? 1
    alignmentHeads = try file.heads(
      "alignment_heads", layers: dimensions.decoderLayers, heads: dimensions.decoderHeads.heads)
  }

  /// Lengths that a file may name.
  static let longestLength = 1_000_000_000
  /// Hypotheses that a search can keep.
  public static let beamLimit = 32
  /// Length penalties that a search can rank by.
  public static let lengthPenalties: ClosedRange<Float> = -10...10
}
