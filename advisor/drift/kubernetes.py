"""Manifests of Kubernetes: `deployment/order-service`, as kubectl has it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from advisor.drift.resources import Resource

WORKLOADS = ("deployment", "statefulset", "daemonset", "job", "cronjob", "pod")
"""What is drift when no node names it; everything else belongs to one of these."""
SCALED = ("deployment", "statefulset")


def resources(told: Iterable[tuple[Mapping[str, Any], str]]) -> list[Resource]:
    """Return what manifests, each with its `file:line`, describe; lists are taken apart."""
    return [_resource(one, where) for whole, where in told for one in _apart(whole)]


def _apart(whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if str(whole.get("kind", "")).endswith("List") and isinstance(whole.get("items"), list):
        for one in whole["items"]:
            if isinstance(one, dict):
                yield from _apart(one)
    elif "kind" in whole:
        yield whole


def _resource(one: Mapping[str, Any], where: str) -> Resource:
    kind, metadata, spec = str(one["kind"]).lower(), one.get("metadata") or {}, one.get("spec") or {}
    replicas = spec.get("replicas", 1) if kind in SCALED else None
    owned = bool(metadata.get("ownerReferences"))  # a pod of a deployment is told by that
    return Resource(
        f"{kind}/{metadata.get('name', '')}",
        one,
        where,
        judged=kind in WORKLOADS and not owned,
        replicas=replicas if isinstance(replicas, int) else None,
    )
