import TestSupport

/// The choices of a mutation, the same in every run.
struct FuzzGenerator: RandomNumberGenerator {
  private var numbers: SeededGenerator

  init(seed: UInt64) { numbers = SeededGenerator(seed: seed) }

  /// The generator of one input: any input can be made again without those before it.
  init(seed: UInt64, iteration: Int) {
    var mixer = FuzzGenerator(seed: seed ^ (UInt64(truncatingIfNeeded: iteration) &* 0xD134_2543_DE82_EF95))
    numbers = SeededGenerator(seed: mixer.next())
  }

  mutating func next() -> UInt64 { numbers.next() }

  /// A number below `bound`; 0 where there is none.
  mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next() % UInt64(bound)) : 0
  }

  /// True once in `many`.
  mutating func once(in many: Int) -> Bool { below(many) == 0 }
}
