/// Columns of one panel of a packed weight matrix.
public let panelWidth = 64

/// An int8 weight matrix [K,N] in the layout of the kernels: panels of 64 columns, quads of 4 terms,
/// [N/64][K/4][64][4]. Column n stands for `values · scales[n]`.
public final class Int8Matrix: Sendable {
  /// K: terms of the product.
  public let terms: Int
  /// N: columns of the product.
  public let columns: Int
  /// Packed weights.
  public let values: AlignedStorage<Int8>
  /// One scale a column.
  public let scales: AlignedStorage<Float>
  /// 128 · the column's sum: what storing activations as q + 128 adds to a product.
  public let offsets: AlignedStorage<Int32>

  /// A matrix of zeros, to be filled by the kernels' packing.
  public init(terms: Int, columns: Int) {
    self.terms = terms
    self.columns = columns
    let padded = (columns + panelWidth - 1) / panelWidth * panelWidth
    values = AlignedStorage(count: padded * ((terms + 3) / 4 * 4))
    scales = AlignedStorage(count: padded)
    offsets = AlignedStorage(count: padded)
  }
}

/// A float32 weight matrix [K,N] in the layout of the kernels: panels of 64 columns, [N/64][K][64].
public final class FloatMatrix: Sendable {
  /// K: terms of the product.
  public let terms: Int
  /// N: columns of the product.
  public let columns: Int
  /// Packed weights.
  public let values: AlignedStorage<Float>

  /// A matrix of zeros, to be filled by the kernels' packing.
  public init(terms: Int, columns: Int) {
    self.terms = terms
    self.columns = columns
    values = AlignedStorage(count: (columns + panelWidth - 1) / panelWidth * panelWidth * terms)
  }
}

/// A weight matrix as the products use it.
public enum WeightMatrix: Sendable {
  case int8(Int8Matrix)
  case float32(FloatMatrix)

  /// K: terms of the product.
  public var terms: Int {
    switch self {
    case .int8(let matrix): matrix.terms
    case .float32(let matrix): matrix.terms
    }
  }

  /// N: columns of the product.
  public var columns: Int {
    switch self {
    case .int8(let matrix): matrix.columns
    case .float32(let matrix): matrix.columns
    }
  }

  /// Panels of 64 columns.
  public var panels: Int { (columns + panelWidth - 1) / panelWidth }
}
