"""The public API says what it takes, what it gives, in which units, and how it says no."""

from typing import Any

import pytest
from pydantic import BaseModel

from services.gateway import examples, schemas
from tests.support.gateway import gateway_app
from tests.support.served import served

OPERATIONS = {
    ("/products", "get"): {"200", "422", "503", "504"},
    ("/products/{sku}", "get"): {"200", "404", "422", "503", "504"},
    ("/orders", "post"): {"201", "402", "404", "409", "422", "503", "504"},
    ("/orders/{order_id}", "get"): {"200", "404", "422", "503", "504"},
    ("/orders/{order_id}/cancel", "post"): {"200", "404", "409", "422", "503", "504"},
    ("/customers/{customer_id}/orders", "get"): {"200", "422", "503", "504"},
    ("/customers/{customer_id}/invoices", "get"): {"200", "422", "503", "504"},
}


async def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    async with served(gateway_app({})) as client:
        found: dict[str, Any] = (await client.get("/openapi.json")).json()
    return found


async def test_every_operation_is_described_with_its_answers_and_errors() -> None:
    """Summary, description, and each status it can answer with."""
    paths = (await document())["paths"]
    public = {
        (path, method): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "operations" not in operation.get("tags", [])
    }
    assert {key: set(operation["responses"]) for key, operation in public.items()} == OPERATIONS
    for operation in public.values():
        assert operation["summary"]
        assert operation["description"]
        for status, answer in operation["responses"].items():
            assert answer["description"]
            kind = "application/json" if status < "300" else "application/problem+json"
            assert kind in answer["content"]


async def test_amounts_and_quantities_name_their_unit() -> None:
    """Nobody has to guess whether 1490 is cents."""
    schemas_ = (await document())["components"]["schemas"]
    amounts = [
        (model, name, field)
        for model, schema in schemas_.items()
        for name, field in schema.get("properties", {}).items()
        if field.get("type") == "integer" and model != "Problem"
    ]
    assert len(amounts) > 10
    for model, name, field in amounts:
        assert any(unit in field["description"] for unit in ("cents EUR", "units", "percent")), (model, name)


@pytest.mark.parametrize(
    ("model", "example"),
    [
        (schemas.Checkout, examples.CHECKOUT),
        (schemas.Product, examples.PRODUCT),
        (schemas.Order, examples.ORDER),
        (schemas.Invoice, examples.INVOICE),
    ],
)
def test_examples_are_what_the_api_would_take_or_give(model: type[BaseModel], example: dict[str, Any]) -> None:
    """Each example fits its schema, and its amounts add up."""
    parsed = model.model_validate(example)
    if isinstance(parsed, schemas.Invoice):
        assert (
            parsed.total_cents == parsed.net_cents + parsed.tax_cents == sum(line.total_cents for line in parsed.lines)
        )
    if isinstance(parsed, schemas.Order):
        gross = sum(line.quantity * line.unit_price_cents for line in parsed.lines)
        assert parsed.total_cents == gross - parsed.discount_cents


async def test_a_gateway_without_any_neighbour_is_degraded_and_stays_in_rotation() -> None:
    """Taking it out would turn every problem document into a refused connection."""
    async with served(gateway_app({})) as client:
        assert (await client.get("/ready")).status_code == 200
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/products")).status_code == 503
        assert (await client.get("/ready")).status_code == 200
