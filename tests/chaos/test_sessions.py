"""Sessions: what somebody switched on goes off when he is gone."""

import httpx
import pytest

from chaos.errors import UnknownSession
from chaos.sessions import MOST, Sessions
from tests.support.breakable import DRIFT, LEAK, becomes, ends, inject
from tests.support.followers import Followers


def test_a_session_lasts_as_long_as_it_is_renewed() -> None:
    """Each renewal gives it another of its times."""
    sessions = Sessions()
    one = sessions.begin("somebody", ttl_s=5, now=0)
    sessions.renew(one.id, now=4)
    sessions.lapse(now=8.9)
    assert sessions.has(one.id)
    assert sessions.next_deadline() == 9
    sessions.lapse(now=9)
    with pytest.raises(UnknownSession):
        sessions.renew(one.id, now=9)


def test_there_are_not_too_many() -> None:
    """Whoever opens so many loses the first."""
    sessions = Sessions()
    first, *_ = [sessions.begin("somebody", 5, now=0) for _ in range(MOST + 1)]
    assert not sessions.has(first.id)


async def test_a_lapse_ends_what_it_owns(api: httpx.AsyncClient, followers: Followers) -> None:
    """Nobody renews it: its fault goes off, with the cause; somebody else's stays."""
    board = await followers.follow("billing-service-1", DRIFT, LEAK)
    session = (await api.post("/sessions", json={"ttl_s": 0.5, "actor": "toolkit"})).json()
    other = (await inject(api, LEAK.name)).json()
    owned = (await inject(api, session=session["id"])).json()
    assert (await ends(api, owned["id"]))["cause"] == "owner-gone"
    await becomes(board, on=False)
    assert (await api.put(f"/sessions/{session['id']}")).status_code == 404
    assert (await api.get(f"/activations/{other['id']}")).json()["cause"] is None


async def test_a_renewal_keeps_it(api: httpx.AsyncClient, followers: Followers) -> None:
    """As long as somebody says that he is there."""
    await followers.follow("billing-service-1", DRIFT)
    session = (await api.post("/sessions", json={"ttl_s": 60})).json()
    owned = (await inject(api, session=session["id"])).json()
    assert (await api.put(f"/sessions/{session['id']}")).json() == session
    assert (await api.get(f"/activations/{owned['id']}")).json()["cause"] is None


async def test_ending_it_ends_what_it_owns(api: httpx.AsyncClient, followers: Followers) -> None:
    """At once, and however often."""
    await followers.follow("billing-service-1", DRIFT, LEAK)
    session = (await api.post("/sessions", json={})).json()
    owned = (await inject(api, session=session["id"])).json()
    ended = (await api.delete(f"/sessions/{session['id']}")).json()
    assert [(one["id"], one["cause"]) for one in ended["stopped"]] == [(owned["id"], "owner-gone")]
    assert (await api.delete(f"/sessions/{session['id']}")).json()["stopped"] == []


async def test_one_can_stop_what_a_session_owns(api: httpx.AsyncClient, followers: Followers) -> None:
    """And only that; the session goes on."""
    await followers.follow("billing-service-1", DRIFT, LEAK)
    session = (await api.post("/sessions", json={"ttl_s": 60})).json()
    await inject(api, LEAK.name)
    owned = (await inject(api, session=session["id"])).json()
    stopped = (await api.post(f"/stop?session={session['id']}")).json()["stopped"]
    assert [(one["id"], one["cause"]) for one in stopped] == [(owned["id"], "stopped")]
    assert (await api.put(f"/sessions/{session['id']}")).status_code == 200


async def test_a_session_that_is_gone_owns_nothing(api: httpx.AsyncClient, followers: Followers) -> None:
    """404 tells how to begin one; nothing is switched on."""
    board = await followers.follow("billing-service-1", DRIFT)
    refusal = await inject(api, session="gone")
    assert (refusal.status_code, refusal.json()["type"]) == (404, "urn:problem:unknown-session")
    assert not board.is_on(DRIFT.name)
