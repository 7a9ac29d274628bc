/// A token's number in a model's vocabulary.
public typealias TokenID = Int32

/// The extents of a tensor, outermost first.
public struct Shape: Hashable, Sendable, CustomStringConvertible, ExpressibleByArrayLiteral {
  public let dimensions: [Int]

  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The number of elements, or nil when it overflows or a dimension is negative.
  public var count: Int? {
    dimensions.reduce(Int?.some(1)) { product, dimension in
      guard let product, dimension >= 0 else { return nil }
      let (value, overflow) = product.multipliedReportingOverflow(by: dimension)
      return overflow ? nil : value
    }
  }

  public var description: String {
    "[\(dimensions.map(String.init).joined(separator: ","))]"
  }
}
