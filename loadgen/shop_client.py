"""How a shopper's browser uses the shop: pages, links and forms."""

import re
from collections.abc import Mapping
from html import unescape

from locust.contrib.fasthttp import FastHttpSession, ResponseContextManager

from loadgen.api_client import no_answer, report_failure
from loadgen.outcomes import page_failure

_LINK = re.compile(r'href="/products/([A-Z0-9-]+)"')
_ORDER_LINK = re.compile(r'href="/orders/([0-9a-f]{32})"')
_HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
_CANCEL_FORM = re.compile(r'action="/orders/([0-9a-f]{32})/cancel"')


def product_links(page: str) -> list[str]:
    """Return the SKUs that a page links to, each once, in order."""
    return list(dict.fromkeys(_LINK.findall(page)))


def order_links(page: str) -> list[str]:
    """Return the ids of the orders that a page links to, each once, in order."""
    return list(dict.fromkeys(_ORDER_LINK.findall(page)))


def hidden_fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    return {name: unescape(value) for name, value in _HIDDEN.findall(page)}


def offers_cancelling(page: str) -> bool:
    """Return True when the page has a form that cancels an order."""
    return _CANCEL_FORM.search(page) is not None


class ShopClient:
    """The browser of one shopper; it keeps cookies and follows redirects."""

    def __init__(self, http: FastHttpSession) -> None:
        self._http = http

    def page(self, path: str, name: str) -> str | None:
        """Return the page at `path`, or None when the request failed. `name` is what Locust counts it under."""
        return self._judged(self._http.request("GET", path, name=f"shop {name}", catch_response=True))

    def submit(self, path: str, name: str, fields: Mapping[str, str | int]) -> str | None:
        """Submit a form; return the page that it leads to, or None when the request failed."""
        form = {key: str(value) for key, value in fields.items()}
        return self._judged(self._http.request("POST", path, name=f"shop {name}", data=form, catch_response=True))

    def _judged(self, sent: ResponseContextManager) -> str | None:
        with sent as response:
            if not response.status_code:
                report_failure(response, no_answer(response))
                return None
            page = (response.content or b"").decode("utf-8", "replace")
            if (failure := page_failure(response.status_code, page)) is not None:
                report_failure(response, failure)
                return None
            response.success()
            return page
