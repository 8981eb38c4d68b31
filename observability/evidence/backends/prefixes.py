"""Ids of traces that are cut: Jaeger wants all digits, so the rest is looked up in logs, and else in recent traces."""

from observability.evidence.backends.jaeger import Traces
from observability.evidence.backends.loki import Logs
from observability.evidence.errors import BadQuery, NotFound
from observability.evidence.model import LogQuery, TraceQuery, Window
from observability.evidence.store.ids import TRACE_DIGITS, beginning_with

MOST_LINES = 200
MOST_TRACES = 500


async def completed(trace_id: str, traces: Traces, logs: Logs, recent: Window) -> str:
    """Return the id that begins so. Raises NotFound, and BadQuery for what is no id or begins several."""
    beginning_with(trace_id)
    digits = trace_id.strip().lower()
    if len(digits) == TRACE_DIGITS:
        return digits
    page = await logs.find(LogQuery(trace_id=digits), recent, MOST_LINES, None)
    found = {record.trace_id for record in page.items}
    if not found:
        latest = await traces.search(TraceQuery(), recent, MOST_TRACES)
        found = {trace.trace_id for trace in latest if trace.trace_id.startswith(digits)}
    if not found:
        raise NotFound(f"There is no trace {trace_id} among the latest. Write all {TRACE_DIGITS} digits.")
    if len(found) > 1:
        raise BadQuery(f"{len(found)} traces or more begin with {trace_id}: write more of its digits.")
    return found.pop()
