import CKernels
import Kernels
import Testing

@Suite struct TopKernelTests {
  /// The best k of a row that is fed in parts of `part` elements.
  private func top(_ set: KernelSet, _ k: Int, _ row: [Float], part: Int) -> [(index: Int, value: Float)] {
    let input = GuardedBuffer(row)
    let values = GuardedBuffer<Float>(count: k)
    let indices = GuardedBuffer<Int32>(count: k)
    var count = 0
    for first in stride(from: 0, to: row.count, by: part) {
      let length = min(part, row.count - first)
      count = set.table.pointee.top_k(
        input.pointer + first, length, Int32(first), k, count, values.pointer, indices.pointer)
    }
    return withExtendedLifetime((values, indices)) {
      (0..<count).map { (index: Int(indices.pointer[$0]), value: values.pointer[$0]) }
    }
  }

  @Test(arguments: KernelSet.all) func `the best are those of a stable sort, in one part or several`(set: KernelSet) {
    for width in [1, 2, 15, 16, 17, 31, 64, 65, 300, 700] {
      for k in [1, 2, 3, 5, 8, 16, 17, 64, 130] {
        var random = Randomness(seed: width)
        for kind in RowKind.allCases {
          check(set, k, random.row(kind, width), "\(kind)")
        }
        // Few different values: many ties.
        check(set, k, (0..<width).map { _ in Float(random.next() % 4) }, "ties")
        check(set, k, (0..<width).map(Float.init), "rising")
        check(set, k, (0..<width).map { -Float($0) }, "falling")
      }
    }
  }

  private func check(_ set: KernelSet, _ k: Int, _ row: [Float], _ what: String) {
    let expected = Oracle.top(k, of: row)
    for part in [row.count, 100, 16, 7] {
      let result = top(set, k, row, part: part)
      #expect(result.map(\.index) == expected.map(\.index), "best \(k) of \(row.count), parts of \(part), \(what)")
      #expect(difference(result.map(\.value), expected.map(\.value)) == nil, "best \(k) of \(row.count), \(what)")
    }
  }

  @Test(arguments: KernelSet.all) func `zeros of both signs tie`(set: KernelSet) {
    let row: [Float] = [-1, -0.0, 0, -0.0, 0]
    #expect(top(set, 3, row, part: 5).map(\.index) == [1, 2, 3])
  }
}
