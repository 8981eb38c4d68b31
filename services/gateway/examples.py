"""One purchase from the product page to the invoice, as the API's documentation shows it."""

from collections.abc import Mapping
from typing import Any

Example = Mapping[str, Any]

SKU = "MUG-STONE-350"
ORDER_ID = "3f2b8c1d9e4a4f6b8d7c5a1e0f9b2c3d"
CUSTOMER_ID = "shopper-042"
IDEMPOTENCY_KEY = "6f1c7d52a0e34b0c9a63d1f0b7e4c218"

PRODUCT: Example = {
    "sku": SKU,
    "name": "Stoneware mug, 350 ml",
    "description": "Hand-glazed, dishwasher safe, each one a little different.",
    "price_cents": 1490,
    "tax_percent": 20,
    "available": 7998,
    "as_of": "2026-03-01T03:00:00.125Z",
    "lead_time_days": 4,
    "availability": "confirmed",
}
LINE: Example = {"sku": SKU, "quantity": 2}
CHECKOUT: Example = {"customer_id": CUSTOMER_ID, "lines": [LINE], "card_token": "card-4242"}
ORDER_LINE: Example = {
    "sku": SKU,
    "name": "Stoneware mug, 350 ml",
    "quantity": 2,
    "unit_price_cents": 1490,
    "tax_percent": 20,
}
ORDER: Example = {
    "order_id": ORDER_ID,
    "customer_id": CUSTOMER_ID,
    "status": "confirmed",
    "needs_review": False,
    "lines": [ORDER_LINE],
    "discount_cents": 0,
    "total_cents": 2980,
    "currency": "EUR",
    "placed_at": "2026-03-01T03:00:01.250Z",
}
INVOICE_LINE: Example = {
    "sku": SKU,
    "name": "Stoneware mug, 350 ml",
    "quantity": 2,
    "gross_cents": 2980,
    "discount_cents": 0,
    "net_cents": 2483,
    "tax_cents": 497,
    "tax_percent": 20,
    "total_cents": 2980,
}
INVOICE: Example = {
    "invoice_number": "2026-000117",
    "order_id": ORDER_ID,
    "customer_id": CUSTOMER_ID,
    "issued_at": "2026-03-01T03:00:02.500Z",
    "status": "issued",
    "lines": [INVOICE_LINE],
    "net_cents": 2483,
    "tax_cents": 497,
    "discount_cents": 0,
    "total_cents": 2980,
}
