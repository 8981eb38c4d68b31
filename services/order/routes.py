"""HTTP in, HTTP out."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Request
from starlette.responses import Response

from services.chassis.errors import Busy, DeadlineExceeded, NeighbourUnavailable, NotFound
from services.chassis.problems import problems
from services.order import schemas
from services.order.errors import (
    Abandoned,
    InProgress,
    KeyReused,
    NotCancellable,
    OutOfStock,
    PaymentDeclined,
    UnknownSku,
)
from services.order.operations import Orders

router = APIRouter(tags=["orders"])


async def operations(request: Request) -> Orders:
    """Return what this service can be asked to do."""
    orders: Orders = request.app.state.operations
    return orders


Operations = Annotated[Orders, Depends(operations)]
OrderId = Annotated[schemas.OrderId, Path(examples=["3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d"])]
IdempotencyKey = Annotated[
    str | None,
    Header(pattern=r"^[\x21-\x7e]{1,200}$", description="the same for every repetition of one checkout"),
]


def answer(content: object, status: int = 200) -> Response:
    """Return `content` as JSON as it is: it is built from what was checked when it came in."""
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), status, media_type="application/json")


@router.post(
    "/orders",
    summary="Place an order",
    status_code=201,
    response_model=schemas.OrderView,
    responses=problems(
        PaymentDeclined, OutOfStock, InProgress, Abandoned, KeyReused, UnknownSku,
        Busy, NeighbourUnavailable, DeadlineExceeded,
    ),
)  # fmt: skip
async def place(body: schemas.CheckoutRequest, orders: Operations, idempotency_key: IdempotencyKey = None) -> Response:
    """Reserve stock and authorise payment. The same `Idempotency-Key` and request get the same answer again.

    Without an answer from payment the order waits as `payment_pending`; without one from the inventory it is taken at
    the prices last known and marked `needs_review`. After 503 or 504 repeat the request with the same key.
    """
    return answer(schemas.view(await orders.place(body.wanted(), idempotency_key)), 201)


@router.get(
    "/orders/{order_id}",
    summary="One order",
    response_model=schemas.OrderView,
    responses=problems(NotFound, Busy),
)
async def order(order_id: OrderId, orders: Operations) -> Response:
    """As it stands now."""
    return answer(schemas.view(await orders.order(order_id)))


@router.post(
    "/orders/{order_id}/cancel",
    summary="Cancel or return an order",
    response_model=schemas.OrderView,
    responses=problems(NotFound, InProgress, NotCancellable, Busy),
)
async def cancel(order_id: OrderId, orders: Operations) -> Response:
    """Idempotent. Stock and money go back soon afterwards."""
    return answer(schemas.view(await orders.cancel(order_id)))


@router.post(
    "/orders/{order_id}/settlement",
    summary="Store how carrying out an order ended",
    response_model=schemas.OrderView,
    responses=problems(NotFound, InProgress, Busy),
    tags=["fulfilment"],
)
async def settle(order_id: OrderId, body: schemas.SettlementRequest, orders: Operations) -> Response:
    """Idempotent; an order that was cancelled meanwhile stays cancelled."""
    return answer(schemas.view(await orders.settle(order_id, body.outcome)))


@router.get(
    "/customers/{customer_id}/orders",
    summary="Orders of a customer",
    response_model=schemas.History,
    responses=problems(Busy),
)
async def history(
    customer_id: schemas.CustomerId,
    orders: Operations,
    limit: Annotated[int, Query(ge=1, le=100, description="orders on a page")] = 20,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="`next_before` of the page before")] = None,
) -> Response:
    """Latest first, whatever became of them."""
    shown, next_before = await orders.history(customer_id, limit, before)
    return answer({"orders": [schemas.view(order) for order in shown], "next_before": next_before})
