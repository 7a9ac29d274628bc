import Generation

/// One model's batch and whose segments are in it.
struct RunningBatch {
  private var decoding: DecodingBatch
  private var owners: [Int: (request: Int, segment: Int)] = [:]
  private var nextID = 0
  private var finished: [DecodingBatch.Finished] = []

  init(decoding: DecodingBatch) {
    self.decoding = decoding
  }

  var rowCount: Int { decoding.rowCount }

  mutating func admit(_ segments: [(request: Int, segment: Int, content: EngineLoop.Segment)]) {
    var requests: [DecodingBatch.Request] = []
    for (request, segment, content) in segments {
      owners[nextID] = (request, segment)
      requests.append(.init(id: nextID, source: content.source, options: content.options))
      nextID += 1
    }
    decoding.admit(requests)
  }

  mutating func releaseMemory() { decoding.releaseMemory() }

  mutating func remove(_ requests: Set<Int>) {
    decoding.remove { owners[$0].map { requests.contains($0.request) } ?? true }
    owners = owners.filter { !requests.contains($0.value.request) }
  }

  mutating func step(_ deliver: (_ request: Int, _ segment: Int, [Hypothesis]) -> Void) {
    decoding.step(&finished)
    for done in finished {
      if let owner = owners.removeValue(forKey: done.id) { deliver(owner.request, owner.segment, done.hypotheses) }
    }
    finished.removeAll(keepingCapacity: true)
  }
}
