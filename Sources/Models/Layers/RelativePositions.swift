import Glibc
import Kernels
import Tensors

/// What attention adds to a score for the distance from query to key, learned for buckets of distances that grow with the
/// distance. Source: Raffel et al. 2020, §2.1; transformers 4.57, models/t5/modeling_t5.py, `_relative_position_bucket`.
package struct RelativePositions: Sendable {
  /// Which way a query looks.
  package enum Direction: Sendable {
    /// At keys before and behind it.
    case both
    /// At keys before it and at itself.
    case past
  }

  /// [H, columns]: one value a distance key − query, rising.
  private let table: Tensor
  /// The column of distance 0.
  private let zero: Int
  private let columns: Int

  /// - Parameters:
  ///   - buckets: learned values [buckets, H].
  ///   - farthest: distances from here on share the last bucket.
  ///   - positions: the longest sequence.
  init(buckets: Tensor, farthest: Int, direction: Direction, positions: Int) {
    let count = buckets.shape.dimensions[0]
    let heads = buckets.shape.dimensions[1]
    let zero = positions - 1
    // Keys come in blocks of 16, the last of which may reach beyond the sequence.
    let columns = zero + (direction == .both ? positions : 1) + 15
    table = Tensor(shape: [heads, columns]) { values in
      for column in 0..<columns {
        let bucket = Self.bucket(distance: column - zero, count: count, farthest: farthest, direction)
        for head in 0..<heads { values[head * columns + column] = buckets.pointer[bucket * heads + head] }
      }
    }
    self.zero = zero
    self.columns = columns
  }

  /// The bias of a query at a position; those of queries behind it lie before its own.
  func bias(query position: Int) -> AttentionBias {
    AttentionBias(start: table.pointer + zero - position, headStride: columns)
  }

  /// The bucket, of `count`, of a distance key − query.
  package static func bucket(distance: Int, count: Int, farthest: Int, _ direction: Direction) -> Int {
    let half = direction == .both ? count / 2 : count
    let side = direction == .both && distance > 0 ? half : 0
    let length = direction == .both ? abs(distance) : max(0, -distance)
    let exact = half / 2
    guard length >= exact else { return side + length }
    // In single precision, as the reference computes it.
    let share = logf(Float(length) / Float(exact)) / Float(log(Double(farthest) / Double(exact)))
    return side + min(exact + Int(share * Float(half - exact)), half - 1)
  }
}
