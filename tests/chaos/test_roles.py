"""Roles: easy to stop, hard to start, and who must not know does not learn what is on."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from chaos.app import create_app
from chaos.controller import Controller
from chaos.roles import Role
from chaos.settings import ControllerSettings
from tests.support.breakable import DRIFT, becomes, ends, inject
from tests.support.followers import Followers

As = Callable[[Role], httpx.AsyncClient]
TOKENS = {role: f"the token of a {role.name.lower()}" for role in Role}


@pytest.fixture
async def as_(settings: ControllerSettings, controller: Controller) -> AsyncIterator[As]:
    """The API, as somebody of a role calls it."""
    names = {Role.ADMIN: "token", Role.OPERATOR: "operator_token", Role.STOPPER: "stopper_token"}
    given: dict[str, Any] = {names.get(role, "viewer_token"): SecretStr(token) for role, token in TOKENS.items()}
    app = create_app(ControllerSettings(home=settings.home, **given), controller)
    async with AsyncExitStack() as clients:
        people = {
            role: await clients.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app),
                    base_url="http://lab.example",
                    headers={"Authorization": f"Bearer {token}"},
                )
            )
            for role, token in TOKENS.items()
        }
        yield people.__getitem__


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STOPPER])
async def test_whoever_must_not_know_sees_that_something_is_on(as_: As, followers: Followers, role: Role) -> None:
    """Since when and until when; not what, not where, not how, and not in the replicas' lists either."""
    await followers.follow("billing-service-1", DRIFT)
    await inject(as_(Role.OPERATOR), on=["billing-service"], seed=7, percent=40)
    seen = await as_(role).get("/status")
    (one,) = seen.json()["active"]
    assert (one["fault"], one["on"], one["percent"], one["seed"]) == ("sealed", [], 100.0, None)
    assert one["expires_at"] > one["started_at"]
    assert DRIFT.name not in seen.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STOPPER])
@pytest.mark.parametrize("path", ["/faults", "/activations", "/activations/some", "/activations/some/chaostoolkit"])
async def test_the_journal_is_closed_to_them(as_: As, role: Role, path: str) -> None:
    """403 names the role that it takes."""
    refusal = await as_(role).get(path)
    assert (refusal.status_code, refusal.json()["type"]) == (403, "urn:problem:not-yours")
    assert "operator" in refusal.json()["detail"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STOPPER])
async def test_they_switch_nothing_on(as_: As, followers: Followers, role: Role) -> None:
    """Neither a fault nor a session."""
    board = await followers.follow("billing-service-1", DRIFT)
    assert (await inject(as_(role))).status_code == 403
    assert (await as_(role).post("/sessions", json={})).status_code == 403
    assert not board.is_on(DRIFT.name)


async def test_a_viewer_stops_nothing(as_: As) -> None:
    """Looking is all."""
    viewer = as_(Role.VIEWER)
    for refused in (viewer.post("/stop"), viewer.post("/lever"), viewer.delete("/activations/some")):
        assert (await refused).status_code == 403


async def test_a_stopper_stops_without_learning_what(as_: As, followers: Followers) -> None:
    """One activation, everything, or with the lever: the answers are sealed."""
    board = await followers.follow("billing-service-1", DRIFT)
    stopper = as_(Role.STOPPER)
    for method, path in (("DELETE", "/activations/{}"), ("POST", "/stop"), ("POST", "/lever")):
        injected = (await inject(as_(Role.OPERATOR))).json()
        await becomes(board, on=True)
        stopped = await stopper.request(method, path.format(injected["id"]))
        assert stopped.status_code == 200
        assert "sealed" in stopped.text
        assert DRIFT.name not in stopped.text
        assert "billing" not in stopped.text
        await becomes(board, on=False)
        again = await stopper.delete(f"/activations/{injected['id']}")
        assert DRIFT.name not in again.text
        await ends(as_(Role.OPERATOR), injected["id"])


async def test_only_an_admin_releases_the_lever(as_: As) -> None:
    """Who pulled it is not asked."""
    await as_(Role.STOPPER).post("/lever")
    for role in (Role.VIEWER, Role.STOPPER, Role.OPERATOR):
        assert (await as_(role).delete("/lever")).status_code == 403
    assert (await as_(Role.ADMIN).delete("/lever")).json()["held"] is False


def test_tokens_for_some_need_one_for_an_admin() -> None:
    """Otherwise nobody could release the lever."""
    with pytest.raises(ValidationError, match="set CHAOS_TOKEN"):
        ControllerSettings(stopper_token=SecretStr(TOKENS[Role.STOPPER]))


@pytest.fixture
async def anybody(settings: ControllerSettings, controller: Controller) -> AsyncIterator[httpx.AsyncClient]:
    """The API without tokens: whoever is on this machine."""
    app = create_app(settings, controller)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        yield client


HIDDEN = [
    ("GET", "/status"),
    ("GET", "/faults"),
    ("GET", "/activations"),
    ("POST", "/sessions"),
    ("POST", f"/stop?fault={DRIFT.name}"),
    ("DELETE", "/lever"),
]


@pytest.mark.parametrize(("method", "path"), HIDDEN)
async def test_a_sealed_session_shuts_everybody_else_out(anybody: httpx.AsyncClient, method: str, path: str) -> None:
    """Whether anything is on is not told either; with the end of the session all is open again."""
    session = (await anybody.post("/sessions", json={"sealed": True})).json()
    refusal = await anybody.request(method, path)
    assert (refusal.status_code, refusal.json()["type"]) == (403, "urn:problem:sealed")
    own = {"Authorization": f"Bearer {session['key']}"}
    assert (await anybody.get("/status", headers=own)).status_code == 200
    await anybody.delete(f"/sessions/{session['id']}")
    assert (await anybody.get("/status")).status_code == 200


async def test_a_seal_leaves_the_lever_to_everybody(anybody: httpx.AsyncClient, followers: Followers) -> None:
    """Whoever is worried can end all, and does not learn what it was."""
    await followers.follow("billing-service-1", DRIFT)
    session = (await anybody.post("/sessions", json={"sealed": True})).json()
    own = {"Authorization": f"Bearer {session['key']}"}
    order = {"fault": DRIFT.name, "duration_s": 60, "session": session["id"]}
    assert (await anybody.post("/activations", json=order, headers=own)).status_code == 201
    stopped = await anybody.post("/lever")
    assert [one["fault"] for one in stopped.json()["stopped"]] == ["sealed"]
    assert DRIFT.name not in stopped.text


async def test_a_seal_closes_to_an_admin_as_well(as_: As) -> None:
    """In containers everybody's commands show the admin's token."""
    await as_(Role.OPERATOR).post("/sessions", json={"sealed": True})
    assert (await as_(Role.ADMIN).get("/activations")).json()["type"] == "urn:problem:sealed"


async def test_a_session_that_is_not_sealed_has_no_key(anybody: httpx.AsyncClient) -> None:
    """Nothing is hidden then."""
    assert (await anybody.post("/sessions", json={})).json()["key"] is None
    assert (await anybody.get("/status")).status_code == 200
