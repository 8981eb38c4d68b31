"""Orders under a key: asking twice is asking once."""

import asyncio

import httpx

from chaos.app import create_app
from chaos.controller import Controller
from chaos.settings import ControllerSettings
from tests.support.breakable import DRIFT, LEAK, becomes, inject
from tests.support.followers import Followers


async def test_the_same_order_under_the_same_key_is_carried_out_once(
    api: httpx.AsyncClient, followers: Followers
) -> None:
    """The second answer is about the first activation, also when that is over."""
    await followers.follow("billing-service-1", DRIFT)
    first = await inject(api, key="k")
    again = await inject(api, key="k")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert again.headers["location"] == first.headers["location"]
    await api.delete(first.headers["location"])
    late = await inject(api, key="k")
    assert (late.json()["id"], late.json()["cause"]) == (first.json()["id"], "stopped")
    assert len((await api.get("/activations")).json()["activations"]) == 1


async def test_another_order_under_the_same_key_is_refused(api: httpx.AsyncClient, followers: Followers) -> None:
    """422 names the activation that has the key."""
    await followers.follow("billing-service-1", DRIFT, LEAK)
    first = (await inject(api, key="k")).json()
    for refusal in (await inject(api, LEAK.name, key="k"), await inject(api, key="k", duration_s=5.0)):
        assert (refusal.status_code, refusal.json()["type"]) == (422, "urn:problem:key-reused")
        assert refusal.json()["activation"] == first["id"]


async def test_both_at_once_are_carried_out_once(api: httpx.AsyncClient, followers: Followers) -> None:
    """Whoever sends twice because the first answer took long gets one activation, and the same one twice."""
    await followers.follow("billing-service-1", DRIFT)
    answers = await asyncio.gather(*(inject(api, key="k") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


async def test_two_orders_at_once_under_one_key_are_not_both_carried_out(
    api: httpx.AsyncClient, followers: Followers
) -> None:
    """One of them has the key; the other is refused for what it is."""
    await followers.follow("billing-service-1", DRIFT, LEAK)
    answers = await asyncio.gather(inject(api, key="k"), inject(api, LEAK.name, key="k"))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    assert not (await api.get("/status")).json()["journal_failing"]


async def test_a_restart_does_not_forget(settings: ControllerSettings) -> None:
    """The next life answers with the activation of the former one, and refuses another order."""
    answers = []
    for _ in range(2):
        async with Controller(settings) as controller, Followers(controller, settings.key_file) as followers:
            board = await followers.follow("billing-service-1", DRIFT)
            transport = httpx.ASGITransport(create_app(settings, controller))
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:
                answers.append(await inject(api, key="k"))
                refused = await inject(api, key="k", percent=50.0)
                if len(answers) == 1:
                    await becomes(board, on=True)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert refused.status_code == 422
    assert not board.is_on(DRIFT.name)


async def test_what_was_refused_does_not_take_the_key(api: httpx.AsyncClient, followers: Followers) -> None:
    """Somebody who mends his order may use it again."""
    await followers.follow("billing-service-1", DRIFT)
    assert (await inject(api, key="k", on=["order-service"])).status_code == 422
    assert (await inject(api, key="k")).status_code == 201
