"""The platform's public API as the shop sees it, with levers for what can happen behind it."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NOW = "2026-03-01T03:00:00.125Z"
PRICES = {"TEA-EARL-100": 890, "GRINDER-HAND": 7990, "MUG-STONE-350": 1490, "KETTLE-GOOSE": 8950}
NAMES = {
    "TEA-EARL-100": "Earl Grey, 100 g",
    "GRINDER-HAND": "Hand coffee grinder",
    "MUG-STONE-350": "Stoneware mug, 350 ml",
    "KETTLE-GOOSE": "Gooseneck kettle <0.9 l>",
}

Handler = Callable[[Request], Awaitable[Response]]


def problem(status: int, code: str, **members: Any) -> Response:
    """Return a problem answer."""
    body = {"type": f"urn:problem:{code}", "title": code, "status": status, "detail": code, **members}
    return JSONResponse(body, status, media_type="application/problem+json")


@dataclass
class PublicApi:
    """Orders are kept; the other fields change what happens from now on."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    down: bool = False
    nonsense: bool = False
    confirmed: bool = True
    available: int = 500
    status: str = "confirmed"
    busy_for: int = 0
    """How many times a checkout is told that it is in progress."""
    lose_answers: bool = False
    """Orders are placed, but nobody hears of it."""

    def app(self) -> Starlette:
        """Return the application."""
        routes: list[tuple[str, Handler, str]] = [
            ("/ready", self._ready, "GET"),
            ("/products", self._products, "GET"),
            ("/products/{sku}", self._product, "GET"),
            ("/orders", self._check_out, "POST"),
            ("/orders/{order_id}", self._order, "GET"),
            ("/orders/{order_id}/cancel", self._cancel, "POST"),
            ("/customers/{customer_id}/orders", self._orders, "GET"),
            ("/customers/{customer_id}/invoices", self._invoices, "GET"),
        ]
        return Starlette(routes=[Route(path, self._seen(handler), methods=[how]) for path, handler, how in routes])

    def _seen(self, handler: Handler) -> Handler:
        async def see(request: Request) -> Response:
            self.requests.append(request)
            if self.down:
                return problem(503, "no-backend")
            return JSONResponse({"what": "?"}) if self.nonsense else await handler(request)

        return see

    async def _ready(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def _listed(self, sku: str) -> dict[str, Any]:
        return {
            "sku": sku,
            "name": NAMES[sku],
            "description": "For long nights.",
            "price_cents": PRICES[sku],
            "tax_percent": 7,
            "available": self.available,
            "as_of": NOW,
            "availability": "confirmed" if self.confirmed else "being-confirmed",
        }

    async def _products(self, _: Request) -> Response:
        return JSONResponse({"products": [self._listed(sku) for sku in PRICES]})

    async def _product(self, request: Request) -> Response:
        sku = request.path_params["sku"]
        return JSONResponse(self._listed(sku)) if sku in PRICES else problem(404, "unknown-sku")

    async def _check_out(self, request: Request) -> Response:
        wanted, key = json.loads(await request.body()), request.headers["idempotency-key"]
        self.keys.append(key)
        if self.busy_for:
            self.busy_for -= 1
            return problem(409, "order-in-progress")
        if wanted["card_token"].endswith("0002"):
            return problem(402, "payment-declined")
        short = [line for line in wanted["lines"] if line["quantity"] > self.available]
        if short and self.confirmed:
            shortages = [
                {"sku": line["sku"], "requested": line["quantity"], "available": self.available} for line in short
            ]
            return problem(409, "out-of-stock", shortages=shortages)
        await asyncio.sleep(0)
        order_id = hashlib.sha256(key.encode()).hexdigest()[:32]
        order = self._placed(order_id, wanted)
        if self.orders.setdefault(order_id, order)["lines"] != order["lines"]:
            return problem(422, "idempotency-key-reused")
        return problem(504, "backend-silent") if self.lose_answers else JSONResponse(self.orders[order_id], 201)

    def _placed(self, order_id: str, wanted: dict[str, Any]) -> dict[str, Any]:
        lines = [
            {**line, "name": NAMES[line["sku"]], "unit_price_cents": PRICES[line["sku"]], "tax_percent": 7}
            for line in wanted["lines"]
        ]
        gross = sum(line["quantity"] * line["unit_price_cents"] for line in lines)
        discount = gross // 20 if gross >= 10_000 else 0
        return {
            "order_id": order_id,
            "customer_id": wanted["customer_id"],
            "status": self.status,
            "needs_review": not self.confirmed,
            "lines": lines,
            "discount_cents": discount,
            "total_cents": gross - discount,
            "currency": "EUR",
            "placed_at": NOW,
        }

    async def _order(self, request: Request) -> Response:
        order = self.orders.get(request.path_params["order_id"])
        return JSONResponse(order) if order else problem(404, "not-found")

    async def _cancel(self, request: Request) -> Response:
        order = self.orders[request.path_params["order_id"]]
        if order["status"] not in {"confirmed", "payment_pending", "fulfilled", "cancelled"}:
            return problem(409, "order-not-cancellable")
        order["status"] = "cancelled"
        return JSONResponse(order)

    def _of(self, request: Request) -> list[dict[str, Any]]:
        return [o for o in self.orders.values() if o["customer_id"] == request.path_params["customer_id"]]

    async def _orders(self, request: Request) -> Response:
        mine, start = self._of(request), int(request.query_params.get("before", "0"))
        limit = int(request.query_params["limit"])
        more = str(start + limit) if start + limit < len(mine) else None
        return JSONResponse({"orders": mine[start : start + limit], "next_before": more})

    async def _invoices(self, request: Request) -> Response:
        return JSONResponse({"invoices": [self._invoice(n, order) for n, order in enumerate(self._of(request), 1)]})

    def _invoice(self, number: int, order: dict[str, Any]) -> dict[str, Any]:
        lines = [
            {
                "name": line["name"],
                "quantity": line["quantity"],
                "total_cents": line["quantity"] * line["unit_price_cents"],
                "tax_percent": 7,
            }
            for line in order["lines"]
        ]
        net = round(order["total_cents"] / 1.07)
        return {
            "invoice_number": f"2026-{number:06}",
            "order_id": order["order_id"],
            "issued_at": NOW,
            "status": "credited" if order["status"] == "cancelled" else "issued",
            "lines": lines,
            "net_cents": net,
            "tax_cents": order["total_cents"] - net,
            "discount_cents": order["discount_cents"],
            "total_cents": order["total_cents"],
        }
