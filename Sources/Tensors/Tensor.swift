/// An immutable float32 weight that is read as it is: a bias, a norm's gain, a table of positions.
/// Readable up to a multiple of 64 elements; the padding holds zeros.
public final class Tensor: Sendable {
  public let shape: Shape
  private let storage: AlignedStorage<Float>

  /// - Parameter fill: writes the elements, `shape.count` of them, row-major.
  public init(shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) -> Void) {
    let count = shape.count ?? 0
    precondition(shape.count != nil, "a tensor of shape \(shape)")
    self.shape = shape
    storage = AlignedStorage(count: (count + 63) / 64 * 64)
    fill(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  /// The first element; valid as long as this tensor lives.
  public var pointer: UnsafePointer<Float> { UnsafePointer(storage.pointer) }
}
