"""The supplier delivers each purchase order once."""

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
