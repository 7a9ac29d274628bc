import CKernels
import Kernels
import Testing

@Suite struct ElementKernelTests {
  static let counts = [0, 1, 2, 15, 16, 17, 31, 64, 300]

  /// Widens 16-bit elements from an odd address.
  private func widen(_ set: KernelSet, _ elements: [UInt16], _ element: dragoman_element) -> [UInt32] {
    let bytes = GuardedBuffer<UInt8>([0] + elements.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } + [0])
    let output = GuardedBuffer<Float>(count: elements.count)
    set.table.pointee.widen(bytes.pointer + 1, element, elements.count, output.pointer)
    #expect(output.isUntouched(outside: Grid(rows: 1, columns: elements.count, stride: 0)))
    return output.elements.map(bits)
  }

  @Test(arguments: KernelSet.all) func `every float16 becomes the number that it stands for`(set: KernelSet) {
    let all = Array(UInt16.min...UInt16.max)
    #expect(widen(set, all, dragoman_float16) == all.map { bits(Oracle.float16($0)) })
    for count in Self.counts {
      let some = all.suffix(count)
      #expect(widen(set, Array(some), dragoman_float16) == some.map { bits(Oracle.float16($0)) })
    }
  }

  @Test(arguments: KernelSet.all) func `every bfloat16 is the upper half of its float32`(set: KernelSet) {
    let all = Array(UInt16.min...UInt16.max)
    #expect(widen(set, all, dragoman_bfloat16) == all.map { bits(Float(bitPattern: UInt32($0) << 16)) })
  }

  @Test(arguments: KernelSet.all) func `float32 is copied bit for bit from any address`(set: KernelSet) {
    for count in Self.counts {
      var random = Randomness(seed: count)
      let floats = random.floats(count)
      let source = GuardedBuffer<UInt8>(
        [0]
          + floats.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
          })
      let output = GuardedBuffer<Float>(count: count)
      set.table.pointee.widen(source.pointer + 1, dragoman_float32, count, output.pointer)
      #expect(output.elements == floats)
    }
  }

  @Test(arguments: KernelSet.all) func `scale and add round twice, also in place`(set: KernelSet) {
    for count in Self.counts {
      for kind in RowKind.allCases {
        var random = Randomness(seed: count)
        let row = count == 0 ? [] : random.row(kind, count)
        let addend = random.floats(count)
        let expected = zip(row, addend).map { value, addend in
          let product = value * 22.627417
          return product + addend
        }
        let (input, second) = (GuardedBuffer(row), GuardedBuffer(addend))
        let output = GuardedBuffer<Float>(count: count)
        set.table.pointee.scale_add(input.pointer, 22.627417, second.pointer, count, output.pointer)
        #expect(difference(output.elements, expected) == nil, "\(count) of \(kind)")
        #expect(output.isUntouched(outside: Grid(rows: 1, columns: count, stride: 0)))
        set.table.pointee.scale_add(input.pointer, 22.627417, second.pointer, count, input.pointer)
        #expect(difference(input.elements, expected) == nil, "\(count) of \(kind) in place")
      }
    }
  }
}
