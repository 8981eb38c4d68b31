"""The network faults: their parameters, and the toxics that they are made of."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from chaos.network.errors import WrongParams

Values = Mapping[str, Any]
STREAMS = ("upstream", "downstream")
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Param:
    """One parameter. `default` None: it has to be given. With `choices`, a text; otherwise a whole number."""

    name: str
    unit: str
    default: int | str | None
    summary: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as a listing of faults tells it."""
        return (
            {**asdict(self), "choices": list(self.choices)}
            if self.choices
            else {name: value for name, value in asdict(self).items() if name != "choices"}
        )

    def checked(self, value: Any) -> Any:
        """Return a value if it will do. Raises WrongParams."""
        if self.choices:
            if value not in self.choices:
                raise WrongParams(f"{self.name} is not {value!r}.", instead=f"One of: {', '.join(self.choices)}.")
            return value
        whole = not isinstance(value, bool) and isinstance(value, int | float) and value == value // 1
        if not whole or not (self.minimum or 0) <= value <= (self.maximum or HOUR_MS):
            bounds = f"A whole number from {self.minimum} to {self.maximum} {self.unit}".rstrip() + "."
            raise WrongParams(f"{self.name} cannot be {value!r}.", instead=bounds)
        return int(value)


STREAM = Param(
    "stream", "", "downstream", "which way: upstream carries requests, downstream answers", choices=(*STREAMS, "both")
)


@dataclass(frozen=True)
class NetworkFault:
    """One kind of fault: a toxic type, on the streams that `stream` or `direction` names."""

    name: str
    summary: str
    toxic: str
    params: tuple[Param, ...]
    attributes: Callable[[Values], dict[str, int]]
    way: str = "stream"

    def values(self, params: Values) -> dict[str, Any]:
        """Return every parameter with its value. Raises WrongParams."""
        known = {param.name: param for param in self.params}
        if unknown := [name for name in params if name not in known]:
            raise WrongParams(f"{self.name} has no {unknown[0]}.", instead=f"It has: {', '.join(known)}.")
        missing = [param.name for param in self.params if param.default is None and param.name not in params]
        if missing:
            raise WrongParams(f"{self.name} needs {missing[0]}.", instead=f"Say, for example, {missing[0]}=400.")
        return {name: param.checked(params.get(name, param.default)) for name, param in known.items()}

    def toxics(self, values: Values) -> list[tuple[str, dict[str, int]]]:
        """Return a stream and attributes for every toxic that it takes."""
        way = values[self.way]
        return [(stream, self.attributes(values)) for stream in STREAMS if way in (stream, "both")]


def _ms(name: str, summary: str, default: int | None = None, minimum: int = 0, maximum: int = HOUR_MS) -> Param:
    return Param(name, "ms", default, summary, minimum, maximum)


_ALL = (
    NetworkFault(
        "network.latency",
        "everything arrives later",
        "latency",
        (
            _ms("latency_ms", "how much later", maximum=60_000),
            _ms("jitter_ms", "how much that varies, up and down", 0, maximum=60_000),
            STREAM,
        ),
        lambda values: {"latency": values["latency_ms"], "jitter": values["jitter_ms"]},
    ),
    NetworkFault(
        "network.bandwidth",
        "only so much gets through in a second",
        "bandwidth",
        (Param("rate_kb", "KB/s", None, "how much", 1, 1_000_000), STREAM),
        lambda values: {"rate": values["rate_kb"]},
    ),
    NetworkFault(
        "network.timeout",
        "nothing gets through; the connection is closed after a while",
        "timeout",
        (_ms("timeout_ms", "after how long without a byte; 0: never", 0), STREAM),
        lambda values: {"timeout": values["timeout_ms"]},
    ),
    NetworkFault(
        "network.reset_peer",
        "connections break off with a reset; downstream, after the work was done",
        "reset_peer",
        (_ms("timeout_ms", "how long after the first bytes", 0), STREAM),
        lambda values: {"timeout": values["timeout_ms"]},
    ),
    NetworkFault(
        "network.slow_close",
        "connections stay open for a while after their end",
        "slow_close",
        (_ms("delay_ms", "how long"), STREAM),
        lambda values: {"delay": values["delay_ms"]},
    ),
    NetworkFault(
        "network.limit_data",
        "connections are cut after so many bytes",
        "limit_data",
        (Param("bytes", "bytes", None, "how many", 0, 1 << 30), STREAM),
        lambda values: {"bytes": values["bytes"]},
    ),
    NetworkFault(
        "network.partition",
        "the two do not hear each other: what is sent vanishes, and nobody says so",
        "timeout",
        (
            Param(
                "direction",
                "",
                "both",
                "which way nothing gets through: upstream carries requests, downstream answers",
                choices=("both", *STREAMS),
            ),
        ),
        lambda _: {"timeout": 0},
        way="direction",
    ),
)

FAULTS: Mapping[str, NetworkFault] = {fault.name: fault for fault in _ALL}
