import Kernels
import Tensors
import Testing

@Suite struct RowOperationTests {
  @Test(arguments: [1, 3, 16, 17, 64, 300]) func `layer norm of many rows is the oracle of each`(width: Int) throws {
    var random = Randomness(seed: width)
    let rows = (0..<200).map { random.row(.ofRow($0, of: 200), width) }
    let (gamma, beta) = (random.floats(width), random.floats(width))
    let expected = rows.flatMap { Oracle.layerNorm($0, gamma: gamma, beta: beta, epsilon: 1e-5) }
    let answers = try onEverySetAndThreads { context in
      let weights = LayerNormWeights(gamma: Tensor(gamma, [width]), beta: Tensor(beta, [width]), epsilon: 1e-5)
      return context.layerNorm(context.matrix(rows, columns: width), weights).elements
    }
    for answer in answers { #expect(difference(answer, expected) == nil) }
  }

  @Test(arguments: [1, 15, 16, 17, 130])
  func `embedding is the token's row, scaled, plus the position's row`(width: Int) throws {
    var random = Randomness(seed: width)
    let (vocabulary, places) = (50, 9)
    let halves = (0..<(vocabulary * width)).map { _ in UInt16(truncatingIfNeeded: random.next()) }
    let floats = halves.map(Oracle.float16)  // subnormals, infinities and NaNs among them
    let upper = halves.map { Float(bitPattern: UInt32($0) << 16) }
    let positions = random.floats(places * width)
    let tables = [
      (try Stored.half(halves, .float16, [vocabulary, width], offset: 1), floats),
      (try Stored.half(halves, .bfloat16, [vocabulary, width], offset: 1), upper),
      (try Stored.float32(floats, [vocabulary, width], offset: 3), floats),
    ]
    let tokens: [TokenID] = [0, 49, 7, 7, 23]
    let places7: [Int32] = [0, 8, 3, 4, 0]
    for (table, values) in tables {
      let expected = zip(tokens, places7).flatMap { token, place in
        (0..<width).map { column in
          let scaled = values[Int(token) * width + column] * 11.5
          return scaled + positions[Int(place) * width + column]
        }
      }
      let answers = try onEverySetAndThreads { context in
        tokens.withUnsafeBufferPointer { tokens in
          places7.withUnsafeBufferPointer { places7 in
            context.embed(
              tokens: tokens, positions: places7, table: table, scale: 11.5,
              positionTable: Tensor(positions, [places, width])
            ).elements
          }
        }
      }
      for answer in answers { #expect(difference(answer, expected) == nil, "\(table.element)") }
    }
  }

  @Test(arguments: [(TokenID(-1), Int32(0)), (50, 0), (0, -1), (0, 9)])
  func `a token or position outside its table ends the process`(token: TokenID, position: Int32) async {
    await #expect(processExitsWith: trap) { [token, position] in
      let table = try Stored.float32([Float](repeating: 0, count: 50), [50, 1])
      _ = try onThreads(.generic) { context in
        withUnsafePointer(to: token) { token in
          withUnsafePointer(to: position) { position in
            context.embed(
              tokens: UnsafeBufferPointer(start: token, count: 1),
              positions: UnsafeBufferPointer(start: position, count: 1), table: table, scale: 1,
              positionTable: Tensor([Float](repeating: 0, count: 9), [9, 1])
            ).rows
          }
        }
      }
    }
  }
}
