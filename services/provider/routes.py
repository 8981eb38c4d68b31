"""HTTP in, HTTP out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request

from services.chassis.problems import problems
from services.provider import errors
from services.provider.operations import CardNetwork, Supplier
from services.provider.schemas import (
    AuthorisationAnswer,
    AuthorisationRequest,
    CaptureAnswer,
    CaptureRequest,
    CatalogueAnswer,
    CatalogueEntry,
    LedgerEntry,
    LedgerPage,
    PurchaseOrderAnswer,
    PurchaseOrderRequest,
    Reference,
    RefundAnswer,
    RefundRequest,
    Sku,
    VoidAnswer,
    VoidRequest,
)

card_router = APIRouter(prefix="/card", tags=["card network"])
supplier_router = APIRouter(tags=["supplier"])


async def card_network(request: Request) -> CardNetwork:
    """Return the operations of the card network."""
    network: CardNetwork = request.app.state.card_network
    return network


async def supplier(request: Request) -> Supplier:
    """Return the operations of the supplier."""
    found: Supplier = request.app.state.supplier
    return found


Network = Annotated[CardNetwork, Depends(card_network)]
Goods = Annotated[Supplier, Depends(supplier)]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="same key, same answer, one ledger entry; without it each call is a new entry",
    ),
]


@card_router.post("/authorisations", summary="Hold money on a card", responses=problems(errors.KeyReused))
async def authorise(asked: AuthorisationRequest, network: Network, idempotency_key: Key = None) -> AuthorisationAnswer:
    """Answer with the verdict: a decline is an answer too."""
    entry = await network.authorise(asked.reference, asked.amount_cents, asked.card_token, idempotency_key)
    return AuthorisationAnswer.of(entry)


@card_router.post(
    "/captures",
    summary="Take money that was authorised",
    responses=problems(
        errors.UnknownAuthorisation,
        errors.AuthorisationDeclined,
        errors.AuthorisationVoided,
        errors.ExceedsAuthorised,
        errors.KeyReused,
    ),
)
async def capture(asked: CaptureRequest, network: Network, idempotency_key: Key = None) -> CaptureAnswer:
    """Take all or a part of what is left of the authorisation."""
    entry = await network.capture(asked.reference, asked.authorisation_id, asked.amount_cents, idempotency_key)
    return CaptureAnswer(capture_id=entry.entry_id, amount_cents=entry.amount_cents)


@card_router.post(
    "/refunds",
    summary="Give captured money back",
    responses=problems(errors.UnknownCapture, errors.ExceedsCaptured, errors.KeyReused),
)
async def refund(asked: RefundRequest, network: Network, idempotency_key: Key = None) -> RefundAnswer:
    """Give back all or a part of what is left of the capture."""
    entry = await network.refund(asked.reference, asked.capture_id, asked.amount_cents, idempotency_key)
    return RefundAnswer(refund_id=entry.entry_id, amount_cents=entry.amount_cents)


@card_router.post(
    "/voids",
    summary="Give an authorisation back",
    responses=problems(
        errors.UnknownAuthorisation,
        errors.AuthorisationDeclined,
        errors.AuthorisationVoided,
        errors.AuthorisationCaptured,
        errors.KeyReused,
    ),
)
async def void(asked: VoidRequest, network: Network, idempotency_key: Key = None) -> VoidAnswer:
    """Only while nothing was captured."""
    entry = await network.void(asked.reference, asked.authorisation_id, idempotency_key)
    return VoidAnswer(void_id=entry.entry_id)


@card_router.get("/ledger", summary="What has happened, as the network has it")
async def ledger(
    network: Network,
    reference: Annotated[Reference | None, Query()] = None,
    after: Annotated[int, Query(ge=0, description="`next_after` of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000, description="entries per page")] = 1_000,
) -> LedgerPage:
    """Everything, or one reference; this is what charges are judged by."""
    entries, next_after = await network.ledger(reference, after, limit)
    return LedgerPage(entries=[LedgerEntry.of(entry) for entry in entries], next_after=next_after)


@supplier_router.post("/purchase-orders", summary="Order more stock", responses=problems(errors.PurchaseOrderChanged))
async def order(asked: PurchaseOrderRequest, goods: Goods) -> PurchaseOrderAnswer:
    """Delivered when this answers; the same order again is not delivered again."""
    await goods.order(asked.purchase_order_id, asked.sku, asked.quantity)
    return PurchaseOrderAnswer(purchase_order_id=asked.purchase_order_id, sku=asked.sku, quantity=asked.quantity)


@supplier_router.get("/catalogue", summary="How soon more of some products can be had")
async def catalogue(goods: Goods, sku: Annotated[list[Sku], Query(min_length=1, max_length=100)]) -> CatalogueAnswer:
    """Up to a hundred products at once: `?sku=MUG-STONE-350&sku=TEA-EARL-100`."""
    found = await goods.lead_times(sku)
    return CatalogueAnswer(products=[CatalogueEntry(sku=one, lead_time_days=found[one]) for one in sku])


@supplier_router.get("/catalogue/{sku}", summary="How soon more of a product can be had")
async def product(goods: Goods, sku: Annotated[Sku, Path()]) -> CatalogueEntry:
    """As in the list."""
    return CatalogueEntry(sku=sku, lead_time_days=(await goods.lead_times([sku]))[sku])
