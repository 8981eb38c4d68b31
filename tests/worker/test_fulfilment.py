"""An accepted order is paid, invoiced and shipped; one that is not to be carried out is undone – whatever is down."""

import pytest

from services.chassis.broker import ORDER_CANCELLED, ORDER_PLACED, Message
from tests.support.platform import BILLING, INVENTORY, ORDER, PAYMENT, PROVIDER, WORKER, Json, Platform
from tests.support.polling import poll_until_async

pytestmark = pytest.mark.usefixtures("back_end")


async def placed(platform: Platform, **checkout: object) -> str:
    """Place an order that is accepted; return its id."""
    answer = await platform.place(**checkout)  # type: ignore[arg-type]
    assert answer.status_code == 201, answer.text
    return str(answer.json()["order_id"])


async def invoice(platform: Platform, order_id: str) -> Json | None:
    """Return an order's invoice, if it has one."""
    answer = await platform.ask("GET", f"/invoices/{order_id}", BILLING)
    found: Json = answer.json()
    return found if answer.status_code == 200 else None


def reservation(platform: Platform, order_id: str) -> str:
    """Return the state of an order's reservation."""
    rows = platform.books().rows("inventory", "SELECT order_id, state FROM reservations")
    return next((str(row["state"]) for row in rows if row["order_id"] == order_id), "none")


async def notified(platform: Platform) -> dict[str, float]:
    """Return how many customers were told what."""
    lines = (await platform.ask("GET", "/metrics", WORKER)).text.splitlines()
    samples = [line.rsplit(" ", 1) for line in lines if line.startswith("customer_notifications_total{")]
    return {name.split('"')[1]: float(value) for name, value in samples}


async def put_off(platform: Platform, times: int) -> None:
    """Wait until the worker has put messages off `times` times."""

    async def enough() -> bool:
        lines = (await platform.ask("GET", "/metrics", WORKER)).text.splitlines()
        counts = (
            line for line in lines if line.startswith("messaging_messages_processed_total{") and '"deferred"' in line
        )
        return sum(float(line.rsplit(" ", 1)[1]) for line in counts) >= times

    await poll_until_async(enough, f"messages to be put off {times} times")


async def test_an_order_is_carried_out(platform: Platform) -> None:
    """Charged once, invoiced over what was charged, its goods gone, the customer told."""
    order_id = await placed(platform, lines={"MUG": 2, "LAMP": 3})
    await platform.start_worker()
    await platform.status(order_id, "fulfilled")
    assert platform.ledger(order_id) == [("authorisation", 19_902), ("capture", 19_902)]
    issued = await invoice(platform, order_id)
    assert issued is not None
    assert (issued["total_cents"], issued["status"]) == (19_902, "issued")
    assert reservation(platform, order_id) == "committed"
    await platform.settled()
    assert await platform.findings() == []
    assert await notified(platform) == {"fulfilled": 1}


async def test_a_cancelled_order_is_undone(platform: Platform) -> None:
    """Money, goods and invoice go back, also after it was carried out."""
    order_id = await placed(platform)
    await platform.start_worker()
    await platform.status(order_id, "fulfilled")
    await platform.ask("POST", f"/orders/{order_id}/cancel")
    await platform.settled()
    assert platform.ledger(order_id) == [("authorisation", 1490), ("capture", 1490), ("refund", 1490)]
    credited = await invoice(platform, order_id)
    assert credited is not None
    assert credited["status"] == "credited"
    assert platform.available("MUG") == 5000
    assert await platform.findings() == []


async def test_an_order_cancelled_before_anybody_saw_it_is_never_charged(platform: Platform) -> None:
    """Whichever of its two messages is handled first."""
    order_ids = [await placed(platform) for _ in range(8)]
    for order_id in order_ids:
        await platform.ask("POST", f"/orders/{order_id}/cancel")
    await platform.start_worker()
    await platform.settled()
    assert await platform.findings() == []
    for order_id in order_ids:
        assert dict(platform.ledger(order_id)).keys() <= {"authorisation", "void", "capture", "refund"}
    assert platform.available("MUG") == 5000


async def test_a_cancellation_may_overtake_the_order(platform: Platform) -> None:
    """It is handled first; the order that comes afterwards is refused everywhere."""
    order_id = await placed(platform)
    await platform.ask("POST", f"/orders/{order_id}/cancel")
    await platform.queue.holds(2)
    messages = {delivery.message.topic: delivery for delivery in await platform.queue.take()}
    await platform.queue.give_back([messages.pop(ORDER_CANCELLED)])
    await platform.start_worker()
    await platform.queue.holds(1)
    await platform.queue.give_back([messages.pop(ORDER_PLACED)])
    await platform.settled()
    assert await platform.findings() == []
    assert [kind for kind, _ in platform.ledger(order_id)] == ["authorisation", "void"]
    assert await invoice(platform, order_id) is None


@pytest.mark.parametrize("again", range(1, 4))
async def test_a_message_may_come_again_and_again(platform: Platform, again: int) -> None:
    """Even after its order was cancelled: nothing is done twice."""
    kept, returned = await placed(platform), await placed(platform)
    await platform.queue.holds(2)
    messages = await platform.queue.take()
    await platform.queue.give_back(messages)
    await platform.start_worker()
    await platform.status(returned, "fulfilled")
    await platform.ask("POST", f"/orders/{returned}/cancel")
    await platform.settled()
    for _ in range(again):
        for delivery in messages:
            await platform.queue.broker.publish(delivery.message)
        await platform.settled()
    assert await platform.findings() == []
    assert [kind for kind, _ in platform.ledger(kept)] == ["authorisation", "capture"]
    assert [kind for kind, _ in platform.ledger(returned)] == ["authorisation", "capture", "refund"]


@pytest.mark.parametrize("away", [ORDER, INVENTORY, PAYMENT, BILLING])
@pytest.mark.parametrize("trouble", ["cut", "deaf"])
async def test_an_outage_is_not_the_fault_of_the_message(platform: Platform, away: str, trouble: str) -> None:
    """Orders and cancellations wait longer than a bad message would live, and are dealt with afterwards."""
    kept, cancelled = await placed(platform), await placed(platform)
    await platform.ask("POST", f"/orders/{cancelled}/cancel")
    line = platform.weather[WORKER, away]
    setattr(line, trouble, True)
    await platform.start_worker()
    await put_off(platform, 12)  # of three messages, each of which may fail three times
    assert await platform.queue.count() >= 1
    setattr(line, trouble, False)
    await platform.status(kept, "fulfilled")
    await platform.settled()
    assert await platform.findings() == []
    assert [kind for kind, _ in platform.ledger(kept)] == ["authorisation", "capture"]


async def test_what_can_be_undone_does_not_wait_for_what_cannot(platform: Platform) -> None:
    """The goods of a cancelled order are on sale again while the card network is down."""
    order_id = await placed(platform, lines={"MUG": 7})
    await platform.ask("POST", f"/orders/{order_id}/cancel")
    platform.weather[PAYMENT, PROVIDER].cut = True
    await platform.start_worker()
    await platform.until("the goods to be back", lambda _: platform.available("MUG") == 5000)
    platform.weather[PAYMENT, PROVIDER].cut = False
    await platform.settled()
    assert await platform.findings() == []


async def test_a_pending_payment_is_completed_when_the_network_is_back(platform: Platform) -> None:
    """The order waits as long as it takes."""
    platform.weather[PAYMENT, PROVIDER].cut = True
    order_id = await placed(platform)
    await platform.start_worker()
    await put_off(platform, 5)
    assert (await platform.order(order_id))["status"] == "payment_pending"
    platform.weather[PAYMENT, PROVIDER].cut = False
    await platform.status(order_id, "fulfilled")
    assert platform.ledger(order_id) == [("authorisation", 1490), ("capture", 1490)]


async def test_a_pending_payment_may_be_declined_after_all(platform: Platform) -> None:
    """The order is declined, its goods are on sale again, nothing is invoiced."""
    platform.weather[PAYMENT, PROVIDER].cut = True
    order_id = await placed(platform, card="tok-0002")
    platform.weather[PAYMENT, PROVIDER].cut = False
    await platform.start_worker()
    await platform.status(order_id, "declined")
    await platform.settled()
    assert await platform.findings() == []
    assert platform.available("MUG") == 5000
    assert await invoice(platform, order_id) is None


async def test_stock_that_was_not_asked_for_is_asked_for_late(platform: Platform) -> None:
    """The order no longer needs review once it is carried out."""
    platform.weather[ORDER, INVENTORY].cut = True
    order_id = await placed(platform)
    assert (await platform.order(order_id))["needs_review"] is True
    await platform.start_worker()
    await platform.status(order_id, "fulfilled")
    assert (await platform.order(order_id))["needs_review"] is False
    assert reservation(platform, order_id) == "committed"


async def test_an_order_that_turns_out_not_to_be_in_stock_is_cancelled(platform: Platform) -> None:
    """Its payment is given back, and nothing was ever taken."""
    platform.weather[ORDER, INVENTORY].cut = True
    order_id = await placed(platform, lines={"RARE": 3})
    platform.weather[ORDER, INVENTORY].cut = False
    await platform.start_worker()
    await platform.status(order_id, "cancelled")
    await platform.settled()
    assert await platform.findings() == []
    assert "capture" not in dict(platform.ledger(order_id))
    assert platform.available("RARE") == 2


@pytest.mark.parametrize("body", [{}, {"order_id": "x"}, {"lines": "none"}], ids=["empty", "wrong id", "wrong lines"])
async def test_a_message_that_nobody_understands_is_put_aside(platform: Platform, body: dict[str, object]) -> None:
    """After bounded redelivery; orders behind it are carried out."""
    await platform.queue.broker.publish(Message("bad", ORDER_PLACED, body))
    order_id = await placed(platform)
    await platform.start_worker()
    await platform.status(order_id, "fulfilled")
    dead = await poll_until_async(platform.queue.dead_letters, "the dead letter")
    assert [(letter.id, letter.deliveries) for letter in dead] == [("bad", 3)]


async def test_the_worker_is_watched_like_every_service(platform: Platform) -> None:
    """Health, readiness and the depth of its queue."""
    await platform.start_worker()
    for path in ("/health", "/ready"):

        async def is_well(path: str = path) -> bool:
            return (await platform.ask("GET", path, WORKER)).status_code == 200

        await poll_until_async(is_well, f"{path} to be answered well")
    assert "messaging_queue_depth" in (await platform.ask("GET", "/metrics", WORKER)).text
