"""What counts as a failure: everything but a 2xx and the answers with which a healthy shop turns a customer down."""

import json
from typing import Any

DECLINED = (402, "payment-declined")
OUT_OF_STOCK = (409, "out-of-stock")
NOT_SOLD = (404, "unknown-sku")
TURNED_DOWN = frozenset({DECLINED, OUT_OF_STOCK, NOT_SOLD})
TURNED_DOWN_PAGES = frozenset({402, 409})


def parsed(body: bytes | None) -> dict[str, Any]:
    """Return the JSON object in `body`, or an empty one."""
    try:
        value = json.loads(body or b"")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def is_out_of_stock(body: dict[str, Any]) -> bool:
    """Say whether an answer of the API refuses an order because there is too little of something."""
    return body.get("type") == f"urn:problem:{OUT_OF_STOCK[1]}"


def api_failure(status: int, body: dict[str, Any]) -> str | None:
    """Return how an answer of the API failed the shopper, in words that repeat (they are counted), or None."""
    if 200 <= status < 300:
        return None if body else f"{status} without a JSON object"
    code = str(body.get("type", "")).removeprefix("urn:problem:")
    if (status, code) in TURNED_DOWN:
        return None
    return f"{status} {code}".strip()


def page_failure(status: int, page: str) -> str | None:
    """Return how a page of the shop failed the shopper, or None."""
    if status in TURNED_DOWN_PAGES:
        return None
    if not 200 <= status < 300:
        return f"{status} page"
    return None if "</html>" in page else f"{status} page cut off"
