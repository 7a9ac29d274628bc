/// A generator that gives the same numbers in every run (Steele and others, SplitMix64).
struct FuzzGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The generator of one input: any input can be made again without those before it.
  init(seed: UInt64, iteration: Int) {
    var mixer = FuzzGenerator(seed: seed ^ (UInt64(truncatingIfNeeded: iteration) &* 0xD134_2543_DE82_EF95))
    state = mixer.next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below `bound`; 0 where there is none.
  mutating func below(_ bound: Int) -> Int {
    bound > 0 ? Int(next() % UInt64(bound)) : 0
  }

  /// True once in `many`.
  mutating func once(in many: Int) -> Bool { below(many) == 0 }
}
