"""What probes ask: one Protocol, whether the answers come from the replicas themselves or from a store.

An answer is per series; summing, comparing and quantiles are done above, in `judging.py`, once for all sources.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Protocol


class NoData(Exception):
    """There is nothing to judge by. The message is the rest of the sentence `No data: …`."""


@dataclass(frozen=True)
class Selector:
    """Which series are meant."""

    metric: str
    """Name of a sample as it is exposed: `orders_total`, `http_server_request_duration_seconds_bucket`."""
    of: str | None = None
    """Service or replica; None: everybody who has the metric."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Label → value, in which `*` stands for anything."""

    def fits(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with these labels is meant."""
        return all(fnmatchcase(labels.get(name, ""), wanted) for name, wanted in self.labels.items())

    def __str__(self) -> str:
        where = [*([f"of={self.of}"] if self.of else []), *(f'{name}="{value}"' for name, value in self.labels.items())]
        return self.metric + (f"{{{', '.join(where)}}}" if where else "")


@dataclass(frozen=True)
class Sample:
    """One series of one replica."""

    instance: str
    labels: Mapping[str, str]
    value: float


@dataclass(frozen=True)
class Page:
    """An answer of the public API."""

    status: int
    took_s: float
    json: Any
    """None when the body is no JSON."""


class Evidence(Protocol):
    """Where probes get their data. Every method raises `NoData`, with the reason, rather than guess.

    An empty list means: those who are meant do expose the metric, and no series fits.
    """

    async def values(self, wanted: Selector, ago_s: float = 0.0) -> list[Sample]:
        """Return what the series stood at, `ago_s` seconds ago."""

    async def increases(self, wanted: Selector, window_s: float) -> list[Sample]:
        """Return by how much counters have risen in the last `window_s` seconds; a restart of a replica is no fall."""

    async def settings(self, name: str, of: str) -> list[Sample]:
        """Return what a setting stands at in each replica of a service that answers, or in one replica."""

    async def page(self, path: str) -> Page:
        """GET `path` of the public API, the way customers come in."""
