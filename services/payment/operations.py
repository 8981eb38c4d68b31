"""What this service can be asked to do with the payment of an order. All of it may be asked any number of times."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog

from observability.wiring import Telemetry, vocabulary
from services.chassis.client import Neighbour
from services.chassis.clock import Clock
from services.chassis.errors import ServiceError
from services.payment import domain
from services.payment.clients import CardNetwork
from services.payment.domain import Answer, Approved, Captured, Payment, State
from services.payment.errors import NO_ANSWER, AmountConflict, CardConflict, UnknownPayment
from services.payment.faults.calls_back_order import by_own_books
from services.payment.faults.no_fallback import answer_whatever_comes
from services.payment.storage import Payments

UNFINISHED = (State.CAPTURING, State.CANCELLING, State.REFUNDING)
"""Intents that this service sees through by itself. A pending authorisation waits to be captured or cancelled."""
BATCH = 100

log = structlog.get_logger()


class Operations:
    """Payments by order id: intent first, then the card network, then what it answered."""

    def __init__(
        self, payments: Payments, network: CardNetwork, orders: Neighbour, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._payments = payments
        self._network = network
        self._orders = orders
        self._clock = clock
        self._counted = telemetry.metrics.counter(vocabulary.PAYMENTS)

    async def authorise(self, order_id: str, amount_cents: int, card_token: str) -> Payment:
        """Hold the money; pending when the network cannot be reached.

        Raises `AmountConflict` and `CardConflict` when the payment is known otherwise.
        """
        payment = await self._begun(order_id, amount_cents, card_token)
        return await answer_whatever_comes.behaviour(payment, self._settled, self.find)

    async def capture(self, order_id: str, amount_cents: int, card_token: str) -> Payment:
        """Take the money, after holding it if that is yet to be done; pending when the network cannot be reached.

        Raises `AmountConflict` and `CardConflict` when the payment is known otherwise.
        """
        payment = await self._begun(order_id, amount_cents, card_token)
        payment = await answer_whatever_comes.behaviour(payment, self._settled, self.find)
        if payment.state is not State.AUTHORISED:
            return payment
        payment = await self._changed(payment, domain.capture_wanted)
        return await answer_whatever_comes.behaviour(payment, self._settled, self.find)

    async def cancel(self, order_id: str) -> Payment:
        """Give back what was held or taken; a payment that is asked for later is refused.

        Raises the `Neighbour…` errors of the chassis when something must be undone and the network cannot be reached.
        The wish is kept: it is seen through even if nobody asks again.
        """
        payment = domain.tombstone(order_id)
        if await self._payments.add(payment):
            return payment
        payment = await self._changed(await self.find(order_id), domain.cancel_wanted)
        return await self._settled(payment)

    async def tell(self, order_id: str) -> Payment:
        """Return the payment of an order to whoever asks. Raises `UnknownPayment`."""
        return _known(await by_own_books.behaviour(self._payments, self._orders, order_id), order_id)

    async def find(self, order_id: str) -> Payment:
        """Return the payment of an order. Raises `UnknownPayment`."""
        return _known(await self._payments.find(order_id), order_id)

    async def finish_abandoned(self, after: timedelta) -> None:
        """See through what whoever began it left half done for longer than `after`."""
        for payment in await self._payments.left_in(UNFINISHED, self._clock.now() - after, BATCH):
            try:
                await self._settled(payment)
            except NO_ANSWER as error:
                log.info("recovery.postponed", order_id=payment.order_id, reason=error.detail)
                return
            except ServiceError as error:
                log.exception("recovery.refused", order_id=payment.order_id, problem=error.detail)

    async def _begun(self, order_id: str, amount_cents: int, card_token: str) -> Payment:
        wanted = domain.new_payment(order_id, amount_cents, card_token)
        known = await by_own_books.behaviour(self._payments, self._orders, order_id)
        if known is None:
            if await self._payments.add(wanted):
                return wanted
            known = await self.find(order_id)
        if known.amount_cents == 0:  # cancelled before anybody said how much
            return known
        if known.amount_cents != amount_cents:
            raise AmountConflict(f"The payment of order {order_id} is known with {known.amount_cents} cents.")
        if known.card_token != card_token:
            raise CardConflict(f"The payment of order {order_id} is known with another card.")
        return known

    async def _settled(self, payment: Payment) -> Payment:
        while (step := domain.next_step(payment)) is not None:
            try:
                answer = await self._network.ask(step, payment)
            except NO_ANSWER:
                self._counted.labels(step, "pending").inc()
                raise
            payment = await self._changed(payment, partial(domain.learned, answer=answer), (step, _outcome(answer)))
        return payment

    async def _changed(
        self, payment: Payment, rule: Callable[[Payment], Payment], counted: tuple[str, str] | None = None
    ) -> Payment:
        """Apply `rule` to the payment as it is by now, store what comes of it, and count it (operation, outcome)."""
        while (wanted := rule(payment)) != payment:
            changed = replace(wanted, version=payment.version + 1)
            if await self._payments.replace(payment, changed):
                if counted is not None:
                    self._counted.labels(*counted).inc()
                if changed.state is not payment.state:
                    log.info("payment.changed", order_id=payment.order_id, previous=payment.state, state=changed.state)
                return changed
            payment = await self.find(payment.order_id)
        return payment


def _known(payment: Payment | None, order_id: str) -> Payment:
    if payment is None:
        raise UnknownPayment(f"Nobody has asked for a payment of order {order_id}.")
    return payment


def _outcome(answer: Answer) -> str:
    match answer:
        case Approved():
            return "authorised"
        case Captured():
            return "captured"
    return answer.value
