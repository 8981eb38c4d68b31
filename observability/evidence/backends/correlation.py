"""From exemplars to their traces, and to the logs of these."""

from collections.abc import Iterable

from observability.evidence.backends import otlp
from observability.evidence.backends.asking import all_of
from observability.evidence.backends.jaeger import Traces
from observability.evidence.backends.loki import Logs
from observability.evidence.model import Correlation, Exemplar, LogQuery, Window

LOGS_EACH = 50
"""Log records of one trace that are told."""


async def correlated(exemplars: Iterable[Exemplar], traces: Traces, logs: Logs, limit: int) -> Correlation:
    """Return the exemplars with the largest values, one per trace, with what stands behind them."""
    largest: dict[str, Exemplar] = {}
    for one in sorted(exemplars, key=lambda one: -one.value):
        largest.setdefault(one.trace_id, one)
    ids = list(largest)[:limit]
    found = [otlp.summary(trace) for trace in await all_of(traces.known(one) for one in ids) if trace is not None]
    pages = await all_of(
        logs.find(
            LogQuery(trace_id=trace.trace_id),
            Window(trace.start_s - 1, trace.start_s + trace.duration_s + 1),
            LOGS_EACH,
            None,
        )
        for trace in found
    )
    stored = {trace.trace_id for trace in found}
    return Correlation(
        exemplars=tuple(largest[one] for one in ids),
        traces=tuple(found),
        missing_trace_ids=tuple(one for one in ids if one not in stored),
        logs=tuple(sorted((record for page in pages for record in page.items), key=lambda record: -record.time_s)),
    )
