/// A row-major float32 matrix in a workspace: [rows, columns]. Valid until the workspace is reset.
public struct Matrix {
  public let pointer: UnsafeMutablePointer<Float>
  public let rows: Int
  public let columns: Int

  public init(pointer: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    self.pointer = pointer
    self.rows = rows
    self.columns = columns
  }

  /// The first element of a row.
  public func row(_ index: Int) -> UnsafeMutablePointer<Float> { pointer + index * columns }
}

/// Activation memory that is used again for every step: taken piece by piece, given back all at once.
/// It grows to the largest step it has seen and then allocates no more. Confined to the engine thread.
public final class Workspace {
  private struct Block {
    let start: UnsafeMutableRawPointer
    let size: Int
  }

  private var blocks: [Block] = []
  private var used = 0
  private var total = 0

  public init() {}

  deinit {
    for block in blocks { block.start.deallocate() }
  }

  /// Forgets everything taken; pointers from before are dangling now.
  public func reset() {
    if blocks.count > 1 {
      for block in blocks { block.start.deallocate() }
      blocks = [Self.block(of: total)]
    }
    used = 0
    total = 0
  }

  /// `count` elements on a 64-byte border, with 64 bytes of slack behind them; their values are arbitrary.
  public func take<Element: BitwiseCopyable>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = (count * MemoryLayout<Element>.stride + 127) / 64 * 64
    total += bytes
    if let last = blocks.last, used + bytes <= last.size {
      defer { used += bytes }
      return (last.start + used).bindMemory(to: Element.self, capacity: count)
    }
    let block = Self.block(of: max(bytes, 2 * (blocks.last?.size ?? 32_768)))
    blocks.append(block)
    used = bytes
    return block.start.bindMemory(to: Element.self, capacity: count)
  }

  /// An uninitialized matrix [rows, columns].
  public func matrix(rows: Int, columns: Int) -> Matrix {
    Matrix(pointer: take(Float.self, rows * columns), rows: rows, columns: columns)
  }

  private static func block(of size: Int) -> Block {
    Block(start: .allocate(byteCount: size, alignment: 64), size: size)
  }
}
