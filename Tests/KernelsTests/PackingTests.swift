import Kernels
import Tensors
import Testing

@Suite struct PackingTests {
  @Test(arguments: Quantization.allCases) func `tensors side by side pack as one tensor with their rows`(
    quantization: Quantization
  ) throws {
    var random = Randomness(seed: 1)
    let values = random.floats(300 * 130)
    let whole = try Stored.float32(values, [300, 130], offset: 3)
    let parts = [
      try Stored.float32(Array(values[..<(63 * 130)]), [63, 130]),
      try Stored.float32(Array(values[(63 * 130)..<(64 * 130)]), [1, 130], offset: 1),
      try Stored.float32(Array(values[(64 * 130)...]), [236, 130]),
    ]
    let answers = try onEverySetAndThreads { context in
      [contents(context.pack([whole], as: quantization)), contents(context.pack(parts, as: quantization))]
    }
    for answer in answers.flatMap({ $0 }) { #expect(answer == answers[0][0]) }
  }

  @Test(arguments: Quantization.allCases) func `stored halves pack as the float32 numbers that they stand for`(
    quantization: Quantization
  ) throws {
    var random = Randomness(seed: 2)
    let halves = (0..<(70 * 33)).map { _ in UInt16(random.next() % 0x7c00) | (UInt16(random.next() % 2) << 15) }
    let floats = halves.map(Oracle.float16)
    let bfloats = (0..<(70 * 33)).map { _ in UInt16(random.next() % 0x4000) }
    let answers = try onThreads(KernelSet.all[0]) { context in
      (
        contents(context.pack([try Stored.half(halves, .float16, [70, 33], offset: 1)], as: quantization)),
        contents(context.pack([try Stored.float32(floats, [70, 33])], as: quantization)),
        contents(context.pack([try Stored.half(bfloats, .bfloat16, [70, 33], offset: 1)], as: quantization)),
        contents(
          context.pack(
            [try Stored.float32(bfloats.map { Float(bitPattern: UInt32($0) << 16) }, [70, 33])], as: quantization))
      )
    }
    for answer in answers {
      #expect(answer.0 == answer.1)
      #expect(answer.2 == answer.3)
    }
  }

  @Test func `padding of packed weights is zero`() throws {
    let stored = try Stored.float32([Float](repeating: 1, count: 5 * 3), [3, 5])
    for answer in try onEverySetAndThreads({ contents($0.pack([stored], as: .int8)) }) {
      #expect(answer.count == 64 * 8 + 64 + 64)
      #expect(answer.prefix(512).filter { $0 == 127 }.count == 15)
      #expect(answer.prefix(512).filter { $0 == 0 }.count == 512 - 15)
      #expect(
        answer.suffix(64).map(Int.init) == [127 * 5 * 128, 127 * 5 * 128, 127 * 5 * 128]
          + [Int](repeating: 0, count: 61))
    }
    for answer in try onEverySetAndThreads({ contents($0.pack([stored], as: .float32)) }) {
      #expect(answer.count == 64 * 5)
      #expect(answer.filter { Float(bitPattern: $0) == 1 }.count == 15)
    }
  }

  @Test func `a stored tensor widens to float32 with zeros behind it`() throws {
    let halves: [UInt16] = [0x3c00, 0xc000, 0x0001, 0x8001, 0x03ff, 0x7bff, 0x7c00, 0xfc00, 0x8000]
    let truth: [Float] = [1, -2, 0x1p-24, -0x1p-24, 0x1.ff8p-15, 65_504, .infinity, -.infinity, -0.0]
    let tensors = [
      try Stored.half(halves, .float16, [3, 3], offset: 1), try Stored.float32(truth, [3, 3], offset: 3),
    ]
    for tensor in tensors {
      for answer in try onEverySetAndThreads({ $0.widen(tensor) }) {
        #expect(answer.shape == [3, 3])
        let padded = withExtendedLifetime(answer) { Array(UnsafeBufferPointer(start: answer.pointer, count: 64)) }
        #expect(padded.map(\.bitPattern) == (truth + [Float](repeating: 0, count: 55)).map(\.bitPattern))
      }
    }
  }

  /// Everything in a packed matrix, as bits.
  private func contents(_ matrix: WeightMatrix) -> [UInt32] {
    switch matrix {
    case .float32(let matrix): return elements(matrix.values).map(\.bitPattern)
    case .int8(let matrix):
      return elements(matrix.values).map { UInt32(bitPattern: Int32($0)) }
        + elements(matrix.scales).map(\.bitPattern) + elements(matrix.offsets).map { UInt32(bitPattern: $0) }
    }
  }

  private func elements<Element>(_ storage: AlignedStorage<Element>) -> [Element] {
    withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: storage.pointer, count: storage.count)) }
  }
}
