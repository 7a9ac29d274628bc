import Tensors
import Testing

@Suite struct WorkspaceTests {
  /// Element counts of one step; their pieces with where they lie.
  private func step(_ workspace: Workspace, _ counts: [Int]) -> [Range<UInt>] {
    counts.enumerated().map { index, count in
      let bytes: Int
      let address: UInt
      switch index % 3 {
      case 0:
        (bytes, address) = (count * 4, UInt(bitPattern: workspace.take(Float.self, count)))
      case 1:
        (bytes, address) = (count, UInt(bitPattern: workspace.take(UInt8.self, count)))
      default:
        (bytes, address) = (count * 8, UInt(bitPattern: workspace.take(Int.self, count)))
      }
      return address..<(address + UInt(bytes))
    }
  }

  private func expectApart(_ pieces: [Range<UInt>], sourceLocation: SourceLocation = #_sourceLocation) {
    let sorted = pieces.sorted { $0.lowerBound < $1.lowerBound }
    for piece in pieces { #expect(piece.lowerBound % 64 == 0, sourceLocation: sourceLocation) }
    for (left, right) in zip(sorted, sorted.dropFirst()) {
      #expect(left.upperBound + 64 <= right.lowerBound, "no slack", sourceLocation: sourceLocation)
    }
  }

  private let counts = [1, 15, 16, 17, 0, 63, 64, 65, 1_000, 3, 40_000, 5, 5_000, 0, 9, 100_000, 2, 2]

  @Test func `pieces lie on cache lines with slack behind them and never overlap, while the workspace grows`() {
    let workspace = Workspace()
    expectApart(step(workspace, counts))
    workspace.reset()
    expectApart(step(workspace, counts + counts))
  }

  @Test func `a step as large as the last gets the same memory again`() {
    let workspace = Workspace()
    _ = step(workspace, counts)
    workspace.reset()
    let first = step(workspace, counts)
    for _ in 0..<3 {
      workspace.reset()
      #expect(step(workspace, counts) == first)
    }
    workspace.reset()
    let smaller = step(workspace, Array(counts.prefix(9)))
    #expect(smaller == Array(first.prefix(9)))
    workspace.reset()
    #expect(step(workspace, counts) == first)
  }

  @Test func `what was written stays until the reset, however much is taken after it`() {
    let workspace = Workspace()
    var pieces: [UnsafeMutablePointer<Int>] = []
    for index in 0..<200 {
      let piece = workspace.take(Int.self, index * 20)
      piece.initialize(repeating: index, count: index * 20)
      pieces.append(piece)
    }
    for (index, piece) in pieces.enumerated() {
      #expect(UnsafeBufferPointer(start: piece, count: index * 20).allSatisfy { $0 == index })
    }
    withExtendedLifetime(workspace) {}
  }

  @Test func `resetting an unused workspace, and twice, is harmless`() {
    let workspace = Workspace()
    workspace.reset()
    workspace.reset()
    expectApart(step(workspace, [1, 2, 3]))
  }

  @Test func `a matrix of the workspace has its rows behind one another`() {
    let workspace = Workspace()
    let matrix = workspace.matrix(rows: 3, columns: 5)
    #expect(matrix.rows == 3)
    #expect(matrix.columns == 5)
    #expect(matrix.row(2) == matrix.pointer + 10)
    let empty = workspace.matrix(rows: 0, columns: 5)
    #expect(empty.rows == 0)
  }
}

@Suite struct TensorStorageTests {
  @Test(arguments: [0, 1, 63, 64, 65]) func `a tensor lies on a cache line and ends in zeros`(count: Int) {
    let tensor = Tensor(shape: [count]) { memory in
      #expect(memory.count == count)
      for index in memory.indices { memory[index] = Float(index + 1) }
    }
    let padded = (count + 63) / 64 * 64
    let values = withExtendedLifetime(tensor) { Array(UnsafeBufferPointer(start: tensor.pointer, count: padded)) }
    #expect(values == (0..<padded).map { $0 < count ? Float($0 + 1) : 0 })
    #expect(UInt(bitPattern: tensor.pointer) % 64 == 0)
  }

  @Test func `new storage is zero and aligned`() {
    for count in [0, 1, 15, 1_000] {
      let storage = AlignedStorage<Int32>(count: count)
      #expect(storage.count == count)
      #expect(UInt(bitPattern: storage.pointer) % 64 == 0)
      let isZero = withExtendedLifetime(storage) {
        UnsafeBufferPointer(start: storage.pointer, count: count).allSatisfy { $0 == 0 }
      }
      #expect(isZero)
    }
  }

  @Test(arguments: [(1, 1), (4, 64), (5, 65), (300, 700)])
  func `packed matrices have room for whole panels and quads`(terms: Int, columns: Int) {
    let padded = (columns + 63) / 64 * 64
    let integers = Int8Matrix(terms: terms, columns: columns)
    #expect(integers.values.count == padded * ((terms + 3) / 4 * 4))
    #expect(integers.scales.count == padded)
    #expect(integers.offsets.count == padded)
    let floats = FloatMatrix(terms: terms, columns: columns)
    #expect(floats.values.count == padded * terms)
    for matrix in [WeightMatrix.int8(integers), .float32(floats)] {
      #expect(matrix.terms == terms)
      #expect(matrix.columns == columns)
      #expect(matrix.panels == padded / 64)
    }
  }
}
