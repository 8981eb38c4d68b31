"""Network faults, from what a person says to what a proxy does and back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from time import monotonic
from typing import Any

import httpx
import pytest

from chaos.drivers import Plan
from chaos.drivers.network import Network
from chaos.drivers.toxics import FAULTS
from chaos.errors import BadParameter, ChaosError, NotApplied, UnknownTarget
from chaos.orders import Injection
from chaos.undo import CannotUndo, carry_out
from tests.support import toxiproxies
from tests.support.toxiproxies import ROOT

EDGE = "payment-service->payment-provider"
GIVEN: dict[str, dict[str, Any]] = {
    "network.latency": {"latency_ms": 400, "jitter_ms": 100},
    "network.bandwidth": {"rate_kb": 8},
    "network.timeout": {"timeout_ms": 50},
    "network.reset_peer": {},
    "network.slow_close": {"delay_ms": 50},
    "network.limit_data": {"bytes": 100},
    "network.partition": {},
}


@pytest.fixture(scope="module", params=["ours", pytest.param("real", marks=pytest.mark.stack)])
def running(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run ours or the real one, with one edge."""
    found = toxiproxies.real_program()
    if request.param == "real" and found is None:
        pytest.skip(toxiproxies.ABSENT)
    with toxiproxies.ours() if request.param == "ours" else toxiproxies.real(str(found)) as url:
        edge = {"name": EDGE, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"}
        httpx.post(f"{url}/proxies", json=edge, trust_env=False).raise_for_status()
        yield url


@pytest.fixture
def url(running: str) -> Iterator[str]:
    """Return the address of the proxy; no toxic is left afterwards."""
    yield running
    httpx.post(f"{running}/reset", trust_env=False).raise_for_status()


async def planned(url: str, identity: str, fault: str, params: dict[str, Any], **order: Any) -> Plan:
    """Return the plan of a fault on the edge."""
    return await Network(url).plan(identity, Injection(fault=fault, on=(EDGE,), params=params, **order))


def carry_out_elsewhere(record: str) -> None:
    """Have a process that finds no installed package carry out a record."""
    code = "import json, sys; from chaos.undo import carry_out; carry_out(json.loads(sys.argv[1]))"
    subprocess.run([sys.executable, "-S", "-c", code, record], cwd=ROOT, check=True)


def toxics(url: str) -> list[dict[str, Any]]:
    """Return the toxics on the edge."""
    proxies = httpx.get(f"{url}/proxies", trust_env=False).raise_for_status().json()
    found: list[dict[str, Any]] = proxies[EDGE]["toxics"]
    return found


async def test_edges_are_what_the_proxy_has(url: str) -> None:
    """Nobody else keeps a list of them."""
    offers = await Network(url).offers()
    assert {offer.name for offer in offers} == FAULTS.keys()
    assert {offer.on for offer in offers} == {(EDGE,)}


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_can_be_applied_and_undone_as_often_as_one_likes(url: str, fault: str) -> None:
    """A toxic of the activation's name appears once and is gone again; doing either twice changes nothing."""
    plan = await planned(url, "act-1", fault, GIVEN[fault])
    assert toxics(url) == []
    for _ in range(2):
        await Network(url).apply(plan, monotonic())
        assert {toxic["name"] for toxic in toxics(url)} <= {"act-1-up", "act-1-down"}
        assert {toxic["type"] for toxic in toxics(url)} == {FAULTS[fault].toxic}
    for _ in range(2):
        carry_out(plan.undo[0])
        assert toxics(url) == []


async def test_latency_and_percent_become_attributes_and_toxicity(url: str) -> None:
    """What a person says in our words arrives in the proxy's."""
    params = {"latency_ms": 400, "stream": "both"}
    await Network(url).apply(await planned(url, "a", "network.latency", params, percent=25.0), monotonic())
    assert [(t["name"], t["stream"], t["toxicity"], t["attributes"]) for t in toxics(url)] == [
        ("a-up", "upstream", 0.25, {"latency": 400, "jitter": 0}),
        ("a-down", "downstream", 0.25, {"latency": 400, "jitter": 0}),
    ]


@pytest.mark.parametrize(("direction", "streams"), [("both", 2), ("upstream", 1), ("downstream", 1)])
async def test_partition_is_silence_on_one_stream_or_both(url: str, direction: str, streams: int) -> None:
    """It is made of what Toxiproxy has: timeouts that never end."""
    await Network(url).apply(await planned(url, "a", "network.partition", {"direction": direction}), monotonic())
    assert [(t["type"], t["attributes"]) for t in toxics(url)] == [("timeout", {"timeout": 0})] * streams


async def test_two_activations_on_one_edge_do_not_meet(url: str) -> None:
    """Undoing one leaves the other as it is."""
    first, second = [await planned(url, name, "network.latency", {"latency_ms": 5}) for name in ("a", "b")]
    await Network(url).apply(first, monotonic())
    await Network(url).apply(second, monotonic())
    carry_out(first.undo[0])
    assert [toxic["name"] for toxic in toxics(url)] == ["b-down"]


async def test_undo_needs_nothing_but_the_standard_library(url: str) -> None:
    """The record survives JSON, and a process without any package carries it out; again, it has nothing to do."""
    plan = await planned(url, "a", "network.partition", {})
    await Network(url).apply(plan, monotonic())
    for _ in range(2):
        carry_out_elsewhere(json.dumps(plan.undo[0]))
        assert toxics(url) == []


async def test_a_proxy_that_is_not_there_is_said_to_be_so(url: str) -> None:
    """Nothing is applied; what is to be undone is not forgotten; the listing shows no edges."""
    plan = await planned(url, "a", "network.partition", {})
    nowhere = f"http://127.0.0.1:{toxiproxies.free_port()}"
    record = json.loads(json.dumps(plan.undo[0]).replace(url, nowhere))
    with pytest.raises(CannotUndo, match="DELETE"):
        carry_out(record)
    with pytest.raises(NotApplied):
        await planned(nowhere, "a", "network.partition", {})
    assert {offer.on for offer in await Network(nowhere).offers()} == {()}


async def test_an_edge_that_went_away_is_a_failure_to_apply_and_nothing_to_undo(url: str) -> None:
    """Between the plan and the act the world may change."""
    plan = await planned(url, "a", "network.latency", {"latency_ms": 5})
    calls = json.loads(json.dumps(plan.how["calls"]).replace("payment-provider", "nothing"))
    with pytest.raises(NotApplied, match="404"):
        await Network(url).apply(Plan(plan.order, plan.touches, how={"calls": calls}), monotonic())
    carry_out(plan.undo[0])


@pytest.mark.parametrize(
    ("fault", "on", "params", "kind", "instead"),
    [
        ("network.latency", [EDGE], {}, BadParameter, "from 0 to 60000 (ms)"),
        ("network.latency", [EDGE], {"latency_ms": "long"}, BadParameter, "from 0 to 60000 (ms)"),
        ("network.latency", [EDGE], {"latency_ms": -1}, BadParameter, "from 0 to 60000 (ms)"),
        ("network.latency", [EDGE], {"latency_ms": float("inf")}, BadParameter, "a whole number"),
        ("network.latency", [EDGE], {"latency_ms": float("nan")}, BadParameter, "a whole number"),
        ("network.latency", [EDGE], {"latency_ms": True}, BadParameter, "a whole number"),
        ("network.latency", [EDGE], {"latency_ms": 1.5}, BadParameter, "a whole number"),
        ("network.latency", [EDGE], {"latency_ms": 5, "delay": 5}, BadParameter, "latency_ms, jitter_ms, stream"),
        ("network.latency", [EDGE], {"latency_ms": 5, "stream": "left"}, BadParameter, "upstream, downstream, both"),
        ("network.partition", [EDGE], {"direction": 3}, BadParameter, "upstream, downstream, both"),
        ("network.bandwidth", [EDGE], {"rate_kb": 0}, BadParameter, "from 1 to 1000000 (KB/s)"),
        ("network.partition", [], {}, UnknownTarget, EDGE),
        ("network.partition", ["payment->payment-provider"], {}, UnknownTarget, EDGE),
        ("network.partition", ["order-service->order-database"], {}, UnknownTarget, "database.latency"),
        ("network.partition", ["order-service->order-queue"], {}, UnknownTarget, "queue.latency"),
    ],
)
async def test_a_bad_wish_is_refused_with_what_to_write_instead(
    url: str, fault: str, on: list[str], params: dict[str, Any], kind: type[ChaosError], instead: str
) -> None:
    """Before anything is touched."""
    with pytest.raises(kind) as refusal:
        await Network(url).plan("a", Injection(fault=fault, on=tuple(on), params=params))
    assert instead in refusal.value.members["instead"]
    assert toxics(url) == []
