/// Which heads of a decoder's cross-attention say what a token comes from: heads of one layer.
///
/// Most models have one or two heads that align far better than the mean of all; `training/alignment.py` finds them.
public struct AlignmentHeads: Sendable, Equatable, BitwiseCopyable {
  /// From 0.
  public let layer: Int
  /// Bit h stands for head h; nil for all.
  let heads: UInt64?

  /// All heads of the layer in the middle, the lower one of two: the third of six, as in Chen et al. 2020, "Accurate Word
  /// Alignment Induction from Neural Machine Translation", §3.1; docs/NOTES.md has figures.
  static func middle(layers: Int) -> AlignmentHeads { AlignmentHeads(layer: (layers - 1) / 2, heads: nil) }

  private init(layer: Int, heads: UInt64?) {
    self.layer = layer
    self.heads = heads
  }

  /// - Returns: nil for no heads, heads of several layers, and heads from 64 on.
  package init?(_ pairs: [(layer: Int, head: Int)]) {
    guard let layer = pairs.first?.layer, pairs.allSatisfy({ $0.layer == layer && (0..<64).contains($0.head) }) else {
      return nil
    }
    self.init(layer: layer, heads: pairs.reduce(0) { $0 | 1 << UInt64($1.head) })
  }
}
