"""The scenarios: each module has WHAT, and `run(context)` which returns a Report or raises Skipped."""

import dataclasses

from server import Sampler
from wire import Target

SHORT = ["throughput", "hey", "latency", "users", "streaming", "slow", "aborting", "overload"]  # `make loadtest` runs these
LONG = ["soak", "proxies"]  # these only when they are named


@dataclasses.dataclass
class Context:
    target: Target
    seconds: int  # of each scenario, roughly
    pid: int | None  # of the server, where it runs on this machine and is known
    is_local: bool  # whether the server was started for this run

    def sampler(self):
        return Sampler(self.target, self.pid)
