"""The supplier delivers each purchase order once, and says how soon it could deliver more."""

from pathlib import Path

import pytest

from tests.support.card_network import code_of, provider_app
from tests.support.served import served

pytestmark = pytest.mark.usefixtures("back_end")


async def test_a_purchase_order_is_delivered_once_and_cannot_change(tmp_path: Path) -> None:
    """The same order again is the same delivery; another order under its id is refused."""
    order = {"purchase_order_id": "po-1", "sku": "LAMP-1", "quantity": 500}
    async with served(provider_app(tmp_path)) as client:
        answers = [await client.post("/purchase-orders", json=order) for _ in range(2)]
        changed = await client.post("/purchase-orders", json={**order, "quantity": 501})

    assert [answer.json() for answer in answers] == 2 * [{**order, "status": "delivered"}]
    assert code_of(changed) == (409, "purchase-order-changed")


async def test_it_says_how_soon_more_can_be_had(tmp_path: Path) -> None:
    """For one product or for many at once, always the same; nobody can ask for nothing."""
    async with served(provider_app(tmp_path)) as client:
        one = (await client.get("/catalogue/LAMP-1")).json()
        many = (await client.get("/catalogue", params={"sku": ["MUG-1", "LAMP-1"]})).json()["products"]
        none = await client.get("/catalogue")

    assert [product["sku"] for product in many] == ["MUG-1", "LAMP-1"]
    assert many[1] == one
    assert all(1 <= product["lead_time_days"] <= 9 for product in many)
    assert none.status_code == 422
