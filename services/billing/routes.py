"""HTTP in, HTTP out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request

from services.billing.errors import EventReused, NoInvoice
from services.billing.operations import Billing, Reconciliation
from services.billing.schemas import CustomerInvoices, InvoiceView, LedgerView, OrderEvent, Refusal
from services.chassis.errors import Invalid
from services.chassis.problems import problems

router = APIRouter(tags=["billing"])


async def _billing(request: Request) -> Billing:
    billing: Billing = request.app.state.billing
    return billing


async def _reconciliation(request: Request) -> Reconciliation:
    reconciliation: Reconciliation = request.app.state.reconciliation
    return reconciliation


BillingDep = Annotated[Billing, Depends(_billing)]
ReconciliationDep = Annotated[Reconciliation, Depends(_reconciliation)]
CustomerId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="customer")]
Limit = Annotated[int, Query(ge=1, le=100, description="most invoices to return")]


@router.post("/events", summary="Post an order event; again changes nothing", responses=problems(EventReused, Invalid))
async def post_event(event: OrderEvent, billing: BillingDep) -> InvoiceView | Refusal:
    """`order.placed` issues the invoice, `order.cancelled` takes it back, in whichever order they come."""
    if event.type == "order.placed":
        issued = await billing.invoice_order(event.event_id, event.order())
    else:
        issued = await billing.credit_order(event.event_id, event.order_id)
    return Refusal(order_id=event.order_id) if issued is None else InvoiceView.of(issued)


@router.get("/invoices/{order_id}", summary="The invoice of an order", responses=problems(NoInvoice))
async def invoice(order_id: str, billing: BillingDep) -> InvoiceView:
    """Return the invoice with its present status."""
    return InvoiceView.of(await billing.invoice_of(order_id))


@router.get("/customers/{customer_id}/invoices", summary="A customer's invoices", responses=problems(Invalid))
async def customer_invoices(customer_id: CustomerId, billing: BillingDep, limit: Limit = 20) -> CustomerInvoices:
    """Return the latest invoices, newest first."""
    issued = await billing.invoices_of(customer_id, limit)
    return CustomerInvoices(invoices=[InvoiceView.of(one) for one in issued])


@router.get("/ledger", summary="The accounts")
async def ledger(reconciliation: ReconciliationDep) -> LedgerView:
    """Return running totals beside the sums of entries."""
    return LedgerView.of(await reconciliation.look())


@router.post("/ledger/reconciliation", summary="Reconcile the whole ledger now")
async def reconcile(reconciliation: ReconciliationDep) -> LedgerView:
    """Sum up every entry again and report, as the periodic job does for new entries."""
    return LedgerView.of(await reconciliation.start_over())
