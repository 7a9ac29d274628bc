import Kernels
import Tensors

/// Keys and values of one sequence in every decoder layer: those of its own past (a KV cache, which grows by one
/// position a step) or those of its source (filled once).
/// Layout a layer: packed keys [capacity/16][H][W][16], then values [capacity/16][H][16][W]: what one
/// step of attention reads lies together.
public final class AttentionCache {
  public let layers: Int
  public let layout: HeadLayout
  /// Positions that fit.
  public let capacity: Int
  /// Positions that are filled.
  public internal(set) var count = 0

  private let storage: UnsafeMutablePointer<Float>
  private let layerStride: Int

  /// Reserves memory, which the system provides when it is touched.
  public init(layers: Int, layout: HeadLayout, capacity: Int) {
    self.layers = layers
    self.layout = layout
    self.capacity = (capacity + 15) / 16 * 16
    layerStride = 2 * layout.packedCount(self.capacity)
    storage =
      UnsafeMutableRawPointer
      .allocate(byteCount: max(64, layers * layerStride * MemoryLayout<Float>.stride), alignment: 64)
      .bindMemory(to: Float.self, capacity: max(1, layers * layerStride))
  }

  deinit {
    storage.deallocate()
  }

  /// Makes it empty, for another sequence.
  public func clear() { count = 0 }

  func keys(_ layer: Int) -> UnsafeMutablePointer<Float> { storage + layer * layerStride }

  func values(_ layer: Int) -> UnsafeMutablePointer<Float> {
    storage + layer * layerStride + layout.packedCount(capacity)
  }

  /// Writes keys and values [count, D] of one layer at positions `first` onward.
  func store(
    layer: Int, keys source: UnsafePointer<Float>, values: UnsafePointer<Float>, stride: Int, first: Int, count: Int,
    _ context: KernelContext
  ) {
    precondition(first + count <= capacity, "positions \(first) to \(first + count) in a cache of \(capacity)")
    context.packKeys(
      source, stride: stride, count: count, layout: layout, first: first, into: keys(layer))
    context.packValues(
      values, stride: stride, count: count, layout: layout, first: first, into: self.values(layer))
  }
}

extension AttentionCache {
  /// What one cache is to take over from another of the same capacity.
  public struct Copy {
    let source: AttentionCache
    let target: AttentionCache

    public init(source: AttentionCache, target: AttentionCache) {
      self.source = source
      self.target = target
    }
  }

  /// What is filled, in whole blocks of 16 positions.
  fileprivate var filled: Int { layout.packedCount((count + 15) / 16 * 16) }
}

extension KernelContext {
  /// Copies keys and values of every filled position.
  public func copy(_ copies: [AttentionCache.Copy]) {
    guard !copies.isEmpty else { return }
    let limit = copies.reduce(0) { $0 + 2 * $1.source.layers }
    let regions = workspace.take(CopyRegion.self, limit)
    var count = 0
    for copy in copies {
      precondition(copy.source.capacity == copy.target.capacity, "caches of one capacity")
      copy.target.count = copy.source.count
      for layer in 0..<copy.source.layers {
        regions[count] = CopyRegion(
          source: copy.source.keys(layer), target: copy.target.keys(layer), count: copy.source.filled)
        regions[count + 1] = CopyRegion(
          source: copy.source.values(layer), target: copy.target.values(layer), count: copy.source.filled)
        count += 2
      }
    }
    self.copy(UnsafeBufferPointer(start: regions, count: count))
  }
}
