"""Claims about what the environment says of settings."""

from typing import Any

import pytest

from lab.tuned import Tuned

ENVIRONMENT = {
    "ORDER_POOL_SIZE": "9",
    "order_claim_s": "7",
    "ORDER_PAYMENT": '{"timeout_s": 3, "attempts": 1}',
    "ORDER_PAYMENT__ATTEMPTS": "4",
    "ORDER_INVENTORY": "no object",
    "ORDER_BACKENDS": "[]",
}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("pool_size", {"variable": "ORDER_POOL_SIZE", "value": "9"}),
        ("claim_s", {"variable": "ORDER_CLAIM_S", "value": "7"}),
        ("payment.timeout_s", {"variable": "ORDER_PAYMENT", "value": 3}),
        ("payment.attempts", {"variable": "ORDER_PAYMENT__ATTEMPTS", "value": "4"}),
        ("payment.slots", None),
        ("inventory.timeout_s", None),
        ("join_s", None),
        ("backends", None),
    ],
)
def test_a_setting_has_its_variable_as_the_services_read_it(name: str, found: dict[str, Any] | None) -> None:
    """In capitals or not, one by one or as an object; what the lab says itself is not overruled by it."""
    assert Tuned(ENVIRONMENT).said("ORDER_", name, {"ORDER_BACKENDS"}) == found
