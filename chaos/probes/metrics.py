"""Which metrics there are: those of the vocabulary, and what the Prometheus client tells of every process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from observability.wiring import vocabulary
from observability.wiring.vocabulary import Metric

OF_EVERY_PROCESS = (
    Metric("counter", "process_cpu_seconds_total", "CPU time spent."),
    Metric("gauge", "process_resident_memory_bytes", "Memory in use."),
    Metric("gauge", "process_open_fds", "Open files and sockets."),
)
UNITS = {"_seconds": "s", "_cents": "ct", "_bytes": "B", "_units": "units"}


@dataclass(frozen=True)
class Readable:
    """A name that can be read."""

    name: str
    family: Metric
    is_counter: bool
    """Whether it only rises."""

    @property
    def unit(self) -> str:
        """Unit of its values; empty for a number of things."""
        stem = self.family.name.removesuffix("_total")
        if self.name.endswith("_count"):
            return ""
        return next((unit for suffix, unit in UNITS.items() if stem.endswith(suffix)), "")


@cache
def readable() -> Mapping[str, Readable]:
    """Return every name that can be read: counters, gauges, and of a histogram its count and its sum."""
    return {one.name: one for one in _readable()}


@cache
def histograms() -> Mapping[str, Metric]:
    """Return the histograms, by name."""
    return {metric.name: metric for metric in vocabulary.metrics() if metric.kind == "histogram"}


def ensure_counter(name: str) -> None:
    """Raise `ValueError` unless `name` can be read and only rises."""
    ensure_readable(name)
    if not readable()[name].is_counter:
        raise ValueError(f'{name} is a gauge: it falls as well as rises. Read it with kind = "value".')


def ensure_readable(name: str) -> None:
    """Raise `ValueError`, with the names that come nearest, unless `name` can be read."""
    if name in histograms():
        raise ValueError(f'{name} is a histogram. Write kind = "quantile", or read {name}_count or {name}_sum.')
    if name not in readable():
        raise ValueError(f"There is no metric {name!r}. {_near(name, readable())}")


def ensure_histogram(name: str) -> None:
    """Raise `ValueError`, with the names that come nearest, unless `name` is a histogram."""
    if name in readable():
        raise ValueError(f"{name} is no histogram, so it has no quantiles. {_near(name, histograms())}")
    if name not in histograms():
        raise ValueError(f"There is no histogram {name!r}. {_near(name, histograms())}")


def ensure_labels(name: str, labels: Mapping[str, str]) -> None:
    """Raise `ValueError`, with those it has, unless the metric has these labels."""
    family = histograms().get(name) or readable()[name].family
    for label in labels:
        if label not in family.labels:
            has = f"It has: {', '.join(family.labels)}." if family.labels else "It has none: leave them out."
            raise ValueError(f"{name} has no label {label!r}. {has}")


def _near(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(near)}?" if near else "docs/telemetry.md lists them."


def _readable() -> Iterator[Readable]:
    for family in (*vocabulary.metrics(), *OF_EVERY_PROCESS):
        if family.kind == "histogram":
            yield Readable(f"{family.name}_count", family, is_counter=True)
            yield Readable(f"{family.name}_sum", family, is_counter=True)
        else:
            yield Readable(family.name, family, is_counter=family.kind == "counter")
