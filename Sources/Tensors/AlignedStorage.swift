/// Heap memory on a 64-byte border, zeroed at first, freed with its owner.
public final class AlignedStorage<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // @unchecked: written by its one owner until it is published as part of an immutable weight; read-only afterwards.

  /// The first element; valid as long as this object lives.
  public let pointer: UnsafeMutablePointer<Element>
  public let count: Int

  public init(count: Int) {
    precondition(count >= 0, "storage of \(count) elements")
    let bytes = max(64, count * MemoryLayout<Element>.stride)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Element.self, capacity: max(1, count))
    self.count = count
  }

  deinit {
    UnsafeMutableRawPointer(pointer).deallocate()
  }
}
