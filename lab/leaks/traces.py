"""What traces tell: names of spans, attributes, events, resources."""

from collections.abc import AsyncIterator

import orjson

from lab.leaks.places import Text
from observability.evidence.errors import NotFound
from observability.evidence.evidence import Evidence
from observability.evidence.model import TraceQuery, Window

MOST = 20
"""Traces of each kind that are searched in one look."""


async def texts(evidence: Evidence, window: Window) -> AsyncIterator[Text]:
    """Yield every span of the latest traces, and of the latest that failed; and the names of all metrics."""
    yield Text("metrics", "names in the store", "\n".join(await evidence.metrics()))
    seen: set[str] = set()
    for kind in (TraceQuery(), TraceQuery(error=True)):
        page = await evidence.traces(kind, window, limit=MOST)
        for summary in page.items:
            if summary.trace_id in seen:
                continue
            seen.add(summary.trace_id)
            try:
                trace = await evidence.trace(summary.trace_id)
            except NotFound:  # too old by now
                continue
            for span in trace.spans:
                yield Text("spans", f"{span.service} {span.name}", orjson.dumps(span).decode())
