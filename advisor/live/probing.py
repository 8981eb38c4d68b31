"""Whether the symptom of a failure mode is there: its probe, asked of metrics, alerts and books."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from advisor.answer import Source
from advisor.live.lab import Firing, Harm
from advisor.live.signs import levels, metric, query, selector, tail
from advisor.probe import Probe
from observability.evidence.evidence import Evidence
from observability.evidence.model import Selector, Window

FEWEST = 20
"""Requests of which a share is taken."""
Values = tuple[list[float], Source]
Found = tuple[str, Source] | None


@dataclass(frozen=True)
class View:
    """What probes are asked of."""

    evidence: Evidence
    alerts: Sequence[Firing]
    harm: Harm
    window: Window
    """What may be looked at; a probe that looks less far back is given less."""

    def back(self, within_s: float) -> Window:
        """Return the last `within_s` seconds of it; all of it for a probe that looks at a level."""
        start_s = self.window.end_s - (within_s or self.window.length_s)
        return Window(max(start_s, self.window.start_s), self.window.end_s)


async def seen(probe: Probe, view: View) -> Found:
    """Return what is seen when the symptom is there, and where; nothing when it is not."""
    return await EVALUATED[probe.form](probe, view)


async def _alert(probe: Probe, view: View) -> Found:
    firing = next((one for one in view.alerts if one.name == probe.name), None)
    return (firing.summary, Source("alert", firing.name)) if firing else None


async def _invariant(probe: Probe, view: View) -> Found:
    found = [one for one in view.harm.damages if one.invariant == probe.name]
    if not found:
        return None
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"{found[0].says}{more}", Source("impact", probe.name)


Ask = Callable[[Evidence, Probe, Window], Awaitable[Values]]


def _measured(ask: Ask) -> Callable[[Probe, View], Awaitable[Found]]:
    """Return what holds the worst of some values against the bound of a probe."""

    async def asked(probe: Probe, view: View) -> Found:
        values, source = await ask(view.evidence, probe, view.back(probe.within_s))
        told = [one for one in values if isfinite(one)]
        worst = min(told, default=None) if probe.bound == "<" else max(told, default=None)
        if worst is None or not probe.holds(worst):
            return None
        return f"{worst:.4g} {probe.bound} {probe.than:g}", source

    return asked


async def _gauge(evidence: Evidence, probe: Probe, window: Window) -> Values:
    wanted = selector(probe.name, probe.labels)
    samples = await levels(evidence, wanted, window, low=probe.bound == "<")
    if not probe.per:
        return [one.value for one in samples], metric(wanted)
    most = selector(probe.per, probe.labels)
    bounds = {frozenset(one.labels.items()): one.value for one in await evidence.instant(most, window.end_s)}
    shares = [one.value / bounds[key] for one in samples if bounds.get(key := frozenset(one.labels.items()))]
    return shares, Source("metric", f"{query(wanted)} / {query(most)}")


async def _increase(evidence: Evidence, probe: Probe, window: Window) -> Values:
    wanted = selector(probe.name, probe.labels)
    samples = await evidence.increase(wanted, window, ("service",))
    return [one.value for one in samples], metric(wanted, window.length_s)


async def _p99(evidence: Evidence, probe: Probe, window: Window) -> Values:
    wanted = selector(probe.name, probe.labels)
    samples = await tail(evidence, probe.name, probe.labels, window)
    return [one.value for one in samples], Source("metric", f"p99 {query(wanted, window.length_s)}")


async def _share(evidence: Evidence, probe: Probe, window: Window) -> Values:
    bad = selector(f"{probe.name}_count", probe.labels, status="5..")
    total = await _sum(evidence, selector(f"{probe.name}_count", probe.labels), window)
    return [await _sum(evidence, bad, window) / total] if total >= FEWEST else [], metric(bad, window.length_s)


async def _sum(evidence: Evidence, wanted: Selector, window: Window) -> float:
    return sum(one.value for one in await evidence.increase(wanted, window, ("service",)))


EVALUATED: Mapping[str, Callable[[Probe, View], Awaitable[Found]]] = {
    "alert": _alert,
    "invariant": _invariant,
    "metric": _measured(_gauge),
    "increase": _measured(_increase),
    "p99": _measured(_p99),
    "failure-share": _measured(_share),
}
"""Form of a probe → how it is evaluated."""
