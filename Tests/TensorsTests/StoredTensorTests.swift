import Foundation
import Tensors
import Testing

@Suite struct ShapeTests {
  @Test func `a shape counts its elements`() {
    #expect(([2, 3, 4] as Shape).count == 24)
    #expect(([] as Shape).count == 1)
    #expect(([5, 0] as Shape).count == 0)
    #expect(Shape([7]).count == 7)
    #expect(([2, 3] as Shape).description == "[2,3]")
  }

  @Test func `a count that overflows is none`() {
    #expect(([Int.max, 2] as Shape).count == nil)
    #expect(([1 << 32, 1 << 31] as Shape).count == nil)
    #expect(([1 << 31, 1 << 31] as Shape).count == 1 << 62)
    // The overflow is not forgiven by a zero that comes later.
    #expect(([Int.max, Int.max, 0] as Shape).count == nil)
    #expect(([0, Int.max, Int.max] as Shape).count == 0)
  }

  @Test func `a negative dimension has no count`() {
    #expect(([-1] as Shape).count == nil)
    #expect(([-2, -3] as Shape).count == nil)
    #expect(([0, -1] as Shape).count == nil)
    #expect(([Int.min, Int.min] as Shape).count == nil)
  }
}

@Suite struct StoredTensorTests {
  private func file(bytes count: Int) throws -> MappedFile {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("dragoman-\(UUID().uuidString)")
    try Data((0..<count).map { UInt8(truncatingIfNeeded: $0) }).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try MappedFile(path: url.path)
  }

  @Test func `a tensor inside its file has its bytes`() throws {
    let file = try file(bytes: 30)
    let tensor = try #require(StoredTensor(file: file, offset: 3, element: .float16, shape: [2, 5]))
    #expect(Array(tensor.bytes) == Array(3..<23))
    let last = try #require(StoredTensor(file: file, offset: 2, element: .float32, shape: [7]))
    #expect(Array(last.bytes) == Array(2..<30))
    let empty = try #require(StoredTensor(file: file, offset: 30, element: .float32, shape: [0, 5]))
    #expect(empty.bytes.isEmpty)
  }

  @Test(arguments: ElementType.allCases) func `a tensor that leaves its file by one byte is refused`(
    element: ElementType
  ) throws {
    let file = try file(bytes: 64)
    let whole = 64 / element.size
    #expect(StoredTensor(file: file, offset: 0, element: element, shape: [whole]) != nil)
    #expect(StoredTensor(file: file, offset: 1, element: element, shape: [whole]) == nil)
    #expect(StoredTensor(file: file, offset: 0, element: element, shape: [whole + 1]) == nil)
    #expect(StoredTensor(file: file, offset: 65, element: element, shape: [0]) == nil)
  }

  @Test func `offsets and shapes that overflow are refused`() throws {
    let file = try file(bytes: 64)
    for offset in [-1, Int.min, Int.max] {
      #expect(StoredTensor(file: file, offset: offset, element: .float32, shape: [1]) == nil)
      #expect(StoredTensor(file: file, offset: offset, element: .float32, shape: [0]) == nil)
    }
    let shapes: [Shape] = [
      [Int.max], [Int.max / 2], [Int.max / 4 + 1], [1 << 62], [Int.max, Int.max], [-4], [-2, -8],
    ]
    for shape in shapes {
      for element in ElementType.allCases {
        #expect(StoredTensor(file: file, offset: 8, element: element, shape: shape) == nil, "\(shape)")
      }
    }
  }

  @Test func `a tensor keeps its file mapped`() throws {
    var kept: StoredTensor?
    do { kept = StoredTensor(file: try file(bytes: 9_000), offset: 8_000, element: .float32, shape: [250]) }
    #expect(kept?.bytes.last == UInt8(truncatingIfNeeded: 8_999))
  }

  @Test func `element types have the names of safetensors and their sizes`() {
    #expect(ElementType.allCases.map(\.rawValue) == ["F32", "F16", "BF16"])
    #expect(ElementType.allCases.map(\.size) == [4, 2, 2])
  }
}
