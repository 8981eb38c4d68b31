"""The network's faults: their parameters, and the toxics of Toxiproxy that they are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chaos.parameters import Parameter

STREAMS = ("upstream", "downstream")
HOUR_MS = 3_600_000

Values = Mapping[str, Any]
STREAM = Parameter(
    name="stream",
    type="text",
    default="downstream",
    choices=(*STREAMS, "both"),
    summary="which way: upstream carries requests, downstream answers",
)
DIRECTION = STREAM.model_copy(update={"name": "direction", "default": "both", "summary": "which way nothing arrives"})


@dataclass(frozen=True)
class NetworkFault:
    """One kind of fault: a type of toxic, on the streams that `stream` or `direction` names."""

    name: str
    summary: str
    toxic: str
    params: tuple[Parameter, ...]
    attributes: Callable[[Values], dict[str, int]]

    def toxics(self, values: Values) -> list[tuple[str, dict[str, int]]]:
        """Return a stream and attributes for every toxic that it takes."""
        way = values[DIRECTION.name if DIRECTION in self.params else STREAM.name]
        return [(stream, self.attributes(values)) for stream in STREAMS if way in (stream, "both")]


def _whole(name: str, unit: str, summary: str, least: int, most: int, default: int | None = None) -> Parameter:
    return Parameter(
        name=name, type="integer", unit=unit, summary=summary, minimum=least, maximum=most, default=default
    )


def _ms(name: str, summary: str, default: int | None = None, most: int = HOUR_MS) -> Parameter:
    return _whole(name, "ms", summary, 0, most, default)


_ALL = (
    NetworkFault(
        "network.latency",
        "Everything arrives later.",
        "latency",
        (
            _ms("latency_ms", "how much later", most=60_000),
            _ms("jitter_ms", "how much that varies, up and down", 0, most=60_000),
            STREAM,
        ),
        lambda values: {"latency": int(values["latency_ms"]), "jitter": int(values["jitter_ms"])},
    ),
    NetworkFault(
        "network.bandwidth",
        "Only so much gets through in a second.",
        "bandwidth",
        (_whole("rate_kb", "KB/s", "how much", 1, 1_000_000), STREAM),
        lambda values: {"rate": int(values["rate_kb"])},
    ),
    NetworkFault(
        "network.timeout",
        "Nothing gets through; the connection is closed after a while.",
        "timeout",
        (_ms("timeout_ms", "after how long without a byte; 0: never", 0), STREAM),
        lambda values: {"timeout": int(values["timeout_ms"])},
    ),
    NetworkFault(
        "network.reset_peer",
        "Connections break off with a reset; downstream, after the work was done.",
        "reset_peer",
        (_ms("timeout_ms", "how long after the first bytes", 0), STREAM),
        lambda values: {"timeout": int(values["timeout_ms"])},
    ),
    NetworkFault(
        "network.slow_close",
        "Connections stay open for a while after their end.",
        "slow_close",
        (_ms("delay_ms", "how long"), STREAM),
        lambda values: {"delay": int(values["delay_ms"])},
    ),
    NetworkFault(
        "network.limit_data",
        "Connections are cut after so many bytes.",
        "limit_data",
        (_whole("bytes", "bytes", "how many", 0, 1 << 30), STREAM),
        lambda values: {"bytes": int(values["bytes"])},
    ),
    NetworkFault(
        "network.partition",
        "The two do not hear each other: what is sent vanishes, and nobody says so.",
        "timeout",
        (DIRECTION,),
        lambda _: {"timeout": 0},
    ),
)

FAULTS: Mapping[str, NetworkFault] = {fault.name: fault for fault in _ALL}
