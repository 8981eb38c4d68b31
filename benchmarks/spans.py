"""Spans as the platform makes them: exports of one service each, of traces that go through six."""

import random
from collections.abc import Iterator

from opentelemetry.trace import SpanKind

from observability.wiring.otlp import PairCache, pair, request, resource_field, scope_field, span_head, varint

Attributes = dict[str, str | int]

EXPORT = 1024
TRACE_NS = 40_000_000
KINDS = (SpanKind.SERVER, SpanKind.CLIENT, SpanKind.INTERNAL)
HOPS = ("load-balancer", "api-gateway", "order-service", "inventory-service", "payment-service", "payment-provider")
ROUTES = ("GET /products", "GET /products/{sku}", "POST /orders", "GET /orders/{order_id}", "POST /cart")
STATEMENTS = ("SELECT orders", "INSERT orders", "UPDATE stock", "SELECT reservations", "INSERT order_lines")


class Platform:
    """Makes traces, and hands the spans out by service as exporters do."""

    def __init__(self, start_ns: int, seed: int = 1) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- ids, not secrets
        self._cache = PairCache()
        self._at_ns = start_ns
        self._waiting: dict[str, list[bytes]] = {service: [] for service in HOPS}
        self.trace_ids: list[str] = []
        self.orders: list[int] = []

    def exports(self, spans: int, every_ns: int = TRACE_NS) -> Iterator[bytes]:
        """Yield encoded exports until there were so many spans; a trace begins `every_ns`."""
        sent = 0
        while sent < spans:
            self._trace()
            self._at_ns += every_ns
            for service, waiting in self._waiting.items():
                if len(waiting) >= EXPORT:
                    body, self._waiting[service] = waiting[:EXPORT], waiting[EXPORT:]
                    sent += EXPORT
                    resource = {"service.name": service, "service.instance.id": f"{service}-1"}
                    yield request(resource_field(resource), scope_field("nightshift"), body)

    def _trace(self) -> None:
        bits = self._random.getrandbits
        trace, parent, start = bits(128).to_bytes(16, "big"), b"", self._at_ns
        self.trace_ids.append(trace.hex())
        order, failed = bits(40), bits(6) == 0
        self.orders.append(order)
        route = self._random.choice(ROUTES)
        for depth, service in enumerate(HOPS):
            took = (len(HOPS) - depth) * (2_000_000 + bits(22))
            method, _, path = route.partition(" ")
            own: Attributes = {
                "http.request.method": method, "http.route": path, "url.scheme": "http", "server.port": 8080 + depth,
                "server.address": "127.0.0.1", "client.address": "127.0.0.1", "network.protocol.version": "1.1",
                "user_agent.original": "python-httpx/0.28.1", "url.path": f"/orders/{order:x}",
                "http.response.status_code": 503 if failed else 200,
            }  # fmt: skip
            parent = self._span(service, trace, parent, start, took, SpanKind.SERVER, route, own, failed=failed)
            for place in range(2):
                said: Attributes = {
                    "db.system.name": "sqlite",
                    "db.namespace": service,
                    "db.query.text": STATEMENTS[place] * 4,
                }
                name = self._random.choice(STATEMENTS)
                self._span(service, trace, parent, start + place, 200_000, SpanKind.CLIENT, name, said)
            if depth + 1 < len(HOPS):
                calls: Attributes = {name: own[name] for name in ("http.request.method", "http.response.status_code")}
                calls |= {"peer.service": HOPS[depth + 1], "url.full": f"http://127.0.0.1:8080/orders/{order:x}"}
                kind = SpanKind.CLIENT
                parent = self._span(service, trace, parent, start + 9, took * 3 // 4, kind, route, calls, failed=failed)
            start += 100_000

    def _span(
        self,
        service: str,
        trace: bytes,
        parent: bytes,
        start: int,
        took: int,
        kind: SpanKind,
        name: str,
        attributes: Attributes,
        *,
        failed: bool = False,
    ) -> bytes:
        span_id = self._random.getrandbits(64).to_bytes(8, "big")
        body = span_head(trace, span_id, parent, start, start + took, kind) + self._cache.name(name)
        body += b"".join(pair(b"\x4a", key, value) for key, value in attributes.items())
        if failed:
            body += b"\x7a\x02\x18\x02"
        self._waiting[service].append(b"\x12" + varint(len(body)) + body)
        return span_id
