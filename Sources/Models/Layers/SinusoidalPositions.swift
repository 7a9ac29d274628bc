import Glibc
import Tensors

/// Position tables, computed in Double and rounded once.
enum SinusoidalPositions {
  /// Hugging Face's Marian: the first half of a row holds sines, the second cosines, of p · 10000^(−2i/D).
  /// [positions, width]. Source: Vaswani et al. 2017, §3.5; transformers, modeling_marian.py.
  static func marian(positions: Int, width: Int) -> Tensor {
    let half = (width + 1) / 2
    return Tensor(shape: [positions, width]) { table in
      for position in 0..<positions {
        for column in 0..<width {
          let index = column < half ? column : column - half
          let angle = Double(position) / pow(10_000, Double(2 * index) / Double(width))
          table[position * width + column] = Float(column < half ? sin(angle) : cos(angle))
        }
      }
    }
  }
}
