/// What the server measures. Base units are seconds and bytes; a name that ends in `_total` only grows.
enum MetricName: String, CaseIterable {
  case requests = "dragoman_http_requests_total"
  case duration = "dragoman_http_request_duration_seconds"
  case firstByte = "dragoman_http_time_to_first_byte_seconds"
  case streams = "dragoman_http_streams_total"
  case inFlight = "dragoman_http_requests_in_flight"
  case refusals = "dragoman_http_refusals_total"
  case openConnections = "dragoman_http_connections_open"
  case acceptedConnections = "dragoman_http_connections_accepted_total"
  case timedOutConnections = "dragoman_http_connections_timed_out_total"
  case refusedConnections = "dragoman_http_connections_refused_total"
  case handshakes = "dragoman_tls_handshakes_total"
  case handshakesInProgress = "dragoman_tls_handshakes_in_progress"
  case heldBodyBytes = "dragoman_http_body_memory_bytes"
  case receivedBytes = "dragoman_http_received_bytes_total"
  case sentBytes = "dragoman_http_sent_bytes_total"

  case queueSegments = "dragoman_queue_segments"
  case queueWait = "dragoman_queue_wait_seconds"
  case batchRows = "dragoman_batch_rows"
  case batchRowLimit = "dragoman_batch_row_limit"
  case steps = "dragoman_steps_total"
  case sourceTokens = "dragoman_source_tokens_total"
  case targetTokens = "dragoman_target_tokens_total"
  case segments = "dragoman_segments_total"
  case engineRequests = "dragoman_engine_requests_total"
  case refusedUnread = "dragoman_engine_refused_unread_total"
  case modelsReady = "dragoman_models_ready"
  case ready = "dragoman_ready"

  case buildInfo = "dragoman_build_info"
  case logLinesDropped = "dragoman_log_lines_dropped_total"
  case seriesDropped = "dragoman_metric_series_dropped_total"

  // What client libraries of Prometheus call these
  // (https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics).
  case cpuSeconds = "process_cpu_seconds_total"
  case openDescriptors = "process_open_fds"
  case maxDescriptors = "process_max_fds"
  case residentMemory = "process_resident_memory_bytes"
  case virtualMemory = "process_virtual_memory_bytes"
  case startTime = "process_start_time_seconds"

  /// One sentence for people who look at the numbers.
  var help: String {
    switch self {
    case .requests: "Answered requests; route and method are none where no route had them."
    case .duration: "From a request's last byte to its answer, of a stream to its end."
    case .firstByte: "From a request's last byte to the first piece of a streamed answer."
    case .streams: "Streamed answers by how they ended: complete, failed, client_gone."
    case .inFlight: "Requests that were read and whose answer is not complete."
    case .refusals: "Requests that could not be read, or did not come in time, by the status they were refused with."
    case .openConnections: "Connections that are open."
    case .acceptedConnections: "Connections that were accepted."
    case .timedOutConnections:
      "Connections that were closed because the client was idle, or took nothing, for too long."
    case .refusedConnections: "Connections that were refused because their address had too many."
    case .handshakes: "TLS handshakes by how they ended: full, resumed, failed."
    case .handshakesInProgress: "Connections whose TLS handshake is not over."
    case .heldBodyBytes: "Bytes of request bodies that are held, as they came and decoded."
    case .receivedBytes: "Bytes of requests, heads and framing included."
    case .sentBytes: "Bytes of answers, heads and framing included."
    case .queueSegments:
      "Segments that wait for a row of a batch (generation), sentences that wait to be scored (scoring)."
    case .queueWait: "How long segments waited for a row of a batch."
    case .batchRows: "Rows at each step of a priority's batch; sentences that were scored together."
    case .batchRowLimit: "Rows that a batch may have."
    case .steps: "Decode steps, one token for each row; of a scorer, groups of sentences."
    case .sourceTokens: "Source tokens of the segments that entered a batch."
    case .targetTokens: "Tokens of the best hypotheses of finished segments."
    case .segments: "Segments that are finished."
    case .engineRequests:
      "Requests to a model by how they ended: complete, cancelled, expired, overloaded, stopped. One of HTTP may make several."
    case .refusedUnread: "Requests that were refused before they were read: the queue was full."
    case .modelsReady: "Models that are loaded and have passed their self-tests; 0 until all have."
    case .ready: "1 where /ready says 200."
    case .buildInfo: "1; version and commit stand in the labels."
    case .logLinesDropped: "Lines of the log that were lost because standard error took none."
    case .seriesDropped: "Series that were not made because there were too many."
    case .cpuSeconds: "Processor time of the process, user and system."
    case .openDescriptors: "Open file descriptors."
    case .maxDescriptors: "File descriptors that the process may have open."
    case .residentMemory: "Memory of the process that is in RAM."
    case .virtualMemory: "Address space of the process."
    case .startTime: "When the process started, since 1970."
    }
  }
}
