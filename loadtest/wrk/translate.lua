-- wrk script: posts the sentences of a file to /translate in turn, one a request; every connection begins at another line.
--   wrk -t1 -c64 -d20s --latency -s loadtest/wrk/translate.lua http://127.0.0.1:8080/translate -- SENTENCES.txt en de
-- Prints one line of JSON at the end. "failed_statuses" counts answers of 400 and above, "timeouts" those that took longer than --timeout.

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\t"] = "\\t", ["\r"] = "\\r", ["\b"] = "\\b", ["\f"] = "\\f" }

local function quoted(text)
  return '"' .. text:gsub('[%c"\\]', function(c) return escapes[c] or string.format("\\u%04x", c:byte()) end) .. '"'
end

local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  local path, source, target = arguments[1], arguments[2] or "en", arguments[3] or "de"
  local file = assert(io.open(path or "", "r"), "name a file of sentences after --")
  bodies = {}
  for line in file:lines() do
    bodies[#bodies + 1] = string.format('{"q":%s,"source":%s,"target":%s}', quoted(line), quoted(source), quoted(target))
  end
  file:close()
  index = number * 131
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  index = index + 1
  return wrk.format("POST", nil, nil, bodies[(index - 1) % #bodies + 1])
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"bench":"http","client":"wrk","requests":%d,"seconds":%.3f,"requests_per_s":%.2f,"p50_ms":%.2f,"p95_ms":%.2f,"p99_ms":%.2f,"max_ms":%.2f,"failed_statuses":%d,"failed_sockets":%d,"timeouts":%d}\n',
    summary.requests, summary.duration / 1e6, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
