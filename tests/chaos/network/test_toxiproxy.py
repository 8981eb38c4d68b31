"""Network faults, from what a person says to what a proxy does and back."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from chaos.network import (
    FAULTS,
    NetworkError,
    NotOnANetwork,
    ProxyFailed,
    ProxyUnreachable,
    Toxiproxy,
    UnknownEdge,
    WrongParams,
)
from chaos.undo_http import undo
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
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run ours or the real one, with one edge."""
    found = toxiproxies.real_program()
    if request.param == "real" and found is None:
        pytest.skip(toxiproxies.ABSENT)
    with toxiproxies.ours() if request.param == "ours" else toxiproxies.real(str(found)) as running:
        edge = {"name": EDGE, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9"}
        httpx.post(f"{running}/proxies", json=edge, trust_env=False).raise_for_status()
        yield running


@pytest.fixture
async def proxy(url: str) -> AsyncIterator[Toxiproxy]:
    """Return the client; no toxic is left afterwards."""
    async with Toxiproxy(url) as client:
        yield client
    reset(url)


def reset(url: str) -> None:
    """Take all toxics away."""
    httpx.post(f"{url}/reset", trust_env=False).raise_for_status()


def undone_by_a_bare_process(record: str) -> str:
    """Have a process that finds no installed package carry out a record; return what it printed."""
    code = "import json, sys; from chaos.undo_http import undo; print(undo(json.loads(sys.argv[1])))"
    command = [sys.executable, "-S", "-c", code, record]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def toxics(url: str) -> list[dict[str, Any]]:
    """Return the toxics on the edge."""
    proxies = httpx.get(f"{url}/proxies", trust_env=False).raise_for_status().json()
    found: list[dict[str, Any]] = proxies[EDGE]["toxics"]
    return found


async def test_edges_are_what_the_proxy_has(proxy: Toxiproxy) -> None:
    """Nobody else keeps a list of them."""
    assert await proxy.edges() == [EDGE]


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_fault_can_be_applied_and_reverted_as_often_as_one_likes(
    proxy: Toxiproxy, url: str, fault: str
) -> None:
    """A toxic of the activation's name appears once and is gone again; doing either twice changes nothing."""
    await proxy.validate(fault, [EDGE], GIVEN[fault])
    plan = proxy.plan("act-1", fault, [EDGE], GIVEN[fault], duration_s=60)
    for _ in range(2):
        await proxy.apply(plan)
        assert {toxic["name"] for toxic in toxics(url)} <= {"act-1-up", "act-1-down"}
        assert {toxic["type"] for toxic in toxics(url)} == {FAULTS[fault].toxic}
    for _ in range(2):
        await proxy.revert(plan.undo)
        assert toxics(url) == []


async def test_latency_and_percent_become_attributes_and_toxicity(proxy: Toxiproxy, url: str) -> None:
    """What a person says in our words arrives in the proxy's."""
    await proxy.apply(proxy.plan("a", "network.latency", [EDGE], {"latency_ms": 400, "stream": "both"}, percent=25))
    assert [(t["name"], t["stream"], t["toxicity"], t["attributes"]) for t in toxics(url)] == [
        ("a-up", "upstream", 0.25, {"latency": 400, "jitter": 0}),
        ("a-down", "downstream", 0.25, {"latency": 400, "jitter": 0}),
    ]


@pytest.mark.parametrize(("direction", "streams"), [("both", 2), ("upstream", 1), ("downstream", 1)])
async def test_partition_is_silence_on_one_stream_or_both(
    proxy: Toxiproxy, url: str, direction: str, streams: int
) -> None:
    """It is made of what Toxiproxy has: timeouts that never end."""
    await proxy.apply(proxy.plan("a", "network.partition", [EDGE], {"direction": direction}))
    assert [(t["type"], t["attributes"]) for t in toxics(url)] == [("timeout", {"timeout": 0})] * streams


async def test_two_activations_on_one_edge_do_not_meet(proxy: Toxiproxy, url: str) -> None:
    """Reverting one leaves the other as it is."""
    first, second = (proxy.plan(name, "network.latency", [EDGE], {"latency_ms": 5}) for name in ("a", "b"))
    await proxy.apply(first)
    await proxy.apply(second)
    await proxy.revert(first.undo)
    assert [toxic["name"] for toxic in toxics(url)] == ["b-down"]


async def test_undo_record_needs_nothing_but_the_standard_library(proxy: Toxiproxy, url: str) -> None:
    """The record survives JSON, and a process without any package carries it out; again, it has nothing to do."""
    plan = proxy.plan("a", "network.partition", [EDGE], {})
    await proxy.apply(plan)
    record = json.dumps(plan.undo)
    for _ in range(2):
        assert undone_by_a_bare_process(record) == "[]\n"
        assert toxics(url) == []


async def test_undo_tells_what_it_could_not_do() -> None:
    """A proxy that is not there is a line each, and not an exception."""
    nowhere = f"http://127.0.0.1:{toxiproxies.free_port()}"
    async with Toxiproxy(nowhere) as client:
        record = client.plan("a", "network.partition", [EDGE], {}).undo
        problems = undo(record)
        assert len(problems) == 2
        assert all(problem.startswith(f"DELETE {nowhere}/proxies/") for problem in problems)
        with pytest.raises(ProxyUnreachable):
            await client.revert(record)
        with pytest.raises(ProxyUnreachable):
            await client.edges()


async def test_edge_that_went_away_is_a_failure_to_apply_and_nothing_to_revert(proxy: Toxiproxy) -> None:
    """Between a check and the act the world may change."""
    plan = proxy.plan("a", "network.latency", ["nobody->nothing"], {"latency_ms": 5})
    with pytest.raises(ProxyFailed, match="404"):
        await proxy.apply(plan)
    await proxy.revert(plan.undo)


@pytest.mark.parametrize(
    ("fault", "on", "params", "kind", "instead"),
    [
        ("network.latency", [EDGE], {}, WrongParams, "latency_ms=400"),
        ("network.latency", [EDGE], {"latency_ms": "long"}, WrongParams, "0 to 60000 ms"),
        ("network.latency", [EDGE], {"latency_ms": -1}, WrongParams, "0 to 60000 ms"),
        ("network.latency", [EDGE], {"latency_ms": True}, WrongParams, "0 to 60000 ms"),
        ("network.latency", [EDGE], {"latency_ms": 1.5}, WrongParams, "whole number"),
        ("network.latency", [EDGE], {"latency_ms": 5, "delay": 5}, WrongParams, "latency_ms, jitter_ms, stream"),
        ("network.latency", [EDGE], {"latency_ms": 5, "stream": "left"}, WrongParams, "upstream, downstream, both"),
        ("network.partition", [EDGE], {"direction": 3}, WrongParams, "both, upstream, downstream"),
        ("network.bandwidth", [EDGE], {"rate_kb": 0}, WrongParams, "1 to 1000000 KB/s"),
        ("network.rain", [EDGE], {}, WrongParams, "network.latency"),
        ("network.partition", [], {}, UnknownEdge, EDGE),
        ("network.partition", ["payment->payment-provider"], {}, UnknownEdge, EDGE),
        ("network.partition", ["order-service->order-database"], {}, NotOnANetwork, "database.latency"),
        ("network.partition", ["order-service->order-queue"], {}, NotOnANetwork, "queue.latency"),
    ],
)
async def test_bad_wish_is_refused_with_what_to_write_instead(
    proxy: Toxiproxy,
    url: str,
    fault: str,
    on: list[str],
    params: dict[str, Any],
    kind: type[NetworkError],
    instead: str,
) -> None:
    """Before anything is touched."""
    with pytest.raises(kind) as refusal:
        await proxy.validate(fault, on, params)
    assert instead in refusal.value.instead
    assert toxics(url) == []


def test_every_parameter_can_be_told() -> None:
    """Listings of faults show the parameters as plain JSON."""
    for fault in FAULTS.values():
        told = json.loads(json.dumps([param.as_json() for param in fault.params]))
        assert all(param["summary"] for param in told)
        assert [param["name"] for param in told if param["default"] is None] == [
            name for name in GIVEN[fault.name] if name not in ("jitter_ms", "timeout_ms")
        ]
