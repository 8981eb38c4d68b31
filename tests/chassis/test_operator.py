"""The operator's interface: settings within bounds, caches, draining, and a guard where the port is public."""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import Field

from observability.wiring import wire
from observability.wiring.settings import TelemetrySettings
from services.chassis.adjustable import Adjustables, number, of_neighbour
from services.chassis.app import build_app
from services.chassis.client import Neighbour
from services.chassis.operator import Cache, Levers
from services.chassis.settings import PeerLimits, ServiceSettings
from tests.support.served import served
from tests.support.telemetry import telemetry


class Settings(ServiceSettings):
    """A service of its own."""

    service = "order-service"

    payment: PeerLimits = PeerLimits(timeout_s=1.2)
    room: int = Field(4, ge=1, description="how many may be in")


class Work:
    """Work that counts how often it was paused."""

    under_way = 2
    paused = False

    def pause(self) -> None:
        """Begin nothing new."""
        self.paused = True

    def resume(self) -> None:
        """Begin again."""
        self.paused = False


async def _flush() -> int:
    return 3


class Service:
    """A service with two kinds of settings, a cache and some work."""

    def __init__(self, **options: Any) -> None:
        settings = Settings(
            port=0, instance="order-service-1", payment=PeerLimits(timeout_s=2.0), **options.pop("given", {})
        )
        self.neighbour = Neighbour("payment-service", "http://peer", settings.payment, telemetry())
        self.work = Work()
        self.room = 0
        knobs = [number(settings, "room", self._room, (1, 9)), *of_neighbour(settings, "payment", self.neighbour)]
        router = APIRouter()
        router.add_api_route("/hello", self._hello)
        self.app = build_app(
            settings,
            wire(settings, TelemetrySettings(traces_exporter="none")),
            title="Tested",
            description="",
            routers=[router],
            levers=Levers(Adjustables(knobs), (Cache("shelf", "books", _flush),), (self.work,), **options),
        )

    def _room(self, value: int) -> None:
        self.room = value

    async def _hello(self) -> str:
        return "hello"


@asynccontextmanager
async def operated(**options: Any) -> AsyncIterator[tuple[Service, httpx.AsyncClient]]:
    """Serve one."""
    service = Service(**options)
    async with served(service.app) as client:
        yield service, client


async def test_settings_are_told_with_default_unit_and_bounds() -> None:
    """The default is that of the service, not what this process was started with."""
    async with operated() as (_, client):
        told = {one["name"]: one for one in (await client.get("/-/settings")).json()["settings"]}
    assert told["payment.timeout_s"] == {
        "name": "payment.timeout_s",
        "value": 2.0,
        "default": 1.2,
        "unit": "s",
        "minimum": 0.01,
        "maximum": 60.0,
        "summary": "longest wait for one attempt, seconds",
    }
    assert (told["room"]["value"], told["room"]["unit"], told["room"]["summary"]) == (4, "", "how many may be in")


async def test_a_change_takes_effect_at_once() -> None:
    """All that was named, and nothing else."""
    async with operated() as (service, client):
        answer = await client.patch("/-/settings", json={"room": 7, "payment.attempts": 1, "payment.slots": 2})
        assert answer.json()["changed"]["room"] == {"was": 4, "now": 7}
        assert service.room == 7
        assert service.neighbour.limits == PeerLimits(timeout_s=2.0, attempts=1, slots=2)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("room", 0, "room is a whole number from 1 to 9, not 0"),
        ("room", 2.5, "a whole number"),
        ("room", "many", "not 'many'"),
        ("room", True, "not True"),
        ("room", None, "not None"),
        ("payment.timeout_s", 61, "a number from 0.01 to 60 seconds, not 61"),
        ("payment.timeout_s", [1], "not [1]"),
    ],
)
async def test_a_value_that_cannot_be_changes_nothing(name: str, value: object, says: str) -> None:
    """The answer says what is allowed; what was right beside it is not done either."""
    async with operated() as (service, client):
        answer = await client.patch("/-/settings", json={"payment.slots": 2, name: value})
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:problem:setting-refused")
        assert says in answer.json()["detail"]
        assert service.neighbour.limits.slots == 32


async def test_an_unknown_name_is_answered_with_names_like_it() -> None:
    """404, and nothing is changed."""
    async with operated() as (service, client):
        answer = await client.patch("/-/settings", json={"room": 7, "payment.timeout": 1})
        assert answer.status_code == 404
        assert answer.json()["near"][0] == "payment.timeout_s"
        assert service.room == 0


async def test_what_is_no_number_of_json_is_refused() -> None:
    """NaN and infinity pass through many parsers."""
    async with operated() as (service, client):
        for text in ('{"room": NaN}', '{"payment.timeout_s": Infinity}', "[]", "7", "{"):
            answer = await client.patch("/-/settings", content=text, headers={"content-type": "application/json"})
            assert answer.status_code == 422, text
        assert service.room == 0


async def test_a_cache_is_flushed_by_name() -> None:
    """One that is not there is answered with those that are."""
    async with operated() as (_, client):
        assert (await client.get("/-/caches")).json() == {"caches": [{"name": "shelf", "summary": "books"}]}
        assert (await client.post("/-/caches/shelf/flush")).json() == {"cache": "shelf", "dropped": 3}
        answer = await client.post("/-/caches/drawer/flush")
        assert (answer.status_code, answer.json()["instead"]) == (404, "There are: shelf.")


async def test_a_drained_service_is_not_ready_but_serves() -> None:
    """Who shares out requests goes elsewhere; those that still come are not lost."""
    async with operated() as (service, client):
        assert (await client.post("/-/drain")).json() == {"draining": True, "under_way": 2}
        assert (await client.get("/ready")).status_code == 503
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/hello")).status_code == 200
        assert service.work.paused
        assert (await client.delete("/-/drain")).json()["draining"] is False
        assert (await client.get("/ready")).status_code == 200
        assert not service.work.paused


async def test_the_levers_are_described_but_not_to_the_public() -> None:
    """OpenAPI lists them unless it is a public one."""
    async with operated() as (_, client):
        assert "/-/settings" in (await client.get("/openapi.json")).json()["paths"]
    async with operated(described=False) as (_, client):
        assert not [path for path in (await client.get("/openapi.json")).json()["paths"] if path.startswith("/-")]


async def test_a_guarded_service_answers_only_to_who_knows_the_key(tmp_path: Path) -> None:
    """For everybody else there is nothing there."""
    key = tmp_path / "key"
    key.write_text("5" * 64 + "\n")
    shown = {"x-operator": hmac.digest(b"5" * 64, b"operator", "sha256").hex()}
    async with operated(guarded=True, given={"channel_key_file": key}) as (_, client):
        assert (await client.get("/-/settings", headers=shown)).status_code == 200
        for wrong in ({}, {"x-operator": ""}, {"x-operator": "0" * 64}, {"x-operator": "ü"}):
            answer = await client.get("/-/settings", headers=httpx.Headers(wrong, "utf-8"))
            assert (answer.status_code, json.loads(answer.content)["type"]) == (404, "urn:problem:not-found")
        assert (await client.patch("/-/settings", content="{")).status_code == 404
        assert (await client.get("/hello")).status_code == 200


async def test_a_guarded_service_without_a_key_answers_nobody() -> None:
    """Not even to an empty one."""
    async with operated(guarded=True) as (_, client):
        shown = {"x-operator": hmac.digest(b"", b"operator", "sha256").hex()}
        assert (await client.get("/-/settings", headers=shown)).status_code == 404
