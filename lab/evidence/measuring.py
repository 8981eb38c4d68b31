"""What `lab metrics` asks: a value for each series, and how it came about."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan
from typing import TYPE_CHECKING, Literal

from lab.errors import UnknownName
from lab.evidence.asking import window_since
from observability.evidence.model import Labels, Point, Range, Sample, Selector, Window

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

Measure = Literal["value", "rate", "increase", "quantile"]
Key = tuple[tuple[str, str], ...]
STEPS = 24
"""Points of a series, unless somebody says how far they are apart."""
LEAST_OVER_S = 30.0
"""A rate of less than this is not worth much: replicas are scraped seconds apart."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know."""

    selector: Selector
    measure: Measure
    quantile: float | None
    by: tuple[str, ...] | None
    since: str
    step_s: float | None


@dataclass(frozen=True)
class Measured:
    """One series, or one group of them."""

    labels: Labels
    value: float
    time_s: float
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Measurements:
    """The answer; the largest value first."""

    metric: str
    measure: Measure
    quantile: float | None
    window: Window
    step_s: float
    series: tuple[Measured, ...]


async def measured(evidence: "Evidence", asked: Asked) -> Measurements:
    """Return what was asked for. Raises UnknownName when there is no such metric."""
    window = await window_since(evidence, asked.since)
    step_s = asked.step_s or window.length_s / STEPS
    samples, ranges = await asyncio.gather(_samples(evidence, asked, window), _ranges(evidence, asked, window, step_s))
    if not samples and not ranges:
        await _ensure_known(evidence, asked)
    points = {_key(one.labels): one.points for one in ranges}
    series = [Measured(one.labels, one.value, one.time_s, points.get(_key(one.labels), ())) for one in samples]
    ordered = sorted(series, key=lambda one: (isnan(one.value), -one.value if not isnan(one.value) else 0.0))
    return Measurements(asked.selector.metric, asked.measure, asked.quantile, window, step_s, tuple(ordered))


async def _samples(evidence: "Evidence", asked: Asked, window: Window) -> list[Sample]:
    match asked.measure:
        case "rate":
            return await evidence.rate(asked.selector, window, asked.by)
        case "increase":
            return await evidence.increase(asked.selector, window, asked.by)
        case "quantile":
            return await evidence.quantile(asked.selector, asked.quantile or 0.0, window, asked.by or ())
        case _:
            return _summed(await evidence.instant(asked.selector), asked.by)


async def _ranges(evidence: "Evidence", asked: Asked, window: Window, step_s: float) -> list[Range]:
    over_s = max(LEAST_OVER_S, 2 * step_s)
    match asked.measure:
        case "rate":
            return await evidence.rates(asked.selector, window, step_s, over_s, asked.by)
        case "increase":
            rates = await evidence.rates(asked.selector, window, step_s, over_s, asked.by)
            return [Range(one.labels, tuple(Point(at.time_s, at.value * step_s) for at in one.points)) for one in rates]
        case "quantile":
            return await _quantiles(evidence, asked, window, step_s, over_s)
        case _:
            return _sums(await evidence.range(asked.selector, window, step_s), asked.by)


async def _quantiles(evidence: "Evidence", asked: Asked, window: Window, step_s: float, over_s: float) -> list[Range]:
    moments = [window.start_s + step_s * count for count in range(round(window.length_s / step_s))]
    by, quantile = asked.by or (), asked.quantile or 0.0
    questions = (evidence.quantile(asked.selector, quantile, Window(at - over_s, at), by) for at in moments)
    found: dict[Key, list[Point]] = {}
    for at, samples in zip(moments, await asyncio.gather(*questions), strict=True):
        for one in samples:
            found.setdefault(_key(one.labels), []).append(Point(at, one.value))
    return [Range(dict(key), tuple(points)) for key, points in found.items()]


def _summed(samples: Iterable[Sample], by: tuple[str, ...] | None) -> list[Sample]:
    """Return sums of values by labels."""
    if by is None:
        return list(samples)
    groups: dict[Key, list[Sample]] = {}
    for one in samples:
        groups.setdefault(_group(one.labels, by), []).append(one)
    return [
        Sample(dict(key), sum(one.value for one in some), max(one.time_s for one in some))
        for key, some in groups.items()
    ]


def _sums(ranges: Iterable[Range], by: tuple[str, ...] | None) -> list[Range]:
    if by is None:
        return list(ranges)
    groups: dict[Key, dict[float, float]] = {}
    for one in ranges:
        sums = groups.setdefault(_group(one.labels, by), {})
        for point in one.points:
            sums[point.time_s] = sums.get(point.time_s, 0.0) + point.value
    return [Range(dict(key), tuple(Point(*one) for one in sorted(sums.items()))) for key, sums in groups.items()]


async def _ensure_known(evidence: "Evidence", asked: Asked) -> None:
    from lab.evidence.meanings import advice  # noqa: PLC0415 -- only when something is wrong

    names = await evidence.metrics()
    name = asked.selector.metric
    if asked.measure == "quantile":
        name = f"{name.removesuffix('_bucket')}_bucket"
    if told := advice(name, names):
        raise UnknownName(told, hint="See what there is: lab metrics")


def _group(labels: Labels, by: tuple[str, ...]) -> Key:
    return tuple((name, labels[name]) for name in by if labels.get(name))


def _key(labels: Labels) -> Key:
    return tuple(sorted(labels.items()))
