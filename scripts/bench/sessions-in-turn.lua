-- For wrk: sends the requests of a file in turn (they are separated by NUL bytes), and prints what it came to as JSON.

local requests, turn = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for request in file:read("*a"):gmatch("%Z+") do requests[#requests + 1] = request end
  file:close()
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format('{"requests":%d,"ms":%d,"cpuMs":0,"failed":%d}', summary.requests, summary.duration / 1000, failed))
end
