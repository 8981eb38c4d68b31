"""The architecture document as far as objectives and alerts need it: who owns what, and the controls with numbers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from observability.slo.errors import BadDocument

DOCUMENT = Path(__file__).resolve().parents[2] / "architectures" / "ecommerce-platform.json"
PENDING = "pending"
"""Stands where a link will be, once there is something to link to."""


@dataclass(frozen=True)
class Subject:
    """What somebody is called for: a flow or a service."""

    kind: str
    """`flow` or `service`; also the label that alerts carry its name in."""
    name: str
    """Id of the flow, or the service's name in telemetry."""
    owner: str
    tier: str
    runbook: str
    dashboard: str
    alerts: tuple[str, ...]
    """Names of the alerts that the document has for it."""
    controls: tuple[Mapping[str, Any], ...]
    """The config of each requirement of its controls."""


def load(path: Path = DOCUMENT) -> Mapping[str, Any]:
    """Read a document. Raises `BadDocument`."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadDocument(f"The architecture document {path} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise BadDocument(f"The architecture document {path} is no JSON object.")
    return document


def subjects(document: Mapping[str, Any]) -> list[Subject]:
    """Return flows, then services; nodes that are replicas of one service are one subject. Raises `BadDocument`."""
    found: dict[str, Subject] = {}
    for part, kind in _parts(document):
        metadata = part.get("metadata")
        if not isinstance(metadata, Mapping):
            raise BadDocument(f"{part['unique-id']} has no metadata that is one object.")
        name = part["unique-id"] if kind == "flow" else metadata["otel-service-name"]
        subject = _subject(part, kind, name)
        known = found.setdefault(name, subject)
        if (known.owner, known.alerts, known.controls) != (subject.owner, subject.alerts, subject.controls):
            raise BadDocument(f"The nodes of {name} differ in owner, alerts or controls, and are one service.")
    return list(found.values())


def _parts(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    for flow in document.get("flows", ()):
        yield flow, "flow"
    for node in document.get("nodes", ()):
        if "otel-service-name" in node.get("metadata", {}):
            yield node, "service"


def _subject(part: Mapping[str, Any], kind: str, name: str) -> Subject:
    metadata = part["metadata"]
    try:
        return Subject(
            kind=kind,
            name=name,
            owner=metadata["owner"],
            tier=metadata["tier"],
            runbook=metadata.get("runbook", PENDING),
            dashboard=metadata.get("dashboard", PENDING),
            alerts=tuple(metadata.get("alerts", ())),
            controls=tuple(
                requirement["config"]
                for control in part.get("controls", {}).values()
                for requirement in control["requirements"]
            ),
        )
    except KeyError as error:
        raise BadDocument(f"{part['unique-id']} does not say its {error}.") from error
