"""The controller's HTTP API: what it answers, and what it says instead of doing what is wrong."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from chaos.app import create_app
from chaos.controller import Controller
from chaos.settings import ControllerSettings
from services.chassis.fault import Fault
from tests.support.fake_agent import FakeAgent
from tests.support.followers import Followers
from tests.support.polling import poll_until_async

DRIFT = Fault("services.billing.faults.float_drift", "faulty", "fixed")
LEAK = Fault("services.billing.faults.leak", "faulty", "fixed")


async def _inject(api: httpx.AsyncClient, fault: str = DRIFT.name, **members: Any) -> httpx.Response:
    return await api.post("/activations", json={"fault": fault, **members})


async def test_it_lists_what_the_replicas_have(api: httpx.AsyncClient, followers: Followers) -> None:
    """Each fault once, with the replicas that have it."""
    await followers.follow("billing-service-1", DRIFT, LEAK)
    await followers.follow("billing-service-2", DRIFT)
    listed = {one["name"]: one["on"] for one in (await api.get("/faults")).json()["faults"]}
    assert listed == {
        "billing.float_drift": ["billing-service-1", "billing-service-2"],
        "billing.leak": ["billing-service-1"],
    }


async def test_it_switches_a_fault_on_and_off(api: httpx.AsyncClient, followers: Followers) -> None:
    """When the answer is there, so is the behaviour."""
    board = await followers.follow("billing-service-1", DRIFT, LEAK)
    injected = await _inject(api, accept_partial=True)
    assert injected.status_code == 201
    await _until(board.is_on, DRIFT.name)
    assert not board.is_on(LEAK.name)
    stopped = await api.delete(injected.headers["location"])
    assert stopped.json()["cause"] == "stopped"
    assert (await api.delete(injected.headers["location"])).json()["cause"] == "stopped"
    assert not board.is_on(DRIFT.name)


async def test_replicas_are_told_of_their_own_faults_only(api: httpx.AsyncClient, followers: Followers) -> None:
    """A service does not learn what is broken elsewhere."""
    board = await followers.follow("billing-service-1", DRIFT)
    other = await followers.follow("order-service-1", LEAK)
    await _inject(api, accept_partial=True)
    await _until(board.is_on, DRIFT.name)
    assert not other.switches


async def test_an_unknown_fault_is_answered_with_near_names(api: httpx.AsyncClient, followers: Followers) -> None:
    """A slip of the pen gets 404 and the name that was probably meant, when stopping as well."""
    await followers.follow("billing-service-1", DRIFT)
    for refusal in (await _inject(api, "biling.flot_drift"), await api.post("/stop?fault=biling.flot_drift")):
        assert (refusal.status_code, refusal.headers["content-type"]) == (404, "application/problem+json")
        assert refusal.json()["near"] == ["billing.float_drift"]
        assert "Did you mean billing.float_drift?" in refusal.json()["instead"]


async def test_a_fault_that_is_on_is_not_switched_on_again(api: httpx.AsyncClient, followers: Followers) -> None:
    """One owner at a time: 409, with the activation that has it."""
    await followers.follow("billing-service-1", DRIFT)
    first = await _inject(api, accept_partial=True)
    refusal = await _inject(api)
    assert (refusal.status_code, refusal.json()["type"]) == (409, "urn:problem:already-active")
    assert refusal.json()["activation"] == first.json()["id"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"fault": 5},
        {"fault": DRIFT.name, "duration_s": 0},
        {"fault": DRIFT.name, "duration_s": -1},
        {"fault": DRIFT.name, "duration_s": 3600.5},
        {"fault": DRIFT.name, "duration_s": "5m"},
        {"fault": DRIFT.name, "duration": 300},
        [],
    ],
)
async def test_bad_input_is_told_what_to_send(api: httpx.AsyncClient, body: object) -> None:
    """4xx with an example; nothing is on afterwards."""
    refusal = await api.post("/activations", json=body)
    assert (refusal.status_code, refusal.headers["content-type"]) == (422, "application/problem+json")
    assert '"duration_s": 300' in refusal.json()["instead"]
    assert (await api.get("/status")).json()["active"] == []


async def test_a_fault_without_replicas_is_not_switched_on(
    api: httpx.AsyncClient, controller: Controller, settings: ControllerSettings
) -> None:
    """When everybody who has it is gone there is nothing to break: 409."""
    async with FakeAgent(controller.channel.port, _key(settings), "billing-service-1", DRIFT.name):
        await _connected(controller, 1)
    await _connected(controller, 0)
    assert (await _inject(api)).json()["type"] == "urn:problem:no-replica"


async def test_what_is_not_acknowledged_is_taken_back(
    api: httpx.AsyncClient, controller: Controller, settings: ControllerSettings
) -> None:
    """One silent replica: 504 says who, and its next state is without the fault."""
    async with FakeAgent(controller.channel.port, _key(settings), "billing-service-1", DRIFT.name) as silent:
        await _connected(controller, 1)
        refusal = await _inject(api)
        assert (refusal.status_code, refusal.json()["missing"]) == (504, ["billing-service-1"])
        while not (await silent.state()).faults:
            pass
        while (await silent.state()).faults:
            pass
        assert [one["state"] for one in (await api.get("/status")).json()["reverting"]] == ["reverting"]


async def test_a_part_can_be_accepted(
    api: httpx.AsyncClient, controller: Controller, settings: ControllerSettings, followers: Followers
) -> None:
    """With `accept_partial` the fault stays on where it is, and the answer says where it is not."""
    board = await followers.follow("billing-service-1", DRIFT)
    async with FakeAgent(controller.channel.port, _key(settings), "billing-service-2", DRIFT.name):
        await _connected(controller, 2)
        answer = (await _inject(api, accept_partial=True)).json()
        assert answer["state"] == "partial"
        assert answer["replicas"][-1] | {"pid": 0} == {"instance": "billing-service-2", "pid": 0, "applied_ms": None}
        await _until(board.is_on, DRIFT.name)


async def test_an_unknown_activation_is_404(api: httpx.AsyncClient) -> None:
    """There is nothing to stop, and the answer says where to look."""
    refusal = await api.delete("/activations/none")
    assert (refusal.status_code, refusal.json()["type"]) == (404, "urn:problem:unknown-activation")


async def test_an_unknown_page_is_a_problem_too(api: httpx.AsyncClient) -> None:
    """Every error has the same shape."""
    for refusal in (await api.get("/nothing"), await api.put("/status")):
        assert refusal.headers["content-type"] == "application/problem+json"


async def test_another_name_is_not_answered(api: httpx.AsyncClient) -> None:
    """A web page that points its own name at this machine gets nothing, but `localhost` does."""
    assert (await api.get("/status", headers={"Host": "evil.example"})).status_code == 403
    assert (await api.post("/stop", headers={"Host": "evil.example:8091"})).status_code == 403
    for own in ("localhost", "localhost:8091", "[::1]:8091", "127.0.0.1"):
        assert (await api.get("/status", headers={"Host": own})).status_code == 200


async def test_with_a_token_everybody_has_to_show_it(controller: Controller, settings: ControllerSettings) -> None:
    """Only the question whether the process lives is free."""
    guarded = ControllerSettings(home=settings.home, token=SecretStr("a token of some length"))
    transport = httpx.ASGITransport(create_app(guarded, controller))
    async with httpx.AsyncClient(transport=transport, base_url="http://lab.example:8091") as client:
        assert (await client.get("/health")).status_code == 200
        refusal = await client.post("/stop")
        assert (refusal.status_code, refusal.headers["www-authenticate"]) == (401, "Bearer")
        assert (await client.get("/status", headers={"Authorization": "Bearer wrong"})).status_code == 401
        right = {"Authorization": "Bearer a token of some length"}
        assert (await client.get("/status", headers=right)).status_code == 200


async def test_the_api_describes_itself(api: httpx.AsyncClient) -> None:
    """Every route has a summary, and those that can refuse say how."""
    paths = (await api.get("/openapi.json")).json()["paths"]
    assert all(operation["summary"] for path in paths.values() for operation in path.values())
    assert {"201", "404", "409", "422", "504"} <= set(paths["/activations"]["post"]["responses"])


def _key(settings: ControllerSettings) -> bytes:
    return settings.key_file.read_bytes().strip()


async def _connected(controller: Controller, number: int) -> None:
    async def as_many() -> bool:
        return len(controller.channel.replicas) == number

    await poll_until_async(as_many, f"{number} replicas to be connected")


async def _until(is_on: Any, name: str) -> None:
    async def now() -> bool:
        return bool(is_on(name))

    await poll_until_async(now, f"{name} to be on")
