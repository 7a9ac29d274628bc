import Kernels
import Tensors

/// A place in the tree of a model's weights: `scope("layers.0").scope("self_attn").linear("q_proj", …)`.
/// Reads weights by path and shape and packs them for the kernels.
public struct WeightScope {
  let source: WeightSource
  let context: KernelContext
  let quantization: Quantization
  let path: String

  /// The root of a model's weights.
  public init(source: WeightSource, context: KernelContext, quantization: Quantization) {
    self.init(source: source, context: context, quantization: quantization, path: "")
  }

  private init(source: WeightSource, context: KernelContext, quantization: Quantization, path: String) {
    self.source = source
    self.context = context
    self.quantization = quantization
    self.path = path
  }

  /// The scope below this one.
  public func scope(_ name: String) -> WeightScope {
    WeightScope(source: source, context: context, quantization: quantization, path: path + name + ".")
  }

  /// Whether a weight exists here.
  public func contains(_ name: String) -> Bool { source.contains(path + name) }

  /// A weight as stored.
  public func stored(_ name: String, _ shape: Shape) throws(ModelError) -> StoredTensor {
    try source.tensor(path + name, shape: shape)
  }

  /// A small weight as float32: a bias, a norm's gain.
  public func tensor(_ name: String, _ shape: Shape) throws(ModelError) -> Tensor {
    context.widen(try stored(name, shape))
  }

  /// Affine maps of the same input, side by side: weights [outputs, inputs] and biases [outputs] of each name.
  public func linear(_ names: [String], inputs: Int, outputs: Int) throws(ModelError) -> LinearWeights {
    defer { context.workspace.reset() }
    let weights = try names.mapTyped { name throws(ModelError) in try stored(name + ".weight", [outputs, inputs]) }
    let biases = try names.mapTyped { name throws(ModelError) in try tensor(name + ".bias", [outputs]) }
    let bias = Tensor(shape: [outputs * names.count]) { destination in
      for (index, part) in biases.enumerated() {
        for element in 0..<outputs { destination[index * outputs + element] = part.pointer[element] }
      }
    }
    return LinearWeights(matrix: context.pack(weights, as: quantization), bias: bias)
  }

  /// An affine map whose weight [outputs, inputs] and bias [outputs] have names of their own.
  public func linear(weight: String, bias: String, inputs: Int, outputs: Int) throws(ModelError) -> LinearWeights {
    defer { context.workspace.reset() }
    return LinearWeights(
      matrix: context.pack([try stored(weight, [outputs, inputs])], as: quantization),
      bias: try tensor(bias, [outputs]))
  }

  /// Linear maps of the same input, side by side, without biases.
  public func linearWithoutBias(_ names: [String], inputs: Int, outputs: Int) throws(ModelError) -> LinearWeights {
    defer { context.workspace.reset() }
    let weights = try names.mapTyped { name throws(ModelError) in try stored(name + ".weight", [outputs, inputs]) }
    return LinearWeights(matrix: context.pack(weights, as: quantization), bias: nil)
  }

  /// The first of the names that exists. The others, where they exist, must hold the same numbers.
  public func tied(_ names: [String], _ shape: Shape) throws(ModelError) -> StoredTensor {
    guard let first = names.first(where: contains) else {
      throw .missingTensor(name: path + names[0], path: source.path)
    }
    let table = try stored(first, shape)
    for name in names where name != first && contains(name) {
      let other = try stored(name, shape)
      guard table.element == other.element, table.bytes.elementsEqual(other.bytes) else {
        throw .unsupported(
          path: source.path, reason: "\(path)\(name) differs from \(first); config.json says that they are tied")
      }
    }
    return table
  }

  /// The projection to logits of a table [V,D] that stays at hand in its own precision.
  public func outputProjection(_ table: StoredTensor, bias: Tensor?) -> OutputProjection {
    defer { context.workspace.reset() }
    return OutputProjection(
      weights: LinearWeights(matrix: context.pack([table], as: quantization), bias: bias),
      exact: quantization == .float32 ? nil : table)
  }

  /// A layer normalization's gain and bias.
  public func layerNorm(_ name: String, width: Int, epsilon: Float) throws(ModelError) -> LayerNormWeights {
    LayerNormWeights(
      gamma: try tensor(name + ".weight", [width]), beta: try tensor(name + ".bias", [width]), epsilon: epsilon)
  }
}
