"""What the metrics of a shop look like, well and unwell, as series that are written down."""

from collections.abc import Callable
from random import Random

from tests.support.recorded_series import Key, series

STEP_S = 2.0
SERVED = "http_server_request_duration_seconds"
Amount = Callable[[float], float]
"""Time in seconds → events per second, or the value of a gauge."""


class Shop:
    """Series of so many seconds, to which things happen."""

    def __init__(self, length_s: float, seed: int = 0) -> None:
        self.values: dict[Key, list[float | None]] = {}
        self.steps = int(length_s // STEP_S) + 1
        self.random = Random(seed)  # noqa: S311 -- a test that repeats

    def counter(self, metric: str, per_s: Amount, **labels: str) -> None:
        """Add a counter that rises as told, in whole events."""
        total, due, values = 0, 0.0, []
        for step in range(self.steps):
            due += per_s(step * STEP_S) * STEP_S * self.random.uniform(0.7, 1.3)
            total, due = total + int(due), due - int(due)
            values.append(float(total))
        self.values[series(metric, **labels)] = list(values)

    def gauge(self, metric: str, value: Amount, **labels: str) -> None:
        """Add a gauge; NaN is no sample."""
        told = [value(step * STEP_S) for step in range(self.steps)]
        self.values[series(metric, **labels)] = [None if one != one else one for one in told]

    def serves(
        self, service: str, method: str, route: str, per_s: float, *,
        failing: Amount = lambda _: 0.0, slow: Amount = lambda _: 0.0,
    ) -> None:  # fmt: skip
        """Add requests of one route: so many per second, of which a share fails and a share is slow."""
        labels = {"service": service, "instance": f"{service}-1", "method": method, "route": route}
        self.counter(f"{SERVED}_count", lambda t: per_s * (1 - failing(t)), **labels, status="200")
        self.counter(f"{SERVED}_count", lambda t: per_s * failing(t), **labels, status="503")
        if not any(self.values[series(f"{SERVED}_count", **labels, status="503")]):
            del self.values[series(f"{SERVED}_count", **labels, status="503")]
        for status in ("200", "503"):
            served = self.values.get(series(f"{SERVED}_count", **labels, status=status))
            for bound in ("0.5", "1.0") if served else ():
                quick = self._quick(served or [], slow)
                self.values[series(f"{SERVED}_bucket", **labels, status=status, le=bound)] = quick

    def _quick(self, served: list[float | None], slow: Amount) -> list[float | None]:
        quick: list[float | None] = []
        total = before = 0.0
        for step, value in enumerate(served):
            now = value or 0.0
            total, before = total + round((now - before) * (1 - slow(step * STEP_S))), now
            quick.append(total)
        return quick


def between(start_s: float, end_s: float, value: float, otherwise: float = 0.0) -> Amount:
    """Return an amount that differs for a while."""
    return lambda at_s: value if start_s <= at_s < end_s else otherwise


def always(value: float) -> Amount:
    """Return an amount that stays."""
    return lambda _: value


def healthy(length_s: float, seed: int = 0) -> Shop:
    """Return a shop at default load in which all is well: some 20 requests per second."""
    shop = Shop(length_s, seed)
    for method, route, per_s in (
        ("GET", "/products", 4.0), ("GET", "/products/{sku}", 7.0), ("POST", "/orders", 3.0),
        ("GET", "/orders/{order_id}", 3.8), ("GET", "/customers/{customer_id}/orders", 1.2),
        ("GET", "/customers/{customer_id}/invoices", 1.2), ("POST", "/orders/{order_id}/cancel", 0.5),
    ):  # fmt: skip
        shop.serves("api-gateway", method, route, per_s)
    shop.serves("load-balancer", "GET", "/{path}", 17)
    shop.serves("load-balancer", "POST", "/{path}", 3.5)
    shop.serves("order-service", "POST", "/orders", 3)
    shop.serves("payment-service", "PUT", "/payments/{order_id}", 3)
    for outcome, per_s in (("confirmed", 3.0), ("payment_pending", 0.0), ("declined", 0.1)):
        shop.counter("orders_total", always(per_s), service="order-service",
                     instance="order-service-1", outcome=outcome)  # fmt: skip
    shop.gauge("ledger_drift_cents", lambda _: 0.0, service="billing-service", instance="billing-service-1")
    for service in ("billing-service", "order-service", "fulfilment-worker"):
        shop.gauge("up", lambda _: 1.0, service=service, instance=f"{service}-1")
    return shop
