"""Questions about metrics, answered by Prometheus.

It has milliseconds, and `increase` over a window counts a sample that lies exactly on its end, as it always does there.
"""

import math
from collections.abc import Mapping
from typing import Any

from observability.evidence.backends import promql
from observability.evidence.backends.asking import Backend
from observability.evidence.errors import Unavailable
from observability.evidence.model import Exemplar, Labels, Point, Range, Sample, Selector, Window
from observability.evidence.selectors import NAME_LABEL, written
from observability.wiring import vocabulary as names

By = tuple[str, ...] | None


class Metrics:
    """Asks one Prometheus."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def names(self) -> list[str]:
        """Return the names of all metrics."""
        return sorted(await self._ask(f"label/{NAME_LABEL}/values", {}))

    async def instant(self, wanted: Selector, at_s: float) -> list[Sample]:
        """Return the latest value of every series."""
        return await self._samples(written(wanted), at_s)

    async def range(self, wanted: Selector, window: Window, step_s: float) -> list[Range]:
        """Return the latest value of every series, step by step."""
        return await self._ranges(written(wanted), window, step_s)

    async def increase(self, counter: Selector, window: Window, by: By = None) -> list[Sample]:
        """Return by how much counters rose."""
        return await self._samples(promql.risen(counter, window.length_s, by), window.end_s)

    async def rate(self, counter: Selector, window: Window, by: By = None) -> list[Sample]:
        """Return by how much counters rose per second."""
        return await self._samples(promql.risen(counter, window.length_s, by, "rate"), window.end_s)

    async def rates(self, counter: Selector, window: Window, step_s: float, over_s: float, by: By) -> list[Range]:
        """Return the rate of counters, step by step."""
        return await self._ranges(promql.risen(counter, over_s, by, "rate"), window, step_s)

    async def quantile(self, histogram: Selector, wanted: float, window: Window, by: tuple[str, ...]) -> list[Sample]:
        """Return a quantile per group."""
        found = await self._samples(promql.quantile(histogram, wanted, window.length_s, by), window.end_s)
        return [one for one in found if not math.isnan(one.value)]

    async def exemplars(self, wanted: Selector, window: Window) -> list[Exemplar]:
        """Return exemplars, the latest first. Of a histogram its name will do, without `_bucket`."""
        buckets = Selector(f"{wanted.metric}_bucket", wanted.matchers)
        asked = {"query": f"{written(wanted)} or {written(buckets)}", "start": _time(window.start_s)}
        found: dict[tuple[str, float, str], Exemplar] = {}
        for series in await self._ask("query_exemplars", asked | {"end": _time(window.end_s)}):
            metric, labels = _series(series["seriesLabels"])
            for told in series["exemplars"]:
                one = _exemplar(metric, labels, told)
                if window.start_s <= one.time_s < window.end_s and one.trace_id:
                    found[one.trace_id, one.time_s, labels.get("le", "")] = one
        return sorted(found.values(), key=lambda one: -one.time_s)

    async def _samples(self, query: str, at_s: float) -> list[Sample]:
        told = await self._ask("query", {"query": query, "time": _time(at_s)})
        return [Sample(_series(one["metric"])[1], float(one["value"][1]), at_s) for one in told["result"]]

    async def _ranges(self, query: str, window: Window, step_s: float) -> list[Range]:
        promql.milliseconds(window.length_s)
        step_ms = promql.milliseconds(step_s)
        # The last step lies before the end, which is no part of the window.
        last_s = window.start_s + (math.ceil(window.length_s * 1000 / step_ms) - 1) * step_ms / 1000
        asked = {"query": query, "start": _time(window.start_s), "end": _time(last_s), "step": f"{step_ms / 1000:.3f}"}
        told = await self._ask("query_range", asked)
        return [
            Range(_series(one["metric"])[1], tuple(Point(float(at_s), float(value)) for at_s, value in one["values"]))
            for one in told["result"]
        ]

    async def _ask(self, path: str, parameters: Mapping[str, str]) -> Any:
        told = await self._backend.ask(f"/api/v1/{path}", parameters)
        if not isinstance(told, dict) or "data" not in told:
            raise Unavailable(f"What answers in the place of {self._backend.name} is none.")
        return told["data"]


def _series(labels: Mapping[str, str]) -> tuple[str, Labels]:
    return labels.get(NAME_LABEL, ""), {name: value for name, value in labels.items() if name != NAME_LABEL}


def _exemplar(metric: str, labels: Labels, told: Mapping[str, Any]) -> Exemplar:
    own = told["labels"]
    trace, span = own.get(names.EXEMPLAR_TRACE, ""), own.get(names.EXEMPLAR_SPAN, "")
    return Exemplar(metric, labels, float(told["value"]), float(told["timestamp"]), trace, span)


def _time(at_s: float) -> str:
    return f"{at_s:.3f}"
