"""Backends and their checks, changed while requests come in."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edge.app import create_app
from services.edge.settings import BackendSettings, Settings
from tests.support.listening import listening
from tests.support.polling import poll_until_async
from tests.support.raw_backend import Exchange, RawBackend, raw_backend


@asynccontextmanager
async def balanced(folder: Path, *backends: RawBackend, **given: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Put a load balancer in front of backends; hand over a client of it that knows the key."""
    key = folder / "key"
    key.write_text("5" * 64)
    shown = {"x-operator": hmac.digest(b"5" * 64, b"operator", "sha256").hex()}
    checks = tuple(BackendSettings(url=backend.url, interval_s=0.02, timeout_s=30.0) for backend in backends)
    settings = Settings(backends=checks, port=0, channel_key_file=key, **given)
    async with listening(create_app(settings)) as url, httpx.AsyncClient(base_url=url, headers=shown) as client:
        yield client


async def _change(client: httpx.AsyncClient, **settings: Any) -> httpx.Response:
    return await client.patch("/-/settings", json=settings)


async def _settings(client: httpx.AsyncClient) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in (await client.get("/-/settings")).json()["settings"]}


async def test_a_new_backend_takes_part_and_one_that_left_is_asked_no_more(tmp_path: Path) -> None:
    """Also by checks; and no gauge of it is left to alarm anybody."""
    async with raw_backend() as one, raw_backend() as two, balanced(tmp_path, one) as client:
        change = await _change(client, backends=[{"url": one.url, "interval_s": 0.02}, {"url": two.url}])
        assert change.status_code == 200
        for _ in range(4):
            await client.get("/products")
        assert (len(one.requests), len(two.requests)) == (2, 2)
        await _change(client, backends=[{"url": two.url, "interval_s": 0.02}])
        probes = one.probes
        for _ in range(4):
            await client.get("/products")
        assert (len(one.requests), len(two.requests)) == (2, 6)
        seen = two.probes

        async def checked() -> bool:
            return two.probes > seen + 3

        await poll_until_async(checked, "some checks")
        assert one.probes <= probes + 1
        assert f"127.0.0.1:{one.port}" not in (await client.get("/metrics")).text


async def knows_products_only(exchange: Exchange) -> None:
    """Answer 404 to everything else; checks of `/ready` are the backend's own affair."""
    found = exchange.path == "/products"
    await exchange.send(b"HTTP/1.1 %d x\r\ncontent-length: 0\r\n\r\n" % (200 if found else 404))


async def test_a_wrong_check_takes_a_backend_out_and_a_right_one_brings_it_back(tmp_path: Path) -> None:
    """Without a restart, and without a word about the other one."""
    async with raw_backend() as one, raw_backend(knows_products_only) as two, balanced(tmp_path, one, two) as client:

        def products(backend: RawBackend) -> int:
            return sum(exchange.path == "/products" for exchange in backend.requests)

        async def served(backend: RawBackend) -> int:
            before = products(backend)
            for _ in range(4):
                assert (await client.get("/products")).status_code == 200
            return products(backend) - before

        async def is_out() -> bool:
            return await served(two) == 0

        async def is_back() -> bool:
            return await served(two) == 2

        await _change(client, **{"checks.2.fall": 1, "checks.2.health_path": "/wrong", "checks.1.rise": 5})
        await poll_until_async(is_out, "the second backend to be out")
        told = await _settings(client)
        assert (told["checks.2.health_path"], told["checks.1.health_path"]) == ("/wrong", "/ready")
        await _change(client, **{"checks.2.health_path": "/ready"})
        await poll_until_async(is_back, "the second backend to be back")


async def test_changes_of_checks_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the same names."""
    monkeypatch.setenv("EDGE_CHECKS__1__HEALTH_PATH", "/health")
    monkeypatch.setenv("EDGE_CHECKS__1__INTERVAL_S", "3.5")
    async with raw_backend() as one, balanced(tmp_path, one) as client:
        told = await _settings(client)
    assert (told["checks.1.health_path"], told["checks.1.interval_s"]) == ("/health", 3.5)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("backends", [], "a list of 1 to 32 backends"),
        ("backends", "http://one", "a list of 1 to 32 backends"),
        ("backends", [{"url": "http://one/path"}], "a list of 1 to 32 backends"),
        ("backends", [{"url": "http://one"}, {"url": "http://one"}], "each of them once"),
        ("checks.1.health_path", "ready", "begins with /"),
        ("checks.1.health_path", "/ré", "begins with /"),
        ("checks.1.rise", 0, "a whole number from 1 to 100"),
        ("checks.3.rise", 1, "no setting called checks.3.rise"),
    ],
)
async def test_what_cannot_be_is_refused(tmp_path: Path, name: str, value: object, says: str) -> None:
    """With what may be written; all stays as it was."""
    async with raw_backend() as one, balanced(tmp_path, one) as client:
        before = await _settings(client)
        answer = await _change(client, **{name: value})
        assert answer.status_code in (404, 422)
        assert says in answer.json()["detail"]
        assert await _settings(client) == before
        assert (await client.get("/products")).status_code == 200


async def test_without_the_key_nothing_is_there_and_nothing_passed_on(tmp_path: Path) -> None:
    """Not to the backends either."""
    async with raw_backend() as one, balanced(tmp_path, one) as client:
        for path in ("/-/settings", "/-/drain", "/%2D/settings"):
            answer = await client.get(path, headers={"x-operator": "guess"})
            assert answer.status_code == 404
        assert not one.requests
