"""A platform and a shop made of the standard library, for judging what shoppers send and how they take answers."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import uuid4

SKUS = ("TEA-1", "MUG-2", "CAKE-3")
PAGE = """<!doctype html><html><a href="/products/TEA-1">Tea</a><a href="/orders/{order}">Order</a>
<form><input type="hidden" name="idempotency_key" value="{key}"></form></html>"""


@dataclass
class Seen:
    """What arrived: requests by method and path, and the checkouts in order as (key, body)."""

    requests: Counter[str] = field(default_factory=Counter)
    checkouts: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    purchases: list[str] = field(default_factory=list)
    lose_first_try: bool = False
    answer: tuple[int, str] | None = None
    """Status and problem code with which every checkout is answered."""
    lost: set[str] = field(default_factory=set)

    def loses(self, key: str) -> bool:
        """Return True when this checkout's connection is to break."""
        if not self.lose_first_try or key in self.lost:
            return False
        self.lost.add(key)
        return True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    seen: Seen
    is_shop: bool

    def do_GET(self) -> None:
        self.seen.requests[f"GET {self.path}"] += 1
        if self.is_shop:
            self._page()
        elif self.path == "/products":
            self._json(200, {"products": [{"sku": sku, "available": 9} for sku in SKUS]})
        elif self.path.startswith("/orders/"):
            self._json(200, {"order_id": self.path[8:], "status": "confirmed"})
        else:
            self._json(200, {"orders": [], "invoices": [], "sku": "TEA-1"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.requests[f"POST {self.path}"] += 1
        if self.is_shop:
            self.seen.purchases.extend([body.decode()] if self.path == "/orders" else [])
            self._page()
        elif self.path == "/orders":
            self._check_out(json.loads(body))
        else:
            self._json(200, {"status": "cancelled"})

    def _check_out(self, order: dict[str, object]) -> None:
        key = self.headers["Idempotency-Key"]
        self.seen.checkouts.append((key, order))
        if self.seen.loses(key):
            self.close_connection = True
        elif self.seen.answer:
            status, code = self.seen.answer
            self._json(status, {"type": f"urn:problem:{code}", "status": status})
        else:
            self._json(201, {"order_id": uuid4().hex, "status": "confirmed"})

    def _page(self) -> None:
        page = PAGE.format(order=uuid4().hex, key=uuid4().hex)
        self._answer(200, "text/html; charset=utf-8", page.encode())

    def _json(self, status: int, value: object) -> None:
        self._answer(status, "application/json", json.dumps(value).encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@contextmanager
def fake_platform(*, shop: bool = False) -> Iterator[tuple[str, Seen]]:
    """Serve on an ephemeral port; yield the base URL and what was seen. `shop`: answer with pages instead of JSON."""
    seen = Seen()
    handler = type("Handler", (_Handler,), {"seen": seen, "is_shop": shop})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
