import Dispatch
import Foundation
import Metrics
import Service
import TestSupport
import Testing

/// The factory of swift-metrics, and what Prometheus reads of it.
struct MetricsTests {
  private func text(_ metrics: PrometheusMetrics) -> String { String(decoding: metrics.render(), as: UTF8.self) }

  /// Lines of one family, without those that describe it.
  private func samples(_ metrics: PrometheusMetrics, of prefix: String) -> [String] {
    text(metrics).split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
  }

  /// A series of every kind, with what the format has to escape.
  private func example() -> PrometheusMetrics {
    let metrics = PrometheusMetrics()
    let dimensions = [("route", "/translate"), ("method", "POST"), ("status", "200")]
    Counter(label: "dragoman_http_requests_total", dimensions: dimensions, factory: metrics).increment(by: 3)
    Counter(
      label: "dragoman_http_requests_total",
      dimensions: [("method", "GET"), ("route", "/a\"b\\c\nd"), ("status", "404")],
      factory: metrics
    ).increment()
    let timer = Metrics.Timer(
      label: "dragoman_http_request_duration_seconds", dimensions: dimensions, factory: metrics)
    for milliseconds in [0.5, 1, 1.5, 40, 300_000, 400_000] {
      timer.recordNanoseconds(Int64(milliseconds * 1_000_000))
    }
    FloatingPointCounter(label: "seconds_total", factory: metrics).increment(by: 0.125)
    FloatingPointCounter(label: "seconds_total", factory: metrics).increment(by: 1.5)
    Gauge(label: "level", dimensions: [("side", "left"), ("side", "right")], factory: metrics).record(-2.5)
    let meter = Meter(label: "temperature.outside", factory: metrics)
    meter.set(20.0)
    meter.increment(by: 2)
    meter.decrement(by: 0.5)
    Gauge(label: "largest", factory: metrics).record(Double.infinity)
    Gauge(label: "nothing", factory: metrics).record(Double.nan)
    Gauge(label: "9lives", dimensions: [("le", "x"), ("a-b", "é")], factory: metrics).record(9)
    let sizes = Recorder(label: "sizes", aggregate: true, factory: metrics)
    for size in [1, 3, 2_000_000] { sizes.record(size) }
    return metrics
  }

  @Test func `the text is that of the format, in a fixed order`() throws {
    let shown = text(example())
    if ProcessInfo.processInfo.environment["DRAGOMAN_REGENERATE"] != nil {
      try shown.write(to: Fixtures.url("metrics/expected.txt"), atomically: true, encoding: .utf8)
    } else {
      #expect(try shown == String(decoding: Fixtures.bytes("metrics/expected.txt"), as: UTF8.self))
    }
    #expect(text(example()) == shown)
  }

  @Test func `buckets are cumulative, and the last is the count`() {
    let lines = samples(example(), of: "dragoman_http_request_duration_seconds_")
    let labels = #"method="POST",route="/translate",status="200""#
    #expect(lines.first == "dragoman_http_request_duration_seconds_bucket{\(labels),le=\"0.001\"} 2")
    #expect(lines.contains("dragoman_http_request_duration_seconds_bucket{\(labels),le=\"0.0025\"} 3"))
    #expect(lines.contains("dragoman_http_request_duration_seconds_bucket{\(labels),le=\"300\"} 5"))
    #expect(lines.contains("dragoman_http_request_duration_seconds_bucket{\(labels),le=\"+Inf\"} 6"))
    #expect(lines.contains("dragoman_http_request_duration_seconds_sum{\(labels)} 700.043"))
    #expect(lines.last == "dragoman_http_request_duration_seconds_count{\(labels)} 6")
  }

  @Test func `what many threads add up is exact`() {
    let metrics = PrometheusMetrics()
    DispatchQueue.concurrentPerform(iterations: 16) { thread in
      for round in 1...1_000 {
        let dimensions = [("thread", String(round % 4))]
        Counter(label: "count_total", dimensions: dimensions, factory: metrics).increment(by: 2)
        FloatingPointCounter(label: "sum_total", factory: metrics).increment(by: 0.25)
        Metrics.Timer(label: "time_seconds", factory: metrics).recordNanoseconds(Int64(round) * 1_000_000)
        let meter = Meter(label: "level", factory: metrics)
        meter.increment(by: Double(thread))
        meter.decrement(by: 1)
        if round % 100 == 0 { _ = metrics.render() }
      }
    }
    #expect(samples(metrics, of: "count_total") == (0..<4).map { "count_total{thread=\"\($0)\"} 8000" })
    #expect(samples(metrics, of: "sum_total") == ["sum_total 4000"])
    #expect(samples(metrics, of: "level") == ["level 104000"])
    #expect(samples(metrics, of: "time_seconds_count") == ["time_seconds_count 16000"])
    #expect(samples(metrics, of: "time_seconds_sum") == ["time_seconds_sum 8008"])
    #expect(samples(metrics, of: "time_seconds_bucket{le=\"0.1\"}") == ["time_seconds_bucket{le=\"0.1\"} 1600"])
  }

  @Test func `a name has one kind, and no counter is called as a line of a histogram`() {
    let metrics = PrometheusMetrics()
    Counter(label: "a", factory: metrics).increment()
    Gauge(label: "a", factory: metrics).record(7)
    Metrics.Timer(label: "t", factory: metrics).recordNanoseconds(1)
    Counter(label: "t_count", factory: metrics).increment()
    #expect(samples(metrics, of: "a") == ["a 1", "a_gauge 7"])
    #expect(samples(metrics, of: "t_count") == ["t_count 1", "t_count_counter 1"])
  }

  @Test func `a counter never falls, and what is destroyed is shown no more`() {
    let metrics = PrometheusMetrics()
    let counter = Counter(label: "a_total", factory: metrics)
    counter.increment(by: 5)
    counter.increment(by: -3)
    #expect(samples(metrics, of: "a_total") == ["a_total 5"])
    counter.reset()
    #expect(samples(metrics, of: "a_total") == ["a_total 0"])
    counter.destroy()
    #expect(!text(metrics).contains("a_total"))
  }

  @Test func `series beyond the limit are counted, not kept`() {
    let metrics = PrometheusMetrics(seriesLimit: 10)
    for number in 0..<25 {
      Counter(label: "a_total", dimensions: [("n", String(number))], factory: metrics).increment()
    }
    #expect(samples(metrics, of: "a_total").count == 10)
    #expect(samples(metrics, of: "dragoman_metric_series_dropped_total") == ["dragoman_metric_series_dropped_total 15"])
    Counter(label: "a_total", dimensions: [("n", "3")], factory: metrics).destroy()
    Counter(label: "a_total", dimensions: [("n", "99")], factory: metrics).increment()
    #expect(samples(metrics, of: "a_total{n=\"99\"}").count == 1)
  }

  @Test func `every metric of the server is described, and named as Prometheus asks`() throws {
    let site = Site()
    let lines = text(site.context.metrics).split(separator: "\n")
    let described = Set(
      lines.filter { $0.hasPrefix("# HELP ") }.compactMap { $0.split(separator: " ").dropFirst(2).first })
    let typed = lines.filter { $0.hasPrefix("# TYPE ") }.map { $0.split(separator: " ") }
    #expect(!typed.isEmpty)
    for line in typed {
      #expect(described.contains(line[2]), "\(line[2])")
      #expect(line[2].hasSuffix("_total") == (line[3] == "counter"), "\(line[2])")
    }
    #expect(lines.contains { $0.hasPrefix("dragoman_build_info{commit=\"") && $0.hasSuffix("} 1") })
    for name in ["process_resident_memory_bytes", "process_open_fds", "process_max_fds", "process_cpu_seconds_total"] {
      let value = lines.first { $0.hasPrefix(name + " ") }?.split(separator: " ").last.flatMap { Double($0) }
      #expect((value ?? 0) > 0, "\(name)")
    }
    let start = lines.first { $0.hasPrefix("process_start_time_seconds ") }?.split(separator: " ").last
    let started = try #require(start.flatMap { Double($0) })
    let now = Date().timeIntervalSince1970
    #expect(started > now - 86_400 && started <= now + 1)
  }
}
