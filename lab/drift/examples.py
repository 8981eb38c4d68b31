"""Traces in which calls are seen that nobody has declared, for people who want to look at them."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from advisor.calm.model import Architecture
from advisor.drift.calls import Declared, Pair
from observability.evidence.errors import NotFound, Unavailable
from observability.evidence.model import Trace, TraceQuery, TraceSummary, Window
from observability.wiring.vocabulary import HTTP_STATUS, PEER

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

WITHIN_S = 10.0
LISTED, OPENED = 50, 5
"""Traces that are listed for a question, and of these the ones that are looked into."""


async def examples(evidence: "Evidence", of: Architecture, pairs: Iterable[Pair], window: Window) -> dict[Pair, str]:
    """Return the id of a trace for each caller and callee, as far as one is found before long."""
    found: dict[Pair, str] = {}
    with suppress(TimeoutError, Unavailable):  # that there is drift is known without
        async with asyncio.timeout(WITHIN_S):
            for pair in pairs:
                if trace := await _example(evidence, of, pair, window):
                    found[pair] = trace
    return found


async def _example(evidence: "Evidence", of: Architecture, pair: Pair, window: Window) -> str | None:
    caller, callee = pair
    named = await evidence.traces(TraceQuery(service=caller, attributes={PEER: callee}), window, 1)
    if named.items:
        return named.items[0].trace_id
    async for one in _near(evidence, of, pair, window):
        with suppress(NotFound):  # it has grown too old meanwhile
            if _calls(await evidence.trace(one.trace_id), pair):
                return one.trace_id
    return None


async def _near(evidence: "Evidence", of: Architecture, pair: Pair, window: Window) -> AsyncIterator[TraceSummary]:
    """Yield traces in which the caller meant somebody else and the callee took part, then any with both of them.

    Whoever is called by mistake mostly knows no such path, and such calls are few among those that arrive.
    """
    caller, callee = pair
    meant = [{PEER: peer} for one, peer in Declared(of).calls if one == caller]
    astray = [told | {HTTP_STATUS: "404"} for told in meant]
    queries = [TraceQuery(service=caller, attributes=told) for told in (*astray, *meant)]
    for query in (*queries, TraceQuery(service=callee)):
        listed = [one for one in (await evidence.traces(query, window, LISTED)).items if {*pair} <= {*one.services}]
        # Whoever was meant and not reached is in no such trace.
        listed.sort(key=lambda one: query.attributes.get(PEER, "") in one.services)
        for one in listed[:OPENED]:
            yield one


def _calls(trace: Trace, pair: Pair) -> bool:
    service = {span.span_id: span.service for span in trace.spans}
    return any((service.get(span.parent_id), span.service) == pair for span in trace.spans)
