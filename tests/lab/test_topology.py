"""The platform as the lab describes it, against the table of processes and ports."""

import json
import subprocess
import sys

import pytest

from lab.errors import UnknownName
from lab.home import Home
from lab.process import Instance
from lab.site import PORTS, Site
from lab.topology import platform
from tests.support.lab import ROOT

SITE = Site(Home.at("/lab home"), base=9000, users=7)


def _instances() -> dict[str, Instance]:
    return {instance.name: instance for instance in platform().instances(SITE.base)}


def _environment(name: str) -> dict[str, str]:
    return platform().environment(_instances()[name], SITE)


def _found(*edges: str) -> list[str]:
    """Return the URLs at which callers find the far ends of edges."""
    by_name = {edge.name: f"http://127.0.0.1:{edge.port}" for edge in platform().edges(SITE.base)}
    return [by_name[name] for name in edges]


def test_every_process_has_its_own_port_in_one_block() -> None:
    """No two processes share a port, and all lie in the block that `--port-base` promises."""
    ports = [instance.port for instance in _instances().values()]
    assert len(set(ports)) == len(ports)
    ways = [edge.port for edge in platform().edges(SITE.base)]
    assert len(set(ways)) == len(ways)
    assert set(ports) | {SITE.channel_port} | set(ways) == set(range(SITE.base, SITE.base + PORTS))
    assert len(platform().ports(SITE.base)) == PORTS


def test_gateway_has_two_replicas_told_apart_by_name_and_port() -> None:
    """Replicas of the gateway have consecutive ports and know their own names."""
    first, second = _environment("api-gateway-1"), _environment("api-gateway-2")
    assert (first["GATEWAY_PORT"], first["GATEWAY_INSTANCE"]) == ("9002", "api-gateway-1")
    assert (second["GATEWAY_PORT"], second["GATEWAY_INSTANCE"]) == ("9003", "api-gateway-2")


def test_load_balancer_knows_every_gateway() -> None:
    """The edge is told all replicas of the gateway as JSON, each with what its health checks need."""
    backends = json.loads(_environment("load-balancer-1")["EDGE_BACKENDS"])
    assert [backend["url"] for backend in backends] == _found(
        "load-balancer->api-gateway-1", "load-balancer->api-gateway-2"
    )
    assert all(backend["health_path"] == "/ready" for backend in backends)


def test_service_is_told_its_database_its_peers_and_the_channel() -> None:
    """A service learns from its environment where everything is that it needs."""
    order = _environment("order-service-1")
    assert order["ORDER_DATABASE_URL"] == "sqlite+aiosqlite:////lab home/data/order.db"
    assert order["ORDER_BROKER_URL"] == _environment("fulfilment-worker-1")["WORKER_BROKER_URL"]
    assert [order["ORDER_PAYMENT_URL"]] == _found("order-service->payment-service")
    assert (order["ORDER_CHANNEL"], order["ORDER_CHANNEL_KEY_FILE"]) == ("127.0.0.1:9012", "/lab home/run/channel.key")


def test_every_call_of_the_platform_goes_through_the_mesh() -> None:
    """Each caller has a way of its own to each callee, told to it and to the mesh; no service is told a real port."""
    edges = json.loads(_environment("mesh")["PROXY_EDGES"])
    listened = {edge["listen"] for edge in edges}
    real = {f"127.0.0.1:{instance.port}": instance.process.name for instance in _instances().values()}
    assert {edge["name"]: real[edge["upstream"]] for edge in edges} == {
        edge.name: edge.callee for edge in platform().edges(SITE.base)
    }
    for instance in _instances().values():
        process, environment = instance.process, _environment(instance.name)
        told = [environment[process.prefix + setting] for setting in process.calls if setting != "BACKENDS"]
        assert all((url.removeprefix("http://") in listened) is not process.is_load for url in told)


def test_some_know_of_others_whom_they_need_not_call() -> None:
    """They are told the way, and neither start nor end by it: two may know each other."""
    assert [_environment("payment-service-1")["PAYMENT_ORDER_URL"]] == _found("payment-service->order-service")
    known = {(process.name, peer) for process in platform().processes for peer in process.knows.values()}
    assert known == {("inventory-service", "payment-service"), ("payment-service", "order-service")}
    ways = [(edge.caller, edge.callee) for edge in platform().edges(SITE.base)]
    assert set(ways[-len(known) :]) == known


def test_load_is_not_the_platform_and_calls_directly() -> None:
    """Shoppers reach the load balancer and the shop themselves."""
    load = _environment("load-generator-1")
    assert (load["LOADGEN_TARGET"], load["LOADGEN_STOREFRONT"]) == ("http://127.0.0.1:9000", "http://127.0.0.1:9001")


def test_load_generator_is_told_users_only_when_somebody_asked() -> None:
    """How many shoppers there are by default is the load generator's affair."""
    assert _environment("load-generator-1")["LOADGEN_USERS"] == "7"
    unasked = Site(SITE.home, SITE.base)
    assert "LOADGEN_USERS" not in platform().environment(_instances()["load-generator-1"], unasked)


def test_callers_end_before_those_they_call() -> None:
    """Ending in waves leaves no caller without the service that it calls."""
    waves = platform().waves()
    place = {name: number for number, wave in enumerate(waves) for name in wave}
    for process in platform().processes:
        assert all(place[process.name] < place[peer] for peer in process.calls.values())
    assert sum(map(len, waves)) == len(platform().processes)


def test_the_last_spans_of_a_service_find_somebody_who_takes_them() -> None:
    """The evidence store ends after everybody whose telemetry it takes."""
    place = {name: number for number, wave in enumerate(platform().waves()) for name in wave}
    services = [process.name for process in platform().processes if process.joins_channel]
    assert all(place[name] < place["evidence-store"] for name in services)


def test_services_are_found_by_short_and_by_full_name() -> None:
    """People say `order`, telemetry says `order-service`."""
    assert platform().named("order").name == platform().named("order-service").name
    with pytest.raises(UnknownName):
        platform().named("oder")


def test_describing_the_platform_loads_no_service() -> None:
    """Processes are named by dotted names only: lab and platform meet over the wire."""
    code = (
        "import sys, lab.cli, lab.supervisor, lab.topology; lab.topology.platform();"
        "print([name for name in sys.modules if name.split('.')[0] in ('services', 'chaos', 'loadgen')])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout == "[]\n"
