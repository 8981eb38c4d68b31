"""How long a change takes to reach the last of the lab's own replicas: `python -m benchmarks.lab_latency`.

A whole lab runs. All of its services are told at once to answer every request with an HTTP status that nobody else
uses, and each replica is asked over HTTP, every 10 ms, until its answer has changed; the last one counts, the looking
included. The load balancer is told, too, but not asked: it passes on what the gateways answer. The lab is idle but for
these requests, then every core is wanted by a process more; the goals are those of the first.
"""

import asyncio
import json
import math
import tempfile
import urllib.request
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks import figures
from benchmarks.distribution import head, line
from benchmarks.figures import Figure
from benchmarks.laboratory import Lab, lab
from benchmarks.saturation import saturated
from lab.evidence.overview import NOT_OF_THE_PLATFORM

NOT_TOLD = NOT_OF_THE_PLATFORM
NOT_ASKED = NOT_TOLD | {"edge"}
STATUS = 599
CHANGE_MS = 50.0
LOOK_EVERY_S = 0.01
"""Asking nine replicas more often would be a load of its own on two cores; up to so much of a figure is due to it."""
PATIENCE_S = 30.0
REQUEST = b"GET /nothing-is-here HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Asked:
    """One replica, by its port."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def becomes(self, *, faulty: bool) -> float:
        """Return the monotonic time at which an answer was first seen to be so; endless when it was missed."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    writer.write(REQUEST)
                    answer_is_faulty = await _status(reader) == STATUS
                    if answer_is_faulty == faulty:
                        return monotonic()
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            return math.inf
        finally:
            writer.close()


async def _status(reader: asyncio.StreamReader) -> int:
    top = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(top.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0))
    return int(top.split(b" ", 2)[1])


def _call(url: str, method: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 -- our own controller
        url,
        data=None if body is None else json.dumps(body).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with _opener.open(request) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


async def change(url: str, order: dict[str, Any], replicas: Sequence[Asked]) -> dict[str, float]:
    """Switch `order` on and off; return milliseconds until the last acknowledgement and the last changed answer."""
    told = {}
    where = "/activations"
    for name, method, faulty in (("inject", "POST", True), ("stop", "DELETE", False)):
        began = monotonic()
        asked = asyncio.to_thread(_call, url + where, method, order if faulty else None)
        seen = asyncio.gather(*(one.becomes(faulty=faulty) for one in replicas))
        answer, times = await asyncio.gather(asked, seen)
        told[f"{name}, acknowledged"] = float(answer["applied_ms"])
        told[f"{name}, answers over HTTP"] = (max(times) - began) * 1e3
        where = f"/activations/{answer['id']}"
    return told


def measure(running: Lab, rounds: int, *, free: bool) -> list[Figure]:
    """Change the whole lab `rounds` times; print a line for each kind of change."""
    everybody = list(running.state()["replicas"].values())
    replicas = [Asked(one["port"]) for one in everybody if one["short"] not in NOT_ASKED]
    services = sorted({one["service"] for one in everybody if one["short"] not in NOT_TOLD})
    order = {"fault": "api.status", "on": services, "params": {"status": STATUS}, "accept_partial": True}
    head(f"{len(replicas)} replicas of the lab, {'idle' if free else 'saturated'}; ms until the last one")
    rows: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, time_ms in asyncio.run(change(running.url("controller"), order, replicas)).items():
            rows.setdefault(name, []).append(time_ms)
    goal = CHANGE_MS if free else None
    return [figure for name, times in rows.items() for figure in line(f"{name} of the lab's last replica", times, goal)]


def main() -> None:
    """Measure and print."""
    parser = figures.arguments(__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    told: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder) / "home", {}) as running:
        for free, machine in ((True, nullcontext), (False, saturated)):
            with machine():
                told += measure(running, options.rounds, free=free)
    figures.write(told, options.figures)


if __name__ == "__main__":
    main()
