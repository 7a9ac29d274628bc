-- wrk script: posts a JSON body of 200 bytes, as short requests have.
--   wrk -t1 -c64 -d5s --latency -s Benchmarks/http/echo.lua http://127.0.0.1:8080/echo
-- Prints one line of JSON at the end.

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local head, tail = '{"q":"', '","source":"en","target":"de"}'
wrk.body = head .. string.rep("Good morning! ", 20):sub(1, 200 - #head - #tail) .. tail

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"requests_per_s":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"max_ms":%.3f,"failed":%d}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
