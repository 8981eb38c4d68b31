"""Where the worker is put together."""

from collections.abc import Mapping

import httpx
from fastapi import FastAPI

from observability.wiring import wire
from services.chassis.adjustable import Adjustable, Adjustables, number, of_neighbour
from services.chassis.app import build_app
from services.chassis.broker import ORDER_QUEUE, open_broker
from services.chassis.client import Neighbour
from services.chassis.clock import Clock, SystemClock
from services.chassis.consumer import Consumer
from services.chassis.desk_routes import desk_router
from services.chassis.operator import Levers
from services.worker.clients import Books, Money, Orders, Stock
from services.worker.faults import FAULTS
from services.worker.operations import Fulfilment
from services.worker.routes import router
from services.worker.settings import Settings

DESCRIPTION = """Carries accepted orders out – payment, invoice, goods – and undoes cancelled ones.

Its work comes from the queue. Ready means that the queue can be read; while a neighbour is down, messages wait.
"""
ORDER, INVENTORY, PAYMENT, BILLING = "order-service", "inventory-service", "payment-service", "billing-service"


def create_app(
    settings: Settings,
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Return the worker. `transports` (by neighbour) replace the network, for tests in one process."""
    telemetry, replaced = wire(settings), transports or {}
    broker = open_broker(settings.broker_url, telemetry)
    neighbours = {
        ORDER: Neighbour(ORDER, settings.order_url, settings.order, telemetry, replaced.get(ORDER)),
        INVENTORY: Neighbour(INVENTORY, settings.inventory_url, settings.inventory, telemetry, replaced.get(INVENTORY)),
        PAYMENT: Neighbour(PAYMENT, settings.payment_url, settings.payment, telemetry, replaced.get(PAYMENT)),
        BILLING: Neighbour(BILLING, settings.billing_url, settings.billing, telemetry, replaced.get(BILLING)),
    }
    fulfilment = Fulfilment(
        Stock(neighbours[INVENTORY]),
        Money(neighbours[PAYMENT]),
        Books(neighbours[BILLING]),
        Orders(neighbours[ORDER]),
        telemetry,
        clock or SystemClock(),
        shortest_s=settings.shortest_wait_s,
        longest_s=settings.longest_wait_s,
    )
    consumer = Consumer(
        broker,
        ORDER_QUEUE,
        fulfilment.handle,
        telemetry,
        concurrency=settings.concurrency,
        max_deliveries=settings.max_deliveries,
        backoff_s=settings.retry_backoff_s,
    )

    async def queue_can_be_read() -> None:
        await broker.depth(ORDER_QUEUE)

    return build_app(
        settings,
        telemetry,
        title="Fulfilment worker",
        description=DESCRIPTION,
        routers=[router],
        parts=[broker, *neighbours.values(), consumer],
        checks={"queue": queue_can_be_read},
        state={"operations": fulfilment, "broker": broker},
        faults=FAULTS,
        levers=Levers(
            Adjustables((*_of_consumer(settings, consumer), *_of_neighbours(settings, neighbours))),
            work=(consumer,),
            routers=(desk_router(broker, ORDER_QUEUE),),
        ),
    )


def _of_consumer(settings: Settings, consumer: Consumer) -> list[Adjustable]:
    return [
        number(settings, "concurrency", lambda value: consumer.adjust(concurrency=value), (1, 256)),
        number(settings, "max_deliveries", lambda value: consumer.adjust(max_deliveries=value), (1, 100)),
        number(settings, "retry_backoff_s", lambda value: consumer.adjust(backoff_s=value), (0.01, 60.0)),
    ]


def _of_neighbours(settings: Settings, neighbours: Mapping[str, Neighbour]) -> list[Adjustable]:
    names = {"order": ORDER, "inventory": INVENTORY, "payment": PAYMENT, "billing": BILLING}
    return [knob for name, peer in names.items() for knob in of_neighbour(settings, name, neighbours[peer])]
