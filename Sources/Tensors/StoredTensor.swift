/// How a file stores the numbers of a tensor.
public enum ElementType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  /// Bytes an element.
  public var size: Int { self == .float32 ? 4 : 2 }
}

/// A tensor as it lies in a mapped file, row-major; keeps the mapping alive. No alignment is promised.
public struct StoredTensor: Sendable {
  public let file: MappedFile
  /// Where the tensor begins, in bytes of the file.
  public let offset: Int
  public let element: ElementType
  public let shape: Shape

  /// - Returns: nil where the bytes do not lie inside the file.
  public init?(file: MappedFile, offset: Int, element: ElementType, shape: Shape) {
    guard let count = shape.count, offset >= 0 else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: element.size)
    guard !overflow, bytes <= file.bytes.count - offset else { return nil }
    self.file = file
    self.offset = offset
    self.element = element
    self.shape = shape
  }

  /// The elements' bytes.
  public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// Gives back the memory of the elements; they are read again if they are touched again.
  public func release() { file.release(range) }

  private var range: Range<Int> { offset..<(offset + (shape.count ?? 0) * element.size) }
}
