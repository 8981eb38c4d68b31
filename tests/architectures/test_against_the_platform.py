"""Claims about the architecture document against what runs: processes, calls, ports, stores, links, levers."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from advisor.answers.nodes import modes
from advisor.calm.model import Architecture, Node
from advisor.calm.reading import architecture, load
from advisor.calm.source import source
from advisor.failing import fallback, seen_by
from advisor.lint.validating import validate
from advisor.lint.values import values
from advisor.live.measures import probed
from advisor.probe import Probe
from lab.process import Process
from lab.site import DEFAULT_BASE
from lab.stack.topology import platform as contained
from lab.topology import platform
from observability.impact.invariants import INVARIANTS
from observability.slo.symptoms import symptoms
from observability.wiring import vocabulary
from tests.docs.test_commands import parsed
from tests.support.compose_file import compose_file
from tests.support.pages import ROOT

OF: Architecture = load()
SERVED: list[Process] = [process for process in platform().processes if process.joins_channel]
NODES: dict[str, list[Node]] = {
    process.name: [node for node in OF.nodes if node.metadata.text("otel-service-name") == process.name]
    for process in SERVED
}
BOARDS = {json.loads(file.read_text())["uid"] for file in (ROOT / "grafana" / "dashboards").glob("*.json")}
OPEN = {"127.0.0.1:3000", "127.0.0.1:9090", "127.0.0.1:9093", "127.0.0.1:16686", "127.0.0.1:8081"}
"""What the compose lab opens to a browser: Grafana, Prometheus, Alertmanager, Jaeger, the shop."""


def test_every_process_of_the_platform_is_a_node_and_no_other() -> None:
    """As many nodes as replicas, at the ports of the default base."""
    assert {node.metadata.text("otel-service-name") for node in OF.nodes} - {""} == set(NODES)
    for process in SERVED:
        ports = [interface.values["port"] for node in NODES[process.name] for interface in node.interfaces]
        assert ports == [DEFAULT_BASE + process.offset + number for number in range(process.replicas)], process.name


def test_connections_are_the_calls_of_the_topology() -> None:
    """Between services, in both directions: none is missing, none is made up."""
    declared = {
        tuple(OF.node[end.node].metadata.text("otel-service-name") for end in one.ends)
        for one in OF.connections
        if all(OF.node[end.node].is_service for end in one.ends)
    }
    assert declared == {(process.name, callee) for process in SERVED for callee in process.calls.values()}


@pytest.mark.parametrize("process", SERVED, ids=lambda process: process.name)
def test_stores_are_those_that_the_process_opens(process: Process) -> None:
    """Its own database, and the queue; the provider's ledger is not ours to describe."""
    (node, *_) = NODES[process.name]
    declared = {
        Path(OF.node[name].interfaces[0].values["file"]).stem
        for name in node.metadata.texts("dependencies")
        if "file" in (OF.node[name].interfaces or [None])[0].values  # type: ignore[union-attr]
    }
    assert declared == set(process.databases.values()) - {"provider"}


def test_the_replica_is_where_the_compose_lab_has_one() -> None:
    """And not in the embedded lab."""
    (order,) = (process for process in contained().processes if process.name == "order-service")
    assert "REPLICA_URL" in order.databases
    assert OF.node["order-database-replica"].metadata["deployment"]["embedded"] == []
    assert OF.relationship["order-service-to-order-database-replica"].metadata["deployments"] == [
        "compose",
        "kubernetes",
    ]


def test_the_queue_is_the_one_that_the_worker_takes_from() -> None:
    """By name."""
    assert OF.node["order-queue"].metadata.text("messaging-destination") == {p.queue for p in SERVED if p.queue}.pop()


def test_nodes_are_deployed_where_they_say() -> None:
    """Containers are services of the compose file; processes are replicas of the embedded lab."""
    containers = set(compose_file()["services"])
    replicas = {instance.name for instance in platform().instances(DEFAULT_BASE)}
    for node in OF.nodes:
        if node.type == "actor" or node.id == "order-database-cluster":
            continue
        deployed = node.metadata["deployment"]
        assert set(deployed) == {"embedded", "compose", "kubernetes"}, node.id
        if node.is_service:
            assert set(deployed["embedded"]) <= replicas
        if node.type != "system" or node.id == "message-broker":
            assert set(deployed["compose"]) <= containers, node.id


MODES: list[Mapping[str, Any]] = [mode for node in OF.nodes for _, mode in modes(node)]
PROBES: list[Probe] = [probe for *_, probe in probed(OF)]


def test_every_failure_mode_has_a_probe_that_can_be_evaluated() -> None:
    """None that would be passed over."""
    assert len(PROBES) == len(MODES)


def test_probes_ask_for_alerts_and_invariants_that_exist() -> None:
    """By their names."""
    alerts = set(symptoms()) | {alert for part in OF.told for alert in part.metadata.texts("alerts")}
    known = {"alert": alerts, "invariant": {one.says for one in INVARIANTS}}
    named = [probe for probe in PROBES if probe.form in known]
    assert [probe for probe in named if probe.name not in known[probe.form]] == []
    assert {probe.form for probe in named} == set(known)


def test_probes_ask_for_metrics_and_labels_that_exist() -> None:
    """Of a service of the platform."""
    known = {metric.name: {*metric.labels, "service"} for metric in vocabulary.metrics()}
    known |= {"up": {"service"}, "process_resident_memory_bytes": {"service"}}
    for probe in PROBES:
        if probe.labels:
            asked = [metric.removesuffix("_count") for metric in (probe.name, probe.per) if metric]
            assert all(set(probe.labels) <= known[metric] for metric in asked), probe
            assert probe.labels["service"] in NODES


def test_every_failure_mode_has_a_lever_or_says_why_there_is_none() -> None:
    """One of the two, in a sentence."""
    for mode in MODES:
        assert ("lever" in mode) is not ("no-lever" in mode), mode["symptom"]
        assert len(str(mode.get("no-lever", "a command needs no reason")).split()) > 4


def test_fallbacks_are_seen_by_counters_that_exist() -> None:
    """Every one of them, counted by whoever falls back."""
    known = {metric.name: {*metric.labels, "service"} for metric in vocabulary.metrics() if metric.kind == "counter"}
    calls = [one for one in OF.connections if fallback(one)[0]]
    assert len(calls) > 8
    for call in calls:
        counter = seen_by(call)
        assert counter is not None, call.id
        labels = {one.label: one.value for one in counter.matchers}
        assert labels.keys() <= known[counter.metric], call.id
        assert labels["service"] == OF.node[call.ends[0].node].metadata.text("otel-service-name")


def urls() -> Iterator[tuple[str, str]]:
    """Yield every address in the document and its companions, with its pointer."""
    for file in (OF.source.path, *sorted((ROOT / "architectures").glob("decorators/*.json"))):
        for pointer, value in values(source(file).value):
            if isinstance(value, str) and value.startswith("http://"):
                yield pointer, value


def test_links_open_something_that_the_compose_lab_has() -> None:
    """Dashboards that are provisioned, logs of services that exist, and the other back ends."""
    found = list(urls())
    assert len(found) > 50
    for pointer, url in found:
        parts = urlsplit(url)
        assert parts.netloc in OPEN, pointer
        if parts.path.startswith("/d/"):
            assert parts.path.removeprefix("/d/") in BOARDS, pointer
            asked = parse_qs(parts.query)
            assert set(asked.get("var-service", [])) <= set(NODES)
            flows = json.loads((ROOT / "grafana/dashboards/flow.json").read_text())["templating"]["list"][0]["options"]
            assert set(asked.get("var-flow", [])) <= {option["value"] for option in flows}
        elif parts.path == "/explore":
            (panes,) = parse_qs(parts.query)["panes"]
            (query,) = json.loads(panes)["a"]["queries"]
            assert re.fullmatch(r'\{service=(~"\.\+"|"[a-z-]+")\}', query["expr"])


def test_every_command_in_the_document_can_be_typed() -> None:
    """Levers, log commands, and what monitoring names for the embedded lab."""
    embedded = OF.metadata["monitoring"]["embedded"].values()
    found = values(OF.source.value)
    typed = {value for pointer, value in found if pointer.endswith(("/lever", "/log-command"))} | set(embedded)
    assert len(typed) > 30
    for command in typed:
        parsed(command.split()[1:])


def _apps() -> dict[str, FastAPI]:
    from importlib import import_module  # noqa: PLC0415 -- services are named by dotted names

    found = {}
    for process in SERVED:
        settings = import_module(f"services.{process.short}.settings").Settings
        needed: dict[str, Any] = {name.lower(): "sqlite+aiosqlite:///:memory:" for name in process.databases}
        needed |= {name.lower(): "http://nobody" for name in process.calls}
        if process.short == "edge":
            needed = {"backends": [{"url": "http://nobody", "health_path": "/ready"}] * 2}
        found[process.name] = import_module(f"services.{process.short}.app").create_app(settings(**needed))
    return found


async def _levers(app: FastAPI) -> tuple[dict[str, Any], set[str]]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        settings = (await client.get("/-/settings")).json().get("settings", [])
        caches = (await client.get("/-/caches")).json().get("caches", [])
    return {one["name"]: one for one in settings}, {one["name"] for one in caches}


async def test_levers_pull_what_exists() -> None:
    """Each `lab ops set` names a setting of the service and a value within its bounds; each flush names a cache."""
    apps = _apps()
    shorts = {process.short: process.name for process in SERVED} | {process.name: process.name for process in SERVED}
    guarded = {"load-balancer", "web-frontend"}
    for lever in dict.fromkeys(mode["lever"] for mode in MODES if "lever" in mode):
        _, _, verb, *rest = lever.split()
        if verb not in ("set", "flush") or shorts[rest[0]] in guarded:
            continue
        settings, caches = await _levers(apps[shorts[rest[0]]])
        if verb == "flush":
            assert set(rest[1:]) <= caches, lever
            continue
        for name, _, value in (one.partition("=") for one in rest[1:]):
            assert name in settings, (lever, sorted(settings))
            bounds = settings[name]
            assert bounds.get("minimum", 0) <= float(value) <= bounds.get("maximum", 1e9), lever


def test_moments_of_the_timeline_are_valid_documents() -> None:
    """No error in any of them; the current one is our document."""
    timeline = source(ROOT / "architectures" / "ecommerce-platform.timeline.json").value
    assert [moment["unique-id"] for moment in timeline["moments"]][-1] == timeline["current-moment"]
    for moment in timeline["moments"]:
        file = ROOT / "architectures" / moment["details"]["detailed-architecture"]
        assert validate(file).count("error") == 0
        assert architecture(source(file)).flows


def test_companions_are_valid() -> None:
    """Timeline and decorators, each by itself."""
    folder = ROOT / "architectures"
    files = [*folder.glob("*.timeline.json"), *folder.glob("decorators/*.json")]
    assert len(files) == 4
    for file in files:
        assert validate(file).findings == ()


def test_teams_that_own_something_can_be_reached() -> None:
    """Each has a contact, and its channel is the one that its nodes name."""
    contacts = {one["team"]: one for one in OF.metadata["contacts"]}
    channels = {one["oncall-slack"] for one in contacts.values()}
    for part in OF.told:
        if owner := part.metadata.text("owner"):
            assert contacts[owner]["oncall-slack"] == part.metadata.text("oncall-slack"), part.id
        assert {part.metadata.text("dba-contact")} - {""} <= channels
