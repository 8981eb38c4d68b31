"""HTTP in, HTTP out."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from services.chassis.errors import Busy, NotFound
from services.chassis.problems import problems
from services.inventory import schemas
from services.inventory.errors import OutOfStock, ReservationConflict, ReservationReleased, UnknownSku
from services.inventory.operations import Inventory

router = APIRouter()


async def operations(request: Request) -> Inventory:
    """Return what this service can be asked to do."""
    inventory: Inventory = request.app.state.operations
    return inventory


Operations = Annotated[Inventory, Depends(operations)]
OrderId = Annotated[schemas.OrderId, Path(examples=["3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d"])]
Sku = Annotated[schemas.Sku, Path(examples=["MUG-STONE-350"])]


def answer(content: object) -> Response:
    """Return `content` as JSON as it is: it is built from what was checked when it came in."""
    return Response(orjson.dumps(content, option=orjson.OPT_UTC_Z), media_type="application/json")


@router.get(
    "/products",
    summary="Everything on sale",
    tags=["products"],
    response_model=schemas.Offers,
    responses=problems(Busy),
)
async def products(inventory: Operations) -> Response:
    """Prices in cents EUR; `available` in units, read at `as_of` and at most a few seconds old."""
    return answer({"products": await inventory.products()})


@router.get(
    "/products/{sku}",
    summary="One product",
    tags=["products"],
    response_model=schemas.Offer,
    responses=problems(UnknownSku, Busy),
)
async def product(sku: Sku, inventory: Operations) -> Response:
    """As in the list of products."""
    return answer(await inventory.product(sku))


@router.put(
    "/reservations/{order_id}",
    summary="Reserve units for an order",
    tags=["reservations"],
    response_model=schemas.Reservation,
    responses=problems(UnknownSku, OutOfStock, ReservationConflict, ReservationReleased, Busy),
)
async def reserve(order_id: OrderId, body: schemas.ReservationRequest, inventory: Operations) -> Response:
    """All lines or none. Idempotent: the same lines again get the same answer, at the first answer's prices."""
    return answer(await inventory.reserve(order_id, body.quantities()))


@router.post(
    "/reservations/{order_id}/release",
    summary="Give the units of an order back",
    tags=["reservations"],
    response_model=schemas.Reservation,
    responses=problems(Busy),
)
async def release(order_id: OrderId, inventory: Operations) -> Response:
    """Idempotent; goods that had left come back. An order unknown so far is refused when it asks later."""
    return answer(await inventory.release(order_id))


@router.post(
    "/reservations/{order_id}/commit",
    summary="Let the units of an order leave the house",
    tags=["reservations"],
    response_model=schemas.Reservation,
    responses=problems(NotFound, ReservationReleased, Busy),
)
async def commit(order_id: OrderId, inventory: Operations) -> Response:
    """Idempotent."""
    return answer(await inventory.commit(order_id))
