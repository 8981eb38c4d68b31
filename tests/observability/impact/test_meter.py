"""The bill: added up, confirmed by a second look, and honest about what it could not see."""

from collections.abc import Callable

from observability.evidence.errors import Unavailable
from observability.evidence.model import LogRecord
from observability.impact.books import Books
from observability.impact.invariants import charges, orders
from observability.impact.meter import Meter
from observability.impact.model import Impact
from observability.impact.snapshot import Snapshot
from tests.support.back_ends import BackEnd
from tests.support.hand_made_books import LONG_AGO_S, NOW_S, PRICE, SEED, HandMadeBooks
from tests.support.memory_evidence.evidence import MemoryEvidence

REQUESTS = "http_server_request_duration_seconds_count"
DOOR = {"service": "load-balancer", "instance": "load-balancer-1", "route": "/{path}"}


class ChangingBooks(Books):
    """Books in which something happens after the first look."""

    def __init__(self, books: HandMadeBooks, then: Callable[[], None]) -> None:
        super().__init__(books.urls(), SEED, clock=lambda: NOW_S)
        self._then = then
        self.looks = 0

    def look(self) -> Snapshot:
        """Read everything."""
        self.looks += 1
        try:
            return super().look()
        finally:
            self._then()


class Silent(MemoryEvidence):
    """A store that does not answer."""

    async def now(self) -> float:
        """Say nothing."""
        raise Unavailable("The evidence store does not answer at http://127.0.0.1:9.")


async def measured(
    books: HandMadeBooks, evidence: MemoryEvidence | None = None, since_s: float | None = None
) -> Impact:
    """Return the bill."""
    return await Meter(books.reader(), evidence, between_looks_s=0).measure(since_s, LONG_AGO_S)


async def test_sound_books_cost_nothing(books: HandMadeBooks) -> None:
    """And evidence without a failure says so too."""
    bill = await measured(books, MemoryEvidence(NOW_S))
    assert bill.is_zero
    assert (bill.orders_placed, bill.orders_in_flight, bill.money_wrong_cents) == (5, 0, 0)
    assert bill.missing == ()


async def test_an_order_counts_once_however_many_books_it_is_wrong_in(books: HandMadeBooks) -> None:
    """Charged twice is one order's money, though three books disagree about it."""
    books.charge("o1")
    bill = await measured(books)
    assert len({damage.invariant for damage in bill.damages}) == 3
    assert (bill.money_wrong_cents, bill.customers_affected) == (PRICE, ("ada",))


async def test_lost_and_delayed_orders_are_counted(books: HandMadeBooks) -> None:
    """With whoever waits for them."""
    books.order("late", "confirmed", NOW_S - 40, "carla")
    books.reserve("late", "held", NOW_S - 40)
    books.order("young", "payment_pending", NOW_S - 5, "dora")
    books.charge("o5")
    bill = await measured(books)
    assert (bill.orders_lost, bill.orders_delayed, bill.orders_in_flight, bill.payments_pending) == (1, 1, 1, 1)
    assert bill.customers_affected == ("ada", "carla")


async def test_minutes_tell_when_it_happened(books: HandMadeBooks) -> None:
    """From the first order to the present minute."""
    books.fulfil("o7", NOW_S - 120, "carla")
    books.charge("o7", at_s=NOW_S - 120)
    bill = await measured(books)
    wrong = {minute.start_s: minute for minute in bill.minutes if minute.money_wrong_cents}
    [(start_s, minute)] = wrong.items()
    assert start_s <= NOW_S - 120 < start_s + 60
    assert (minute.orders_placed, minute.money_wrong_cents, minute.customers_affected) == (1, PRICE, 1)
    assert len(bill.minutes) == 61


async def test_a_window_leaves_out_what_was_before_it(books: HandMadeBooks) -> None:
    """But for damage of which nobody knows when it was done."""
    books.charge("o1")
    books.change("billing", "UPDATE totals SET running_cents = running_cents + 7 WHERE account = 'revenue'")
    bill = await measured(books, since_s=NOW_S - 60)
    assert (bill.money_wrong_cents, bill.orders_placed, bill.customers_affected) == (7, 0, ())


async def test_what_only_one_look_shows_was_on_its_way(books: HandMadeBooks) -> None:
    """Databases are read one after the other, so what they disagree about has to be seen twice."""
    books.change("order", "UPDATE orders SET status = 'cancelled' WHERE order_id = 'o1'")

    def undo() -> None:
        books.change("order", "UPDATE orders SET status = 'fulfilled' WHERE order_id = 'o1'")

    changing = ChangingBooks(books, undo)
    assert (await Meter(changing, between_looks_s=0).measure()).damages == ()
    assert changing.looks == 2


async def test_what_one_database_says_needs_no_second_look(books: HandMadeBooks) -> None:
    """It was read as of one moment."""
    books.change("billing", "UPDATE totals SET running_cents = running_cents + 7 WHERE account = 'revenue'")
    steady = ChangingBooks(books, lambda: None)
    assert (await Meter(steady, between_looks_s=0).measure()).money_wrong_cents == 7
    assert steady.looks == 1


async def test_failed_requests_are_counted_by_status_and_minute(books: HandMadeBooks) -> None:
    """The very first one too, and those before and after a restart; checkouts apart from the rest."""
    evidence, minute_s = MemoryEvidence(NOW_S), (NOW_S - 600) // 60 * 60
    evidence.expose(REQUESTS, {**DOOR, "method": "POST", "status": "503"}, [(minute_s + 5, 2.0), (minute_s + 65, 5.0)])
    evidence.expose(REQUESTS, {**DOOR, "method": "GET", "status": "502"}, [(minute_s, 4.0), (minute_s + 20, 1.0)])
    evidence.expose(REQUESTS, {**DOOR, "method": "POST", "status": "201"}, [(minute_s, 900.0)])
    evidence.expose(REQUESTS, {**DOOR, "service": "api-gateway", "method": "POST", "status": "503"}, [(minute_s, 9.0)])
    bill = await measured(books, evidence)
    assert bill.signals is not None
    assert bill.signals.failed_checkouts == {"503": 5}
    assert bill.signals.failed_requests == {"502": 5, "503": 5}
    assert [minute.failed_checkouts for minute in bill.minutes if minute.failed_checkouts] == [2, 3]
    assert not bill.is_zero


async def test_failures_before_the_window_are_not_part_of_it(books: HandMadeBooks) -> None:
    """What a counter had counted by then is where it begins."""
    evidence = MemoryEvidence(NOW_S)
    points = [(NOW_S - 900 + 15 * number, 7.0 if number < 50 else 8.0) for number in range(60)]
    evidence.expose(REQUESTS, {**DOOR, "method": "POST", "status": "503"}, points)
    bill = await measured(books, evidence, since_s=NOW_S - 600)
    assert bill.signals is not None
    assert bill.signals.failed_checkouts == {"503": 1}


async def test_an_order_that_was_accepted_and_is_in_no_book_is_lost(books: HandMadeBooks) -> None:
    """Its customer was told yes, and the log says so."""
    evidence = MemoryEvidence(NOW_S)
    for order_id, customer_id in (("o1", "ada"), ("gone", "emil")):
        told = {"order_id": order_id, "customer_id": customer_id}
        evidence.log(LogRecord(NOW_S - 60, "order-service", "order-service-1", "info", "order.placed", "", "", told))
    bill = await measured(books, evidence)
    assert [(damage.invariant, damage.order_id) for damage in bill.damages] == [(orders.KEPT, "gone")]
    assert (bill.orders_lost, bill.customers_affected) == (1, ("emil",))


async def test_a_store_that_does_not_answer_leaves_the_databases(books: HandMadeBooks) -> None:
    """The bill says what it lacks."""
    books.charge("o1")
    bill = await measured(books, Silent(NOW_S))
    assert (bill.money_wrong_cents, bill.signals) == (PRICE, None)
    assert "does not answer" in bill.missing[0]


async def test_a_database_that_is_not_there_leaves_the_others(books: HandMadeBooks, back_end: BackEnd) -> None:
    """What could not be judged without it is named, and nothing is made in its place."""
    books.charge("o1")
    back_end.drop(books.folder, "order")
    bill = await measured(books, MemoryEvidence(NOW_S))
    assert [damage.invariant for damage in bill.damages] == [charges.ONCE, charges.AGREED]
    assert any("the database of order cannot be read" in sentence.lower() for sentence in bill.missing)
    assert any(charges.OWED in sentence for sentence in bill.missing)
    assert not (books.folder / "order.db").exists()
