import HTTP
import Inference

extension MetricSamples {
  /// What a server counts.
  mutating func add(_ server: HTTPServer) {
    gauge(.heldBodyBytes, Double(server.heldBodyBytes))
    add(server.statistics)
  }

  private mutating func add(_ statistics: ServerStatistics) {
    gauge(.inFlight, Double(statistics.requestsInFlight))
    gauge(.openConnections, Double(statistics.openConnections))
    counter(.acceptedConnections, Double(statistics.acceptedConnections))
    counter(.timedOutConnections, Double(statistics.timedOutConnections))
    counter(.refusedConnections, Double(statistics.connectionsRefusedByAddress))
    gauge(.handshakesInProgress, Double(statistics.handshakesInProgress))
    let (resumed, failed) = (statistics.resumedHandshakes, statistics.failedHandshakes)
    for (outcome, count) in [
      ("full", statistics.completedHandshakes - resumed), ("resumed", resumed), ("failed", failed),
    ] {
      counter(.handshakes, Double(max(0, count)), [("outcome", outcome)])
    }
    counter(.receivedBytes, Double(statistics.receivedBytes))
    counter(.sentBytes, Double(statistics.sentBytes))
    for (status, count) in statistics.refusedByStatus {
      counter(.refusals, Double(count), [("status", String(status))])
    }
  }

  /// What the engine counts. The labels are the ids of models, of which there are as many as folders.
  mutating func add(_ statistics: EngineStatistics) {
    gauge(.batchRowLimit, Double(statistics.rowLimit))
    counter(.refusedUnread, Double(statistics.refusedUnread))
    for depth in statistics.depths {
      gauge(
        .queueSegments, Double(depth.segments),
        [("queue", depth.queue.rawValue), ("priority", depth.priority.rawValue)])
    }
    for model in statistics.models {
      let labels = [("model", model.model)]
      for priority in Priority.allCases {
        let both = labels + [("priority", priority.rawValue)]
        histogram(.queueWait, model.waits(priority), both)
        histogram(.batchRows, model.rows(priority), both)
        counter(.steps, Double(model.rows(priority).counts.count), both)
      }
      counter(.sourceTokens, Double(model.sourceTokens), labels)
      counter(.targetTokens, Double(model.targetTokens), labels)
      counter(.segments, Double(model.finishedSegments), labels)
      for end in RequestEnd.allCases {
        counter(.engineRequests, Double(model.requests(end)), labels + [("outcome", end.rawValue)])
      }
    }
  }

  /// What the service says of itself.
  mutating func add(_ service: InferenceService, _ lifecycle: Lifecycle) {
    let statistics = service.statistics()
    let isReady = service.readiness() == .ready
    gauge(.ready, isReady && !lifecycle.isStopping ? 1 : 0)
    gauge(.modelsReady, isReady ? Double(statistics?.models.count ?? 0) : 0)
    gauge(.buildInfo, 1, [("version", ProductVersion.version), ("commit", ProductVersion.commit)])
    counter(.logLinesDropped, Double(LogWriter.standardError.droppedLines))
    if let statistics { add(statistics) }
    add(ProcessUsage.now)
  }
}
