"""Which services a request must pass, as the architecture document declares it for every flow."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from observability.evidence.model import Span


class BadFlow(Exception):
    """A flow of the document does not say what is needed; the message names it."""


@dataclass(frozen=True)
class Flow:
    """One flow: what it begins with, and whom it passes."""

    name: str
    entry: str
    """Telemetry name of the service that it enters by."""
    method: str
    path: re.Pattern[str]
    statuses: frozenset[int]
    """Answers after which the whole flow is gone through; others end it early."""
    services: frozenset[str]
    queue: str | None

    def begins_with(self, span: Span) -> bool:
        """Whether a request that is served like this goes through the whole flow."""
        told = span.attributes
        return (
            span.service == self.entry
            and span.kind == "server"
            and told.get("http.request.method") == self.method
            and self.path.fullmatch(str(told.get("url.path", ""))) is not None
            and told.get("http.response.status_code") in self.statuses
        )


def flows(document: Mapping[str, Any]) -> list[Flow]:
    """Return the flows of an architecture document that say how their traces look. Raises `BadFlow`."""
    told = ((flow["unique-id"], flow.get("metadata", {}).get("trace")) for flow in document.get("flows", ()))
    return [_flow(name, trace) for name, trace in told if trace]


def _flow(name: str, trace: Mapping[str, Any]) -> Flow:
    try:
        entry = trace["entry"]
        return Flow(
            name=name,
            entry=entry["service"],
            method=entry["method"],
            path=re.compile("[^/]+".join(map(re.escape, re.split(r"\{\w+\}", entry["path"])))),
            statuses=frozenset(entry["status"]),
            services=frozenset(trace["services"]),
            queue=trace.get("queue"),
        )
    except KeyError as error:
        raise BadFlow(f"The flow {name} does not say its {error} under metadata/trace.") from error
