"""Signs in health, alerts and metrics."""

from asyncio import gather
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from advisor.answer import Source
from advisor.answers.nodes import modes
from advisor.calm.model import Architecture, Node
from advisor.drift.processes import names
from advisor.live.lab import Changes, Firing, Health
from advisor.live.probing import View, seen
from advisor.live.signs import ASIDE, SLOWEST, Ends, Sign, aside, levels, metric, seen_as, selector, tail, who
from advisor.probe import NoProbe, Probe, read
from observability.evidence.evidence import Evidence
from observability.evidence.model import Sample, Selector, Window

SERVED, CALLED = "http_server_request_duration_seconds", "http_client_request_duration_seconds"
FAILED_CALLS, BREAKER = "http_client_request_failures_total", "circuit_breaker_state"
FEWEST, SHARE = 5, 0.02
"""Failures that are more than noise: so many, and such a share of all."""
ENDS = ("service", "peer")
PATIENCE_S = 1.0
"""p99 of a service whose document promises nothing."""
FELT = (
    "Availability",
    "Latency",
    "Promptness",
    "Freshness",
    "BreakerOpen",
    "SlotsExhausted",
    "OutboxStuck",
    "QueueStuck",
    "OrdersRejected",
)
"""Endings of alerts whose reason may be somebody else."""
RUN_AS = ("embedded", "compose")
"""Deployments whose replicas can be asked for their settings."""
GIVEN_UP, MESSAGING = "DeadLetters", "messaging_"
"""The alert, and the beginning of metrics, about work that is not done."""


def of_health(found: Mapping[str, list[Health]], of: Architecture) -> Iterator[Sign]:
    """Yield a sign for each replica that is not well."""
    for node, replicas in found.items():
        for one in replicas:
            if not one.well:
                said = "does not answer" if one.status is None else f"answers {one.status}"
                yield Sign(
                    who(of.node[node]), "health", f"{one.instance} {said}", Source("health", one.url), 5, own=True
                )


def of_alerts(of: Architecture, alerts: Iterable[Firing]) -> Iterator[Sign]:
    """Yield a sign for each alert about a service; one about a flow names nobody."""
    known = seen_as(of)
    for one in alerts:
        if one.subject in known:
            weight = 3 if one.severity == "page" else 2
            own, backlog = not one.name.endswith(FELT), one.name == GIVEN_UP
            text, source = f"{one.name}: {one.summary}", Source("alert", one.name)
            yield Sign(one.subject, "alert", text, source, weight, own=own, backlog=backlog)


def of_changes(of: Architecture, changes: Changes) -> Iterator[Sign]:
    """Yield a sign for each setting that somebody has changed without a record; replicas have theirs each."""
    known = seen_as(of)
    replicas = {name: who(node) for node in of.nodes for kind in RUN_AS for name, *_ in names(node, kind)}
    for one in changes.drifts:
        service = replicas.get(one.about) or one.about.rpartition("-")[0]
        if service in known:
            text, source = f"{one.declared} {one.seen} {one.remedy}", Source("setting", one.evidence[0])
            yield Sign(service, "drift", text, source, 2, own=True, promise=one.at.pointer)


async def of_metrics(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    """Return the signs in what services count."""
    known, beside = seen_as(of), aside(of)
    found = await gather(
        _failing(evidence, window),
        _slow(of, evidence, window),
        _refused(evidence, window, beside),
        _broken(evidence, window, beside),
    )
    return [one for signs in found for one in signs if one.who in known]


async def _failing(evidence: Evidence, window: Window) -> list[Sign]:
    every, bad = Selector(f"{SERVED}_count"), selector(f"{SERVED}_count", {}, status="5..")
    total = {one.labels.get("service", ""): one.value for one in await evidence.increase(every, window, ("service",))}
    found = []
    for one in await evidence.increase(bad, window, ("service",)):
        service = one.labels.get("service", "")
        if one.value >= max(FEWEST, SHARE * total.get(service, 0)):
            text = f"{one.value:.0f} of {total.get(service, 0):.0f} requests ended in a server error"
            source = metric(selector(f"{SERVED}_count", {"service": service}, status="5.."), window.length_s)
            found.append(Sign(service, "errors", text, source, 2))
    return found


async def _slow(of: Architecture, evidence: Evidence, window: Window) -> list[Sign]:
    found, bounds = [], {name: _patience_s(nodes[0]) for name, nodes in seen_as(of).items()}
    for one in await tail(evidence, SERVED, {}, window):
        service = one.labels.get("service", "")
        if one.value > (bound := bounds.get(service, PATIENCE_S)):
            text = f"{SLOWEST:.0%} of its requests took {one.value:.2g} s and more, and {bound:g} s are promised"
            source = Source("metric", "p99 " + metric(selector(SERVED, {"service": service}), window.length_s).ref)
            found.append(Sign(service, "latency", text, source, 2))
    return found


def _patience_s(node: Node) -> float:
    for control in node.controls:
        for config, _ in control.configs():
            if control.name == "performance" and isinstance(config.get("threshold-ms"), int | float):
                return float(config["threshold-ms"]) / 1000
    return PATIENCE_S


async def between(evidence: Evidence, counter: str, window: Window) -> dict[Ends, float]:
    """Return by how much a counter of calls has risen, by caller and callee."""
    return {ends_of(one): one.value for one in await evidence.increase(Selector(counter), window, ENDS)}


def ends_of(sample: Sample) -> Ends:
    """Return whose call a series is about."""
    return sample.labels.get("service", ""), sample.labels.get("peer", "")


async def _refused(evidence: Evidence, window: Window, beside: frozenset[Ends]) -> list[Sign]:
    calls, found = await between(evidence, f"{CALLED}_count", window), []
    for (caller, peer), failed in (await between(evidence, FAILED_CALLS, window)).items():
        if failed >= max(FEWEST, SHARE * calls.get((caller, peer), 0)):
            source = metric(selector(FAILED_CALLS, {"service": caller, "peer": peer}), window.length_s)
            weight = ASIDE if (caller, peer) in beside else 2
            found.append(Sign(peer, "calls to it fail", f"{failed:.0f} attempts of {caller} failed", source, weight))
    return found


async def _broken(evidence: Evidence, window: Window, beside: frozenset[Ends]) -> list[Sign]:
    found = []
    for one in await levels(evidence, Selector(BREAKER), window):
        caller, peer = ends_of(one)
        if one.value > 0:
            source = metric(selector(BREAKER, {"service": caller, "peer": peer}))
            weight = ASIDE if (caller, peer) in beside else 2
            text = f"{caller} has its breaker towards it open"
            found.append(Sign(peer, "breaker", text, source, weight, caller=caller))
    return found


async def of_modes(of: Architecture, view: View) -> list[Sign]:
    """Return a sign for each failure mode of the document whose symptom is there; replicas have theirs once."""
    found: dict[tuple[str, str], Sign] = {}
    asked = list(probed(of))
    answers = await gather(*(seen(probe, view) for *_, probe in asked))
    for (node, pointer, symptom, probe), told in zip(asked, answers, strict=True):
        if told:
            stands = _neighbour(of, pointer)
            gauge = probe.form == "metric" and "peer" not in probe.labels
            own = bool(stands) or gauge or probe.form == "invariant"
            backlog = gauge and probe.name.startswith(MESSAGING)
            text = f"{symptom} ({told[0]})"
            sign = Sign(
                who(node), "known symptom", text, told[1], 2, own=own, mode=pointer, stands=stands, backlog=backlog
            )
            found.setdefault((sign.who, symptom), sign)
    return list(found.values())


def _neighbour(of: Architecture, pointer: str) -> str:
    """Return whom a failure mode is about that is not stood; empty for all others."""
    id_ = of.source.at(pointer).get("neighbour")
    return who(of.node[id_]) if isinstance(id_, str) and id_ in of.node else ""


def probed(of: Architecture) -> Iterator[tuple[Node, str, str, Probe]]:
    """Yield the failure modes that have a probe: whose, where it stands, its symptom. The lint tells of wrong ones."""
    for node in of.nodes:
        for pointer, mode in modes(node):
            if "probe" in mode:
                with suppress(NoProbe):
                    yield node, pointer, str(mode.get("symptom", "")), read(mode["probe"])
