"""Faults for tests of the controller, and orders for them."""

from typing import Any

import httpx

from services.chassis.fault import Fault
from services.chassis.switches import Switchboard
from tests.support.polling import poll_until_async

DRIFT = Fault("services.billing.faults.float_drift", "faulty", "fixed")
LEAK = Fault("services.billing.faults.leak", "faulty", "fixed")


async def inject(
    api: httpx.AsyncClient, fault: str = DRIFT.name, key: str | None = None, **members: Any
) -> httpx.Response:
    """Order `fault`; on a busy machine not everybody acknowledges in time, which is another test's matter."""
    headers = {"Idempotency-Key": key} if key else {}
    return await api.post("/activations", json={"fault": fault, "accept_partial": True, **members}, headers=headers)


async def becomes(board: Switchboard, *, on: bool, name: str = DRIFT.name) -> None:
    """Wait until a replica shows the fault, or does not."""

    async def as_wanted() -> bool:
        return board.is_on(name) is on

    await poll_until_async(as_wanted, f"{name} to be {'on' if on else 'off'}")


async def ends(api: httpx.AsyncClient, activation: str) -> dict[str, Any]:
    """Wait until an activation is over; return what the controller tells of it."""

    async def over() -> dict[str, Any] | None:
        answer: dict[str, Any] = (await api.get(f"/activations/{activation}")).json()
        return answer if answer["state"] == "reverted" else None

    answer = await poll_until_async(over, f"{activation} to be reverted")
    assert answer is not None
    return answer
