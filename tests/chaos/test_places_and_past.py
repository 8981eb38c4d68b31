"""Where a fault is switched on, what was refused, and what a former life of the controller has left behind."""

import asyncio
from typing import Any

import httpx
import pytest

from chaos import chronicle
from chaos.activations import EVERYWHERE, Activations
from chaos.app import create_app
from chaos.controller import Controller
from chaos.journal import Event, Intent, Journal, now
from chaos.lifecycle import State
from chaos.orders import Injection
from chaos.settings import ControllerSettings
from chaos.undo import Record
from tests.support.breakable import DRIFT, LEAK, becomes, ends, inject
from tests.support.followers import Followers
from tests.support.listening_port import free_port
from tests.support.polling import poll_until_async


@pytest.mark.parametrize("where", ["billing-service-2", "storage-service"])
async def test_it_is_on_where_it_was_asked_for(api: httpx.AsyncClient, followers: Followers, where: str) -> None:
    """A replica, or all of a service; the others are not told."""
    boards = {
        name: await followers.follow(name, DRIFT)
        for name in ("billing-service-1", "billing-service-2", "storage-service-1", "storage-service-2")
    }
    await inject(api, on=[where])
    concerned = {name for name in boards if name.startswith(where)}
    for name in concerned:
        await becomes(boards[name], on=True)
    assert not any(boards[name].switches for name in boards.keys() - concerned)


async def test_it_may_be_on_in_two_places_that_do_not_touch(api: httpx.AsyncClient, followers: Followers) -> None:
    """One owner per fault and place; where they touch the second is refused."""
    for name in ("billing-service-1", "billing-service-2"):
        await followers.follow(name, DRIFT)
    assert (await inject(api, on=["billing-service-1"])).status_code == 201
    assert (await inject(api, on=["billing-service-2"])).status_code == 201
    for touching in (["billing-service"], ["billing-service-1"], []):
        assert (await inject(api, on=touching)).json()["type"] == "urn:problem:already-active"


async def test_a_place_without_the_fault_is_refused(api: httpx.AsyncClient, followers: Followers) -> None:
    """422 says where it can be had."""
    board = await followers.follow("billing-service-1", DRIFT)
    await followers.follow("order-service-1", LEAK)
    refusal = await inject(api, on=["billing-service", "order-service"])
    assert (refusal.status_code, refusal.json()["type"]) == (422, "urn:problem:unknown-target")
    assert "billing-service-1" in refusal.json()["instead"]
    assert not board.is_on(DRIFT.name)


async def test_one_that_comes_late_is_told_where_it_belongs(api: httpx.AsyncClient, followers: Followers) -> None:
    """A new replica of the service shows the fault; a new replica of another one does not."""
    await followers.follow("billing-service-1", DRIFT)
    await inject(api, on=["billing-service"])
    await becomes(await followers.follow("billing-service-2", DRIFT), on=True)
    other = await followers.follow("storage-service-1", DRIFT)
    assert not other.switches


async def test_refused_orders_are_in_the_history(api: httpx.AsyncClient, followers: Followers) -> None:
    """With who asked, and why not."""
    await followers.follow("billing-service-1", DRIFT)
    first = (await inject(api)).json()
    await inject(api, actor="somebody")
    await api.post("/lever")
    await inject(api, actor="somebody else")
    listed = (await api.get("/activations")).json()["activations"]
    assert [(one["state"], one["actor"]) for one in listed[:2]] == [
        ("rejected", "somebody else"),
        ("rejected", "somebody"),
    ]
    assert listed[2]["id"] == first["id"]
    steps = (await api.get(f"/activations/{listed[1]['id']}")).json()["events"]
    assert [step["state"] for step in steps] == ["requested", "rejected"]
    assert "is on already" in steps[-1]["detail"]


async def test_the_history_comes_in_pages(api: httpx.AsyncClient, followers: Followers) -> None:
    """Newest first, each once."""
    await followers.follow("billing-service-1", DRIFT)
    ids = []
    for _ in range(5):
        injected = (await inject(api)).json()
        ids.append(injected["id"])
        await api.delete(f"/activations/{injected['id']}")
    seen: list[str] = []
    before: Any = None
    while True:
        page = (await api.get("/activations", params={"limit": 2} | ({"before": before} if before else {}))).json()
        seen += [one["id"] for one in page["activations"]]
        if (before := page["next_before"]) is None:
            break
    assert seen == ids[::-1]


def _intent(identity: str, *undo: Record) -> Intent:
    order = Injection(fault=DRIFT.name, seed=1, actor="somebody")
    begun = Activations().begin(identity, order, EVERYWHERE, now=0.0)
    return chronicle.intent(begun, order, 1, identity, undo)


def _leave_behind(settings: ControllerSettings, *undo: Record) -> str:
    """Write what a life of the controller leaves that dies while something is on."""
    with Journal(settings.home / "journal.db") as journal:
        journal.intend(_intent("left-behind", *undo))
    return "left-behind"


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1/nobody"])
async def test_the_next_life_takes_back_what_the_former_left(settings: ControllerSettings, url: str | None) -> None:
    """It is reverted, with the cause; what cannot be undone yet is tried again and is not called reverted."""
    undo = [{"kind": "http", "calls": [{"method": "DELETE", "url": url, "body": None}]}] if url else []
    left = _leave_behind(settings, *undo)
    async with Controller(settings) as controller:
        transport = httpx.ASGITransport(create_app(settings, controller))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:

            async def reverting() -> bool:
                return bool((await api.get(f"/activations/{left}")).json()["state"] != "intent")

            await poll_until_async(reverting, "the former activation to be taken back")
            if url is None:
                answer = await ends(api, left)
                assert answer["cause"] == "controller-restarted"
                assert [step["state"] for step in answer["events"]][-2:] == ["reverting", "reverted"]
                assert (await api.delete(f"/activations/{left}")).status_code == 200
            else:
                assert (await api.get(f"/activations/{left}")).json()["state"] == "reverting"
    with Journal(settings.home / "journal.db") as journal:
        assert bool(journal.unfinished()) is bool(journal.pending_undo()) is (url is not None)


async def test_what_a_life_begins_itself_is_none_of_what_it_found(settings: ControllerSettings) -> None:
    """An order that comes at once is not taken for one that was left behind."""
    left = _leave_behind(settings)
    controller = Controller(settings)
    await controller.scribe.intend(_intent("own"))
    async with controller:

        async def reverted() -> bool:
            steps = await controller.scribe.ask(lambda journal: journal.events(left))
            return steps[-1].state == State.REVERTED

        await poll_until_async(reverted, "what was left behind to be reverted")
        steps = await controller.scribe.ask(lambda journal: journal.events("own"))
        assert steps[-1].state == State.INTENT


async def test_what_is_called_reverted_and_was_not_undone_is_tried_until_it_works(settings: ControllerSettings) -> None:
    """Whoever is to undo it refuses the first time."""
    port = free_port()
    call = {"method": "DELETE", "url": f"http://127.0.0.1:{port}/toxics/one", "body": None}
    left = _leave_behind(settings, {"kind": "http", "calls": [call]})
    with Journal(settings.home / "journal.db") as journal:
        journal.append([Event(1, left, "reverting", State.REVERTED.value, "stopped", "", "", now(), 0.0)])

    answers = ["500 Not Now", "404 Not Found"]

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {answers.pop(0)}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port), Controller(settings) as controller:

        async def undone() -> bool:
            return not await controller.scribe.ask(lambda journal: journal.pending_undo())

        await poll_until_async(undone, "it to be undone")
    assert answers == []
