"""Who called whom, put together from spans some seconds after they came, and added up so that graphs are quick to draw.

An HTTP call is a client span; whom it called is told by the server span below it, or, where there is none, by its
`peer.service`. A message is a consumer span below a span of whoever sent it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from observability.evidence.store import ids
from observability.evidence.store.cycles import Step, on_a_way_round, within
from observability.evidence.store.reading import among
from observability.evidence.store.slices import Slice, Slices
from observability.evidence.store.spans import CLIENT, CONSUMER, SERVER

NS = 1_000_000_000
BUCKET_NS = 10 * NS
BINS_PER_DOUBLING = 8
LAG_S = 5.0
"""Spans of one call come from two services, which send them at times of their own."""
EDGE_LASTS_S = 600.0
PIECE = 4
"""Segments whose calls are put together at once."""
MOST_TRACES = 500
"""Traces that are looked into for ways round, each time."""

_BIN = f"CAST(floor(log2(greatest({{d}}, 1)) * {BINS_PER_DOUBLING}) AS SMALLINT)"
_HTTP = f"""
WITH c AS (SELECT * FROM {{s}}.spans WHERE kind = {CLIENT} AND segment > ? AND segment <= ?),
k AS (
  SELECT hi, parent, min(resource) AS resource FROM {{s}}.spans
  WHERE kind = {SERVER} AND parent <> 0 AND start >= ? AND start <= ? GROUP BY hi, parent
)
SELECT c.start // {BUCKET_NS} * {BUCKET_NS}, cr.service AS caller, coalesce(kr.service, c.peer) AS callee, 'http',
  {_BIN.format(d="c.duration")}, count(*), count(*) FILTER (c.error)
FROM c JOIN {{s}}.resources cr ON cr.id = c.resource
LEFT JOIN k ON k.parent = c.span AND k.hi = c.hi LEFT JOIN {{s}}.resources kr ON kr.id = k.resource
GROUP BY ALL HAVING callee <> ''
"""
_CLIENTS = f"""
SELECT min(start), max(start + duration) FROM {{s}}.spans WHERE kind = {CLIENT} AND segment > ? AND segment <= ?
"""
_QUEUE = f"""
SELECT k.start // {BUCKET_NS} * {BUCKET_NS}, pr.service, kr.service, 'queue',
  {_BIN.format(d="k.duration")}, count(*), count(*) FILTER (k.error)
FROM {{s}}.spans k JOIN {{s}}.resources kr ON kr.id = k.resource
JOIN {{p}}.spans p ON p.span = k.parent AND p.hi = k.hi JOIN {{p}}.resources pr ON pr.id = p.resource
WHERE k.kind = {CONSUMER} AND k.parent <> 0 AND k.segment > ? AND k.segment <= ?
GROUP BY ALL
"""
_TRACES = f"""
SELECT DISTINCT c.hi, c.lo FROM {{s}}.spans c JOIN {{s}}.resources cr ON cr.id = c.resource
JOIN {{s}}.spans k ON k.parent = c.span AND k.hi = c.hi AND k.kind = {SERVER} AND k.start >= ?
JOIN {{s}}.resources kr ON kr.id = k.resource
WHERE c.kind = {CLIENT} AND c.segment > ? AND c.segment <= ?
AND list_contains(?, concat(cr.service, ' ', kr.service)) LIMIT {MOST_TRACES}
"""
_STEPS = """
SELECT s.hi, s.lo, s.span, s.parent, r.service, s.kind, s.start
FROM {s}.spans s JOIN {s}.resources r ON r.id = s.resource WHERE s.hi IN """

Run = Callable[[str, list[Any]], list[tuple[Any, ...]]]
Rows = list[tuple[Any, ...]]


def between(run: Run, one: Slice, before: Slice | None, after: int, upto: int) -> Rows:
    """Return rows of the table `calls` for the segments of a slice after `after`, up to `upto`."""
    calls: Rows = []
    for low, high in _pieces(run, one, after, upto):
        ((earliest, latest),) = run(_CLIENTS.replace("{s}", one.name), [low, high])
        if earliest is not None:
            calls += run(_HTTP.replace("{s}", one.name), [low, high, earliest - NS, latest + NS])
        for parents in filter(None, (one, before)):
            calls += run(_QUEUE.replace("{s}", one.name).replace("{p}", parents.name), [low, high])
    return calls


def _pieces(run: Run, one: Slice, after: int, upto: int) -> Iterator[tuple[int, int]]:
    """Yield what lies between in pieces that fit into a small memory."""
    ((newest,),) = run(f"SELECT coalesce(max(id), 0) FROM {one.name}.segments", [])
    for low in range(after, min(upto, newest), PIECE):
        yield low, min(low + PIECE, upto)


def cycles_between(run: Run, one: Slice, after: int, upto: int, edges: Iterable[tuple[str, str]]) -> Rows:
    """Return rows of the table `cycles` for traces that make one of these edges, which lie on ways round."""
    earliest = _earliest(run, one, after, upto)
    pairs = [f"{caller} {callee}" for caller, callee in edges]
    if earliest is None or not pairs:
        return []
    keys = set(run(_TRACES.replace("{s}", one.name), [earliest - NS, after, upto, pairs]))
    traces: dict[tuple[int, int], list[Step]] = {key: [] for key in keys}
    for high, low, *step in run(_STEPS.replace("{s}", one.name) + among(key[0] for key in keys), []) if keys else []:
        if (high, low) in traces:
            traces[high, low].append(Step(*step))
    return [
        (min(step.start for step in steps), ids.trace_id(*key), " ".join(way))
        for key, steps in traces.items()
        if steps
        for way in within(steps)
    ]


def _earliest(run: Run, one: Slice, after: int, upto: int) -> int | None:
    found = run(f"SELECT min(first) FROM {one.name}.segments WHERE id > ? AND id <= ?", [after, upto])
    earliest: int | None = found[0][0]
    return earliest


class Rollup:
    """Adds up, in the thread that writes."""

    def __init__(self, slices: Slices) -> None:
        self._slices = slices
        self._edges: dict[tuple[str, str], float] = {}
        self._arrived: list[tuple[float, int]] = []

    def tidy(self) -> None:
        """Add up what came some seconds ago."""
        now_s, newest = time.monotonic(), self._newest()
        ripe = max((number for at_s, number in self._arrived if now_s - at_s >= LAG_S), default=0)
        self._arrived = [(at_s, number) for at_s, number in self._arrived if number > ripe] + [(now_s, newest)]
        self._upto(ripe)

    def finish(self) -> None:
        """Add up all that the current slice has, since another follows."""
        self._upto(self._newest())
        self._arrived = []

    def _upto(self, upto: int) -> None:
        one, before = [*self._slices.newest_first(), None][:2]
        after = rolled(self._run, one)  # type: ignore[arg-type]
        if one is None or upto <= after:
            return
        calls = between(self._run, one, before, after, upto)
        now_s = time.monotonic()
        self._edges |= {(row[1], row[2]): now_s for row in calls if row[3] == "http"}
        self._edges = {edge: at_s for edge, at_s in self._edges.items() if now_s - at_s < EDGE_LASTS_S}
        cycles = cycles_between(self._run, one, after, upto, on_a_way_round(self._edges))
        connection = self._slices.connection
        connection.begin()
        try:
            for table, rows in (("calls", calls), ("cycles", cycles), ("rolled", [(upto,)])):
                if rows:
                    appender = connection.appender(f"{one.name}.{table}")
                    appender.append_rows(rows)
                    appender.flush()
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def _newest(self) -> int:
        found = self._run(f"SELECT coalesce(max(id), 0) FROM {self._slices.current.name}.segments", [])
        return int(found[0][0])

    def _run(self, sql: str, values: list[Any]) -> Rows:
        found: Rows = self._slices.connection.execute(sql, values).fetchall()
        return found


def rolled(run: Run, one: Slice) -> int:
    """Return the last segment of a slice that has been added up."""
    return int(run(f"SELECT coalesce(max(segment), 0) FROM {one.name}.rolled", [])[0][0])
