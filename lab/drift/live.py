"""What a running lab shows: calls, processes, rules."""

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.calm.errors import AdvisorError
from advisor.drift import alerts, calls, objectives, processes
from advisor.drift.finding import Check, skipped
from lab import alerting_client, state
from lab.drift.wanted import Wanted, outside
from lab.evidence.asking import ask, window_since
from lab.site import DEFAULT_BASE
from observability.evidence.model import TraceQuery
from observability.slo.errors import BadDocument
from observability.slo.presets import PRESETS
from observability.wiring.vocabulary import PEER

if TYPE_CHECKING:
    from observability.evidence.evidence import Evidence

EXAMPLES = 20
"""Undeclared calls for which a trace is looked up."""


def of_calls(wanted: Wanted) -> Check:
    """Compare calls. Raises LabError when there is nobody to ask."""

    async def question(evidence: "Evidence") -> calls.Seen:
        window = await window_since(evidence, wanted.since)
        graph = await evidence.graph(window)
        served = defaultdict(float, {one.service: one.requests for one in await evidence.red(window)})
        taken: dict[str, float] = defaultdict(float)
        for edge in graph.edges:
            taken[edge.callee] += edge.calls
        for name, number in taken.items():
            served[name] = max(served[name], number)
        seen = calls.Seen(graph, wanted.since, dict(served), wanted.enough, outside=outside())
        examples = {}
        for edge in calls.undeclared(wanted.of, seen)[:EXAMPLES]:
            query = TraceQuery(service=edge.caller, attributes={PEER: edge.callee})
            for one in (await evidence.traces(query, window, 1)).items:
                examples[edge.caller, edge.callee] = one.trace_id
        return calls.Seen(graph, wanted.since, dict(served), wanted.enough, examples, outside())

    return calls.compare(wanted.of, ask(wanted.home, question))


def of_processes(wanted: Wanted) -> Check:
    """Compare replicas. Raises LabError when no lab runs."""
    running = state.running(wanted.home)
    contained = any(one.get("contained") for one in running.replicas.values())
    replicas = {
        name: processes.Replica(one["service"], one.get("port"), runs=bool(one.get("contained")) or bool(one["pid"]))
        for name, one in running.replicas.items()
    }
    files = None if contained else {f"{processes.FILES}{file.name}" for file in wanted.home.data.glob("*.db")}
    seen = processes.Running(
        deployment="compose" if contained else "embedded",
        replicas=replicas,
        evidence=str(wanted.home.state_file),
        port_shift=running.port_base - DEFAULT_BASE,
        files=files,
        outside=outside(),
    )
    return processes.compare(wanted.of, seen)


def of_alerts(wanted: Wanted) -> Check:
    """Compare alerts with the rules that are judged now. Raises LabError when there is nobody to ask."""
    rules = alerting_client.ask(wanted.home, "/rules")["rules"]
    loaded = {(one["subject"], one["name"]): f"GET /api/rules: {one['id']}" for one in rules}
    return alerts.compare(wanted.of, [alerts.Loaded("lab", loaded)])


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
    return objectives.compare(wanted.of, [objectives.of_lab(promised, told["rules"])])
