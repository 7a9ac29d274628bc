import Inference
import Testing

@Suite struct TurnPolicyTests {
  @Test func `what has no rival always has the turn`() {
    var turns = TurnPolicy()
    #expect(turns.next(hasInteractive: false, hasBulk: false) == nil)
    for _ in 0..<10 {
      #expect(turns.next(hasInteractive: false, hasBulk: true) == .bulk)
      turns.took(.bulk, .milliseconds(8))
    }
    for _ in 0..<100 {
      #expect(turns.next(hasInteractive: true, hasBulk: false) == .interactive)
      turns.took(.interactive, .milliseconds(8))
    }
  }

  @Test func `a sentence that comes while bulk runs has the next turns`() {
    var turns = TurnPolicy()
    turns.took(.bulk, .milliseconds(8))
    var steps = 0
    while turns.next(hasInteractive: true, hasBulk: true) == .interactive {
      turns.took(.interactive, .milliseconds(2))
      steps += 1
    }
    #expect(steps == 12)
  }

  @Test(arguments: [1, 3, 20]) func `bulk has a quarter of the time beside interactive work without end`(step: Int) {
    var turns = TurnPolicy()
    var spent: [Priority: Duration] = [:]
    for _ in 0..<10_000 {
      guard let turn = turns.next(hasInteractive: true, hasBulk: true) else { return }
      let duration = turn == .bulk ? Duration.milliseconds(8) : .milliseconds(step)
      turns.took(turn, duration)
      spent[turn, default: .zero] += duration
    }
    let bulk = spent[.bulk, default: .zero]
    let share = bulk / (bulk + spent[.interactive, default: .zero])
    #expect(share <= 0.26 && share > 0.16)
  }

  @Test func `time that interactive work had while bulk was away is not held against it`() {
    var turns = TurnPolicy()
    for _ in 0..<1_000 { turns.took(.interactive, .milliseconds(5)) }
    #expect(turns.next(hasInteractive: true, hasBulk: true) == .bulk)
    turns.took(.bulk, .milliseconds(1))
    #expect(turns.next(hasInteractive: true, hasBulk: true) == .interactive)
  }
}
