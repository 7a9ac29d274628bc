import Models

/// Attention caches that are used again. A cache is as large as the next power of two of what was asked for.
struct CachePool {
  static let kept = 256  // caches of one size that wait; more are freed

  private let dimensions: ModelDimensions
  private var free: [Int: [AttentionCache]] = [:]

  init(dimensions: ModelDimensions) {
    self.dimensions = dimensions
  }

  /// An empty cache with room for `capacity` positions.
  mutating func take(capacity: Int) -> AttentionCache {
    let size = Self.size(for: capacity)
    if let cache = free[size]?.popLast() {
      cache.clear()
      return cache
    }
    return dimensions.makeCache(capacity: size)
  }

  mutating func giveBack(_ cache: AttentionCache) {
    if free[cache.capacity, default: []].count < Self.kept { free[cache.capacity, default: []].append(cache) }
  }

  /// Frees the caches that wait. What was touched of a cache stays in memory: 2 MiB where a search ran to 512 tokens.
  mutating func removeAll() { free = [:] }

  private static func size(for capacity: Int) -> Int {
    var size = 16
    while size < capacity { size *= 2 }
    return size
  }
}
