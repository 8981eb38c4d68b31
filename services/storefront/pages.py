"""Pages from templates, with what every page shows: who is signed in, how full the basket is, the request's id."""

import hashlib
import re
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from observability.wiring import Telemetry
from services.storefront import domain
from services.storefront.basket import Basket

FOLDER = Path(__file__).parent
CUSTOMER_COOKIE, BASKET_COOKIE = "customer", "basket"
COOKIE_S = 30 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_CUSTOMER = re.compile(r"[a-z0-9-]{1,40}")
# Browsers take backslashes for slashes and leave out tabs and line ends: with either, a path may begin another address.
_INSIDE = re.compile(r"/(?!/)[!-\[\]-~]*")


class Pages:
    """Turns templates into answers."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.css = (FOLDER / "static" / "shop.css").read_bytes()
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.filters |= {"euros": domain.euros, "hue": domain.hue, "named": domain.display_name}
        self._environment.globals |= {
            "css": f"/static/shop.css?{hashlib.sha256(self.css).hexdigest()[:12]}",
            "cards": domain.CARDS,
            "state_of": domain.state_of,
            "cancellable": domain.CANCELLABLE,
            "unsettled": domain.UNSETTLED,
        }

    def page(self, request: Request, template: str, status: int = 200, **context: Any) -> Response:
        """Return a page."""
        html = self._environment.get_template(template).render(
            path=request.url.path,
            customer=customer_of(request),
            basket_size=len(basket_of(request)),
            request_id=self._telemetry.current_ids().request_id,
            **context,
        )
        return HTMLResponse(html, status, HEADERS)


def customer_of(request: Request) -> str | None:
    """Return who is signed in."""
    customer_id = request.cookies.get(CUSTOMER_COOKIE, "")
    return customer_id if _CUSTOMER.fullmatch(customer_id) else None


def basket_of(request: Request) -> Basket:
    """Return what the visitor has picked."""
    return Basket.read(request.cookies.get(BASKET_COOKIE, ""))


def redirect(path: str) -> Response:
    """Send the browser on to a page of the shop, with a GET."""
    return RedirectResponse(path if _INSIDE.fullmatch(path) else "/", 303)


def remember(response: Response, cookie: str, value: str) -> Response:
    """Set a cookie; an empty value deletes it."""
    if value:
        response.set_cookie(cookie, value, COOKIE_S, httponly=True, samesite="lax")
    else:
        response.delete_cookie(cookie, httponly=True, samesite="lax")
    return response
