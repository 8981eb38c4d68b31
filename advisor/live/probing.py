"""Whether the symptom of a failure mode is there: its `probe`, asked of the metrics."""

from collections.abc import Mapping
from math import isfinite
from operator import ge, gt, lt
from typing import Any

from advisor.answer import Source
from advisor.live.lab import Firing
from advisor.live.signs import levels, metric, query, selector, tail
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, Window

BOUNDS = {">": gt, ">=": ge, "<": lt}
FEWEST = 20
"""Requests of which a share is taken."""
Seen = tuple[float, Source]
Probe = Mapping[str, Any]


async def seen(evidence: Evidence, probe: Probe, alerts: list[Firing], recent: Window) -> tuple[str, Source] | None:
    """Return what is seen when the symptom is there; nothing when it is not, or when a probe needs something else.

    `recent`: what may be looked at; a probe that looks less far back is given less.
    """
    if "alert" in probe:
        firing = next((one for one in alerts if one.name == probe["alert"]), None)
        return (firing.summary, Source("alert", firing.name)) if firing else None
    within = probe.get("within-s", 0)
    if not isinstance(probe.get("labels"), Mapping) or not isinstance(within, int | float):
        return None
    window = Window(max(recent.end_s - within, recent.start_s), recent.end_s) if within else recent
    found = await _worst(evidence, probe, window)
    if found is None or not BOUNDS[probe["is"]](found[0], probe["than"]):
        return None
    return f"{found[0]:.4g} {probe['is']} {probe['than']:g}", found[1]


async def _worst(evidence: Evidence, probe: Probe, window: Window) -> Seen | None:
    for form, ask in (("metric", _gauge), ("increase", _increase), ("p99", _p99), ("failure-share", _share)):
        if form in probe:
            values, source = await ask(evidence, str(probe[form]), probe, window)
            told = [one for one in values if isfinite(one)]
            return ((min if probe["is"] == "<" else max)(told), source) if told else None
    return None


Values = tuple[list[float], Source]


async def _gauge(evidence: Evidence, name: str, probe: Probe, window: Window) -> Values:
    wanted = selector(name, probe["labels"])
    samples = await levels(evidence, wanted, window, low=probe["is"] == "<")
    if "per" not in probe:
        return [one.value for one in samples], metric(wanted)
    most = selector(str(probe["per"]), probe["labels"])
    bounds = {frozenset(one.labels.items()): one.value for one in await evidence.instant(most, window.end_s)}
    shares = [one.value / bounds[key] for one in samples if bounds.get(key := frozenset(one.labels.items()))]
    return shares, Source("metric", f"{query(wanted)} / {query(most)}")


async def _increase(evidence: Evidence, name: str, probe: Probe, window: Window) -> Values:
    wanted = selector(name, probe["labels"])
    samples = await evidence.increase(wanted, window, ("service",))
    return [one.value for one in samples], metric(wanted, window.length_s)


async def _p99(evidence: Evidence, name: str, probe: Probe, window: Window) -> Values:
    wanted = selector(name, probe["labels"])
    samples = await tail(evidence, name, probe["labels"], window)
    return [one.value for one in samples], Source("metric", f"p99 {query(wanted, window.length_s)}")


async def _share(evidence: Evidence, name: str, probe: Probe, window: Window) -> Values:
    bad = selector(f"{name}_count", probe["labels"], status="5..")
    total = await _sum(evidence, selector(f"{name}_count", probe["labels"]), window)
    return [await _sum(evidence, bad, window) / total] if total >= FEWEST else [], metric(bad, window.length_s)


async def _sum(evidence: Evidence, wanted: Selector, window: Window) -> float:
    return sum(one.value for one in await evidence.increase(wanted, window, ("service",)))
