"""What a running lab shows: calls, processes, rules."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from advisor.calm.errors import AdvisorError
from advisor.drift import alerts, calls, objectives, processes
from advisor.drift.finding import Check, skipped
from lab import alerting_client, control, state
from lab.drift.examples import examples
from lab.drift.wanted import Wanted, is_contained, ours, outside, service_of
from lab.evidence.asking import ask, window_since
from lab.home import Home
from lab.site import DEFAULT_BASE
from observability.evidence.model import ServiceGraph, Window
from observability.slo.errors import BadDocument
from observability.slo.presets import PRESETS

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

SETTLED_S = 15.0
"""Who has served a request may tell later whom it has called: spans travel in batches, on a busy machine slowly."""
UP = ("running", "paused")
"""States of a container that has processes."""


def of_calls(wanted: Wanted) -> Check:
    """Compare calls. Raises LabError when there is nobody to ask."""

    async def question(evidence: "Evidence") -> calls.Seen:
        window = await window_since(evidence, wanted.since)
        graph = await evidence.graph(window)
        served = await _served(evidence, window, graph)
        seen = calls.Seen(graph, wanted.since, served, wanted.enough, outside=outside())
        pairs = [(edge.caller, edge.callee) for edge in calls.undeclared(wanted.of, seen)]
        return replace(seen, examples=await examples(evidence, wanted.of, pairs, window))

    return calls.compare(wanted.of, ask(wanted.home, question))


async def _served(evidence: "Evidence", window: Window, graph: ServiceGraph) -> dict[str, float]:
    """Return how many requests and messages services had served a while ago; of who counts none, calls that came."""
    settled = Window(window.start_s, window.end_s - SETTLED_S)
    served: dict[str, float] = defaultdict(float)
    for edge in graph.edges:
        served[edge.callee] += edge.calls
    for one in await evidence.red(window):
        served[one.service] = 0.0
    for one in await evidence.red(settled) if settled.length_s > 0 else ():
        served[one.service] = one.requests
    return dict(served)


def of_processes(wanted: Wanted) -> Check:
    """Compare replicas, and in containers those of back ends. Raises LabError when there is nobody to ask."""
    running = state.running(wanted.home)
    contained = is_contained(wanted.home, running)
    replicas = {
        name: processes.Replica(one["service"], one.get("port"), runs=_runs(one))
        for name, one in running.replicas.items()
    }
    back_ends = _other_containers(wanted.home, replicas) if contained else {}
    files = None if contained else {f"{processes.FILES}{file.name}" for file in wanted.home.data.glob("*.db")}
    seen = processes.Running(
        deployment="compose" if contained else "embedded",
        replicas=replicas | back_ends,
        evidence=str(wanted.home.state_file),
        port_shift=running.port_base - DEFAULT_BASE,
        files=files,
        outside=outside() | ({one.service for one in back_ends.values()} - ours()),
        whole=contained,
    )
    return processes.compare(wanted.of, seen)


def _runs(told: Mapping[str, Any]) -> bool:
    """Whether a replica has a process, or is about to have one: while it is replaced there is none for a moment."""
    return bool(told.get("contained") or told["pid"] or told.get("state") == "starting")


def _other_containers(home: Home, replicas: Collection[str]) -> dict[str, processes.Replica]:
    """Return the containers that are no replicas of the lab; spare ones that wait to be needed are left out."""
    found = {}
    for name, told in control.call(home, "containers")["containers"].items():
        service, runs = service_of(name), told in UP
        if name not in replicas and (runs or service not in ours()):
            found[name] = processes.Replica(service, runs=runs)
    return found


def of_alerts(wanted: Wanted) -> Check:
    """Compare alerts with the rules that are judged now. Raises LabError when there is nobody to ask."""
    told = alerting_client.ask(wanted.home, "/rules")
    loaded = {(one["subject"], one["name"]): f"GET /api/rules: {one['id']}" for one in _loaded(told)}
    check = alerts.compare(wanted.of, [alerts.Loaded("lab", loaded)])
    if told["problem"] and not check.drifts:
        return replace(check, notes=(f"Rules are not judged now. {told['problem']}",), partial=True)
    return check


def _loaded(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules that whoever judges has; in containers, that is another process than the one that is asked."""
    return [one for one in told["rules"] if one.get("loaded", True)]


def of_objectives(wanted: Wanted) -> Check:
    """Compare objectives with the rules that are judged now. Raises LabError when there is nobody to ask."""
    told = alerting_client.ask(wanted.home, "/rules")
    preset = PRESETS.get(told["preset"])
    if preset is None:
        return skipped(objectives.NAME, f"Nobody here knows the preset {told['preset']}.")
    try:
        promised = objectives.wanted(wanted.of, preset)
    except BadDocument as error:
        raise AdvisorError(str(error), hint="Check the document: lab arch validate") from error
    return objectives.compare(wanted.of, [objectives.of_lab(promised, _loaded(told))])
