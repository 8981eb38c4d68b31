"""Taking requests from a window, and judging them."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from observability.coverage.flows import Flow
from observability.coverage.judging import Verdict, judge
from observability.evidence.errors import NotFound
from observability.evidence.evidence import Evidence
from observability.evidence.model import LogQuery, Selector, TraceQuery, Window

PAGE = 500
MOST_LISTED = 20_000
MOST_RECORDS = 1000
MOST_EXEMPLARS = 200


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    good: int
    total: int

    @property
    def percent(self) -> float | None:
        """None: there was nothing."""
        return None if self.total == 0 else 100 * self.good / self.total


@dataclass(frozen=True)
class Coverage:
    """What was found in a window."""

    window: Window
    requests: int
    """That began in the window."""
    complete: Share
    """Of those that were looked at."""
    flows: dict[str, Share]
    """By flow; requests of no flow, or that ended early, under an empty name."""
    exemplars: Share
    """That lead to a trace which is stored."""
    incomplete: tuple[Verdict, ...]
    unresolved: tuple[str, ...]
    """Trace ids of exemplars that lead nowhere."""

    @property
    def whole(self) -> bool:
        """Whether there was something, and all of it is complete."""
        return self.complete.percent == 100 and self.exemplars.percent in (100, None)


async def coverage(
    evidence: Evidence, flows: Sequence[Flow], window: Window, *, sample: int, seed: int, entry: str
) -> Coverage:
    """Judge up to `sample` of the requests that `entry` served in `window`; `seed` decides which."""
    listed = await _listed(evidence, TraceQuery(service=entry), window)
    chosen = listed if len(listed) <= sample else random.Random(seed).sample(listed, sample)  # noqa: S311 -- a sample
    verdicts = [await _judged(evidence, trace_id, flows, window) for trace_id in chosen]
    by_flow = {
        name: [v for v in verdicts if (v.flow or "") == name] for name in sorted({v.flow or "" for v in verdicts})
    }
    found, unresolved = await _exemplars(evidence, window, frozenset(listed))
    return Coverage(
        window=window,
        requests=len(listed),
        complete=_share(verdicts),
        flows={name: _share(of_it) for name, of_it in by_flow.items()},
        exemplars=Share(found, found + len(unresolved)),
        incomplete=tuple(verdict for verdict in verdicts if verdict.missing),
        unresolved=tuple(unresolved),
    )


def _share(verdicts: Sequence[Verdict]) -> Share:
    return Share(sum(not verdict.missing for verdict in verdicts), len(verdicts))


async def _listed(evidence: Evidence, wanted: TraceQuery, window: Window) -> list[str]:
    found: dict[str, None] = {}
    cursor = None
    while len(found) < MOST_LISTED:
        page = await evidence.traces(wanted, window, limit=PAGE, cursor=cursor)
        found |= dict.fromkeys(trace.trace_id for trace in page.items)
        if (cursor := page.cursor) is None:
            break
    return list(found)


async def _judged(evidence: Evidence, trace_id: str, flows: Sequence[Flow], window: Window) -> Verdict:
    try:
        trace = await evidence.trace(trace_id)
    except NotFound:
        return Verdict(trace_id, None, ("the trace is no longer stored",))
    # What a request sets going may end long after the window.
    ends_s = max(span.start_s + span.duration_s for span in trace.spans) + 60
    query = LogQuery(trace_id=trace_id)
    records = await evidence.logs(query, Window(window.start_s - 60, max(window.end_s, ends_s)), limit=MOST_RECORDS)
    return judge(trace, {record.service for record in records.items}, flows)


async def _exemplars(evidence: Evidence, window: Window, stored: Collection[str]) -> tuple[int, list[str]]:
    """Return how many lead to a trace, and the ids of those that do not; `stored` are ids that need no look."""
    wanted = [name for name in await evidence.metrics() if name.endswith("_bucket")]
    ids: dict[str, None] = {}
    for metric in wanted:
        found = await evidence.exemplars(Selector(metric), window, limit=MOST_EXEMPLARS)
        ids |= dict.fromkeys(exemplar.trace_id for exemplar in found)
    unresolved = []
    for trace_id in (trace_id for trace_id in ids if trace_id not in stored):
        try:
            await evidence.trace(trace_id)
        except NotFound:
            unresolved.append(trace_id)
    return len(ids) - len(unresolved), unresolved
