"""An order's payment is authorised, captured and given back, each once however often it is asked for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.card_network import BAD_CARD, code_of
from tests.support.payment import House, house, status_of
from tests.support.unreliable import Unreliable

pytestmark = pytest.mark.usefixtures("back_end")


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[House]:
    """Return both services with a good network between them."""
    async with house(tmp_path, Unreliable) as (running, _):
        yield running


async def test_a_payment_is_held_then_taken_then_given_back(services: House) -> None:
    """Each answer says where it stands, and the card network has booked the same."""
    payment = services.payment("o1", 1234)

    authorised = await payment.authorise()
    assert authorised.json() == {"order_id": "o1", "status": "authorised", "amount_cents": 1234, "settled": True}
    assert status_of(await payment.capture()) == "captured"
    assert status_of(await payment.cancel()) == "refunded"
    assert await payment.status() == "refunded"
    assert await services.ledger("o1").trail() == [("authorisation", 1234), ("capture", 1234), ("refund", 1234)]


async def test_everything_may_be_asked_twice(services: House) -> None:
    """The second time it is answered, not done."""
    payment = services.payment("o1")
    for operation, status in (
        (payment.authorise, "authorised"),
        (payment.capture, "captured"),
        (payment.cancel, "refunded"),
    ):
        assert [status_of(await operation()) for _ in range(2)] == [status, status]
    assert len(await services.ledger("o1").entries()) == 3


async def test_a_hold_that_is_cancelled_is_voided(services: House) -> None:
    """Nothing was taken, so nothing is refunded."""
    payment = services.payment("o1")
    await payment.authorise()

    assert status_of(await payment.cancel()) == "cancelled"
    assert await services.ledger("o1").trail() == [("authorisation", 1000), ("void", 1000)]


async def test_a_bad_card_is_declined_for_good(services: House) -> None:
    """Capturing does not charge it, and cancelling has nothing to undo."""
    payment = services.payment("o1")
    payment.card = BAD_CARD

    assert status_of(await payment.authorise()) == "declined"
    assert status_of(await payment.capture()) == "declined"
    assert status_of(await payment.cancel()) == "cancelled"
    assert await services.ledger("o1").trail() == [("decline", 1000)]


async def test_a_capture_without_an_authorisation_makes_one(services: House) -> None:
    """The order could not be authorised when it was placed; it is charged all the same."""
    assert status_of(await services.payment("o1").capture()) == "captured"
    assert await services.ledger("o1").trail() == [("authorisation", 1000), ("capture", 1000)]


async def test_a_cancellation_that_comes_first_keeps_the_payment_from_being_made(services: House) -> None:
    """A late authorisation or capture of an order that was given up finds it cancelled."""
    payment = services.payment("o1")

    assert status_of(await payment.cancel()) == "cancelled"
    assert status_of(await payment.authorise()) == "cancelled"
    assert status_of(await payment.capture()) == "cancelled"
    assert await services.ledger("o1").trail() == []


async def test_a_captured_order_that_is_captured_again_after_its_refund_is_not_charged(services: House) -> None:
    """An event that is delivered late tells of a wish that is no longer true."""
    payment = services.payment("o1")
    await payment.capture()
    await payment.cancel()

    assert status_of(await payment.capture()) == "refunded"
    assert ("capture", 1000) in await services.ledger("o1").trail()
    assert len(await services.ledger("o1").entries()) == 3


async def test_another_amount_or_card_is_a_conflict(services: House) -> None:
    """One order, one payment."""
    await services.payment("o1", 1000).authorise()
    other_card = services.payment("o1", 1000)
    other_card.card = "tok-other"

    assert code_of(await services.payment("o1", 999).authorise()) == (409, "amount-conflict")
    assert code_of(await services.payment("o1", 1001).capture()) == (409, "amount-conflict")
    assert code_of(await other_card.capture()) == (409, "card-conflict")
    assert await services.ledger("o1").trail() == [("authorisation", 1000)]


async def test_a_payment_nobody_asked_for_is_unknown(services: House) -> None:
    """Looking does not make one."""
    unknown = services.payment("o1")
    answer = await unknown.client.get("/payments/o1")
    assert code_of(answer) == (404, "unknown-payment")
    assert status_of(await unknown.authorise()) == "authorised"


@pytest.mark.parametrize("amount", [0, -1, 1.5, "1e3"])
async def test_amounts_are_whole_cents_above_zero(services: House, amount: object) -> None:
    """Anything else is refused before it is stored."""
    client = services.payment("o1").client
    answer = await client.put("/payments/o1", json={"amount_cents": amount, "card_token": "tok"})
    assert code_of(answer) == (422, "invalid-request")
    assert (await client.get("/payments/o1")).status_code == 404


async def test_operations_are_counted_once_each_by_their_outcome(services: House) -> None:
    """Repeats do not inflate the business figures."""
    good, bad = services.payment("o1"), services.payment("o2")
    bad.card = BAD_CARD
    for payment in (good, bad):
        for _ in range(3):
            await payment.capture()
    await good.cancel()

    assert await services.metric("authorise", "authorised") == 1
    assert await services.metric("authorise", "declined") == 1
    assert await services.metric("capture", "captured") == 1
    assert await services.metric("refund", "refunded") == 1


async def test_the_api_describes_itself(services: House) -> None:
    """Every operation declares its errors, and money its unit."""
    api = (await services.payment("o1").client.get("/openapi.json")).json()
    declared = {
        path: sorted(code for operation in methods.values() for code in operation["responses"] if code != "200")
        for path, methods in api["paths"].items()
        if path.startswith("/payments")
    }
    assert declared == {
        "/payments/{order_id}": ["404", "409", "422", "422"],
        "/payments/{order_id}/capture": ["409", "422"],
        "/payments/{order_id}/cancel": ["422", "503", "504"],
    }
    assert "cents EUR" in api["components"]["schemas"]["PaymentRequest"]["properties"]["amount_cents"]["description"]
