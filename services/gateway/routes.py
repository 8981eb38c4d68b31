"""HTTP in, HTTP out. Answers of the services behind are passed on as they came, refusals too."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, FastAPI, Header, Path, Query, Request
from starlette.responses import Response

from services.chassis.errors import (
    Busy,
    DeadlineExceeded,
    Invalid,
    NeighbourRefused,
    NeighbourTimedOut,
    NeighbourUnavailable,
)
from services.chassis.problems import problem_response, problems
from services.gateway import errors, examples, schemas
from services.gateway.operations import Shop

router = APIRouter(
    responses=problems(Invalid, NeighbourUnavailable, Busy, NeighbourTimedOut, DeadlineExceeded),
)
PAGE_SIZE = 20
RETRY_AFTER_S = 1


async def operations(request: Request) -> Shop:
    """Return what this service can be asked to do."""
    shop: Shop = request.app.state.operations
    return shop


Operations = Annotated[Shop, Depends(operations)]
Sku = Annotated[schemas.Sku, Path(examples=[examples.SKU])]
OrderId = Annotated[schemas.OrderId, Path(examples=[examples.ORDER_ID])]
CustomerId = Annotated[schemas.CustomerId, Path(examples=[examples.CUSTOMER_ID])]
Limit = Annotated[int, Query(ge=1, le=100, description="most entries to return")]
Before = Annotated[
    str | None, Query(pattern=r"^[\x21-\x7e]{1,80}$", description="`next_before` of the page before this one")
]
Key = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,80}$",
        description="1 to 80 visible ASCII characters; the same key with the same body is the same order, however"
        " often it is sent. Without one the gateway makes one up and returns it.",
        examples=[examples.IDEMPOTENCY_KEY],
    ),
]


def answer(content: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `content` as JSON."""
    return Response(orjson.dumps(content), status, headers, "application/json")


@router.get("/products", summary="Everything on sale", tags=["products"], response_model=schemas.Products)
async def products(shop: Operations) -> Response:
    """Prices in cents EUR. While stock cannot be read, the last known list is served, marked `being-confirmed`."""
    return answer({"products": await shop.products()})


@router.get(
    "/products/{sku}",
    summary="One product",
    tags=["products"],
    response_model=schemas.Product,
    responses=problems(errors.UnknownSku),
)
async def product(sku: Sku, shop: Operations) -> Response:
    """As in the list of products."""
    return answer(await shop.product(sku))


@router.post(
    "/orders",
    summary="Check out",
    tags=["orders"],
    status_code=201,
    response_model=schemas.Order,
    responses=problems(
        errors.PaymentDeclined,
        errors.UnknownSku,
        errors.OutOfStock,
        errors.OrderInProgress,
        errors.OrderAbandoned,
        Invalid,
        errors.KeyReused,
    ),
)
async def check_out(body: schemas.Checkout, shop: Operations, idempotency_key: Key = None) -> Response:
    """Reserve, authorise the card, order. After a 5xx send the same body with the same `Idempotency-Key`: it is safe.

    The answer names the key in the header `Idempotency-Key`, a problem in its member `idempotency_key`.
    """
    order, key = await shop.check_out(body.model_dump(), idempotency_key)
    return answer(order, 201, {"Idempotency-Key": key})


@router.get(
    "/orders/{order_id}",
    summary="One order",
    tags=["orders"],
    response_model=schemas.Order,
    responses=problems(errors.UnknownOrder),
)
async def order(order_id: OrderId, shop: Operations) -> Response:
    """The order as it stands now."""
    return answer(await shop.order(order_id))


@router.post(
    "/orders/{order_id}/cancel",
    summary="Cancel an order",
    tags=["orders"],
    response_model=schemas.Order,
    responses=problems(errors.UnknownOrder, errors.OrderInProgress, errors.NotCancellable),
)
async def cancel(order_id: OrderId, shop: Operations) -> Response:
    """Idempotent. Goods go back into stock and the money to the card; a fulfilled order is taken back."""
    return answer(await shop.cancel(order_id))


@router.get(
    "/customers/{customer_id}/orders",
    summary="A customer's orders",
    tags=["customers"],
    response_model=schemas.Orders,
)
async def orders_of(
    customer_id: CustomerId, shop: Operations, limit: Limit = PAGE_SIZE, before: Before = None
) -> Response:
    """Latest first; a customer without orders has an empty list."""
    return answer(await shop.orders_of(customer_id, limit, before))


@router.get(
    "/customers/{customer_id}/invoices",
    summary="A customer's invoices",
    tags=["customers"],
    response_model=schemas.Invoices,
)
async def invoices_of(customer_id: CustomerId, shop: Operations, limit: Limit = PAGE_SIZE) -> Response:
    """Latest first. An order has its invoice some moments after it was paid."""
    return answer(await shop.invoices_of(customer_id, limit))


def install_refusals(app: FastAPI) -> None:
    """Pass refusals on, and tell whoever ran out of time when to come back; the chassis answers everything else."""
    app.add_exception_handler(NeighbourRefused, _refused)
    app.add_exception_handler(DeadlineExceeded, _late)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, NeighbourRefused)  # noqa: S101 -- tells mypy what the registration guarantees
    problem = {"type": "about:blank", "title": "Refused", "detail": error.detail, **error.problem}
    ours = {name: value for name, value in error.members.items() if name != "peer"}
    response = problem_response(error.peer_status, "", "", "", {**problem, "status": error.peer_status, **ours})
    if error.retry_after is not None:
        response.headers["Retry-After"] = error.retry_after
    return response


async def _late(_: Request, error: Exception) -> Response:
    assert isinstance(error, DeadlineExceeded)  # noqa: S101 -- as above
    return problem_response(error.status, error.code, error.title, error.detail, error.members, RETRY_AFTER_S)
