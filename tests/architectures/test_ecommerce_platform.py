"""The architecture document is valid CALM 1.2, and hangs together."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from tests.support.json_texts import texts
from tests.support.pages import ROOT

DOCUMENT = json.loads((ROOT / "architectures/ecommerce-platform.json").read_text(encoding="utf-8"))
SCHEMAS = [json.loads(file.read_text()) for file in sorted((ROOT / "architectures/schemas/calm-1.2").glob("*.json"))]
NAMED = {
    "customer", "admin", "web-frontend", "load-balancer", "api-gateway-1", "api-gateway-2", "order-service",
    "inventory-service", "payment-service", "billing-service", "fulfilment-worker", "payment-provider",
    "order-database-primary", "order-database-replica", "order-database-cluster", "inventory-database",
    "payment-database", "billing-database", "message-broker", "order-queue", "ecommerce-platform",
}  # fmt: skip


def schema(name: str) -> Any:
    """Return a validator for one of the official schemas; nothing is fetched."""
    registry = jsonschema_rs.Registry([(one["$id"], one) for one in SCHEMAS])
    wanted = {"$ref": f"https://calm.finos.org/release/1.2/meta/{name}.json"}
    return jsonschema_rs.Draft202012Validator(wanted, registry=registry)


def mistakes(document: Any, name: str = "calm") -> list[str]:
    """Return what the official schemas have against a document."""
    return [f"{list(error.instance_path)}: {error.message}" for error in schema(name).iter_errors(document)]


def interfaces(node: dict[str, Any]) -> set[str]:
    """Return the interfaces of a node."""
    return {interface["unique-id"] for interface in node.get("interfaces", [])}


def ends(relationship: dict[str, Any]) -> list[str]:
    """Return the nodes that a relationship names."""
    ((kind, named),) = relationship["relationship-type"].items()
    if kind == "connects":
        return [named["source"]["node"], named["destination"]["node"]]
    return [named.get("actor") or named["container"], *named["nodes"]]


def requirements(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every requirement of every control."""
    if isinstance(value, dict):
        for control in value.get("controls", {}).values():
            yield from control["requirements"]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from requirements(inner)


NODES = {node["unique-id"]: node for node in DOCUMENT["nodes"]}
RELATIONSHIPS = {relationship["unique-id"]: relationship for relationship in DOCUMENT["relationships"]}


def test_the_official_schemas_accept_it() -> None:
    """CALM 1.2, as published."""
    assert mistakes(DOCUMENT) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"nodes": [{"unique-id": "lonely"}]},
        {"flows": [{**DOCUMENT["flows"][0], "sla": "none"}]},
        {"relationships": [{**DOCUMENT["relationships"][-1], "protocol": "SMTP"}]},
    ],
)
def test_the_official_schemas_are_seen_to_refuse(broken: dict[str, Any]) -> None:
    """A node without a name, a flow with a member of our own, a protocol that is not listed."""
    assert mistakes(DOCUMENT | broken) != []


def test_every_control_meets_its_requirement() -> None:
    """Each names the requirement that resolves everywhere, and has its config inline."""
    found = list(requirements(DOCUMENT))
    assert len(found) > 30
    for requirement in found:
        assert requirement["requirement-url"] == "https://calm.finos.org/release/1.2/meta/control-requirement.json"
        assert mistakes(requirement["config"], "control-requirement") == []


def test_ids_are_unique() -> None:
    """Across nodes, relationships, interfaces and flows."""
    ids = [*NODES, *RELATIONSHIPS, *(flow["unique-id"] for flow in DOCUMENT["flows"])]
    ids += [name for node in DOCUMENT["nodes"] for name in interfaces(node)]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert len(DOCUMENT["nodes"]) == len(NODES)
    assert len(DOCUMENT["relationships"]) == len(RELATIONSHIPS)


def test_no_string_is_empty_and_nothing_is_left_to_fill_in() -> None:
    """No placeholder either."""
    assert [text for text in texts(DOCUMENT) if not text.strip() or "[[" in text] == []


def test_every_node_that_must_be_there_is_there_and_stands_in_a_relationship() -> None:
    """And no relationship names anything else."""
    assert set(NODES) >= NAMED
    assert {end for relationship in RELATIONSHIPS.values() for end in ends(relationship)} == set(NODES)


def test_calls_name_interfaces_of_their_ends() -> None:
    """At both ends, each on its own node."""
    for relationship in RELATIONSHIPS.values():
        for end in relationship["relationship-type"].get("connects", {}).values():
            assert end["interfaces"]
            assert set(end["interfaces"]) <= interfaces(NODES[end["node"]]), relationship["unique-id"]


def test_every_service_and_database_has_an_interface_and_an_owner() -> None:
    """So that somebody can reach it, and somebody can be called."""
    for node in DOCUMENT["nodes"]:
        if node["node-type"] in ("service", "webclient", "database"):
            assert interfaces(node)
            assert node["metadata"]["owner"]
            assert node["metadata"]["oncall-slack"].startswith("#")
            assert node["metadata"]["tier"] in ("tier-1", "tier-2", "tier-3")


def test_dependencies_are_the_calls() -> None:
    """What a node says it depends on is what it connects to."""
    for name, node in NODES.items():
        if "dependencies" in node.get("metadata", {}):
            called = {
                kind["connects"]["destination"]["node"]
                for kind in (relationship["relationship-type"] for relationship in RELATIONSHIPS.values())
                if "connects" in kind and kind["connects"]["source"]["node"] == name
            }
            assert set(node["metadata"]["dependencies"]) == called, name


@pytest.mark.parametrize("flow", DOCUMENT["flows"], ids=lambda flow: flow["unique-id"])
def test_flows_go_over_relationships_that_exist(flow: dict[str, Any]) -> None:
    """In an order without gaps, over both gateways, and with what to say when they are broken."""
    steps = flow["transitions"]
    assert [step["sequence-number"] for step in steps] == list(range(1, len(steps) + 1))
    passed = {step["relationship-unique-id"] for step in steps}
    assert passed <= set(RELATIONSHIPS)
    assert passed >= {"load-balancer-to-api-gateway-1", "load-balancer-to-api-gateway-2"}
    told = {"business-impact", "degraded-behavior", "customer-communication", "sla", "tier", "owner"}
    assert told <= set(flow["metadata"])


@pytest.mark.parametrize("flow", DOCUMENT["flows"], ids=lambda flow: flow["unique-id"])
def test_what_a_trace_of_a_flow_passes_is_on_its_way(flow: dict[str, Any]) -> None:
    """Every service that a complete trace shows is an end of a transition; the queue where it goes through one."""
    passed = {end for step in flow["transitions"] for end in ends(RELATIONSHIPS[step["relationship-unique-id"]])}
    services = {NODES[end].get("metadata", {}).get("otel-service-name") for end in passed}
    trace = flow["metadata"]["trace"]
    assert set(trace["services"]) <= services
    assert ("queue" in trace) == ("order-queue" in passed)


def test_decisions_and_runbooks_exist() -> None:
    """Of nodes and of flows."""
    links = [*DOCUMENT["adrs"]]
    parts = [*DOCUMENT["nodes"], *DOCUMENT["flows"]]
    links += [part["metadata"]["runbook"] for part in parts if "runbook" in part.get("metadata", {})]
    assert len(links) > len(DOCUMENT["adrs"]) + 10
    assert [link for link in links if not (ROOT / link).is_file()] == []
