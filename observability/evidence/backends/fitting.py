"""Whether a span is meant by a question for traces: Jaeger narrows a search, and this decides."""

from typing import Any

from observability.evidence.model import Span, TraceQuery, Window


def fits(span: Span, wanted: TraceQuery, window: Window) -> bool:
    """Tell whether one span meets all conditions, and begins in the window."""
    return (
        window.start_s <= span.start_s < window.end_s
        and wanted.service in (None, span.service)
        and wanted.name in (None, span.name)
        and wanted.error in (None, span.error)
        and (wanted.min_duration_s is None or span.duration_s >= wanted.min_duration_s)
        and (wanted.max_duration_s is None or span.duration_s <= wanted.max_duration_s)
        and all(
            value in (text(span.attributes.get(key)), text(span.resource.get(key)))
            for key, value in wanted.attributes.items()
        )
    )


def text(value: Any) -> str | None:
    """Return an attribute's value as people write it; None where there is none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
