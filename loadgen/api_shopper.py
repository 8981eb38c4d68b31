"""Shoppers with a program of their own: they use the public API."""

from collections import deque
from random import Random
from typing import Any

import gevent
from locust import FastHttpUser, task

from loadgen.api_client import ApiClient
from loadgen.outcomes import is_out_of_stock
from loadgen.pacing import jittered_pacing
from loadgen.shape import Shape
from loadgen.shopping import Purchase, Taste, buyable, has

PACE_S = 2.5
PAGE = 10
"""How many orders or invoices one looks at, as a rule."""
CANCELLABLE = frozenset({"confirmed", "payment_pending", "fulfilled"})


class ApiShopper(FastHttpUser):
    """Browses, buys, looks orders up, sends some back. About half a request a second."""

    weight = 4
    wait_time = jittered_pacing(PACE_S)
    concurrency = 1
    connection_timeout = 3.0
    network_timeout = 15.0

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.taste = Taste(Random())  # noqa: S311 -- shoppers differ, nothing is protected
        self.api = ApiClient(self.client)
        self.skus: list[str] = []
        self.orders: deque[str] = deque(maxlen=5)

    def on_start(self) -> None:
        """Come in at any moment of the pace, not all at once."""
        gevent.sleep(self.taste.chance.uniform(0, PACE_S))

    @task(6)
    def browse(self) -> None:
        """Look at the catalogue, and often at one product of it."""
        if self.skus and self._rather_looks_at_orders():
            return
        products = self.api.get("/products", "/products")
        if products is not None:
            self.skus = buyable(products)
        if self.skus and self.taste.happens(0.5):
            self.look_at_product()

    @task(6)
    def look_at_product(self) -> None:
        """Look at one product."""
        if not self.skus:
            self.browse()
        elif not self._rather_looks_at_orders():
            self.api.get(f"/products/{self.taste.product(self.skus)}", "/products/{sku}")

    @task(5)
    def check_out(self) -> None:
        """Buy one to three products; sometimes look at the order right away."""
        if not self.skus:
            self.browse()
            return
        shape = self._shape
        if self.taste.happens(shape.withdrawn_percent / 100):
            purchase = self.taste.withdrawn()
        elif (favourite := self.taste.favourite(self.skus, shape.basket)) is None:
            purchase = self.taste.purchase(self.skus)
        elif self._is_there(favourite):
            purchase = favourite
        else:
            return
        order = {
            "customer_id": self._customer_id,
            "lines": [{"sku": sku, "quantity": quantity} for sku, quantity in purchase.lines],
            "card_token": purchase.card_token,
        }
        placed = self.api.check_out(order, self.taste.idempotency_key())
        if placed and "order_id" in placed and "status" in placed:
            self.orders.append(placed["order_id"])
            if self.taste.happens(0.3):
                self.look_at_order()
        elif placed and is_out_of_stock(placed):
            self.skus = []  # and has to look again at what there is

    def _is_there(self, wanted: Purchase) -> bool:
        """Look at the page of what everybody wants, which says whether there is as much; if not, forget it."""
        ((sku, quantity),) = wanted.lines
        product = self.api.get(f"/products/{sku}", "/products/{sku}")
        if product is not None and not has(product, quantity):
            self.skus = [other for other in self.skus if other != sku]
            return False
        return product is not None

    @task(3)
    def look_at_order(self) -> None:
        """Look at an order of one's own."""
        if not self.orders:
            self.look_at_history()
            return
        order_id = self.taste.chance.choice(self.orders)
        self.api.get(f"/orders/{order_id}", "/orders/{order_id}")

    @task(2)
    def look_at_history(self) -> None:
        """Look at one's latest orders."""
        page = self._shape.firms.page if self._shape.firms else PAGE
        self.api.get(f"/customers/{self._customer_id}/orders?limit={page}", "/customers/{customer_id}/orders")

    @task(2)
    def look_at_invoices(self) -> None:
        """Look at one's latest invoices."""
        self.api.get(f"/customers/{self._customer_id}/invoices?limit={PAGE}", "/customers/{customer_id}/invoices")

    @task(1)
    def cancel(self) -> None:
        """Change one's mind about the oldest order that is remembered, if it can still be cancelled."""
        if not self.orders:
            self.look_at_history()
            return
        order_id = self.orders.popleft()
        order = self.api.get(f"/orders/{order_id}", "/orders/{order_id}")
        if order and order.get("status") in CANCELLABLE:
            self.api.post(f"/orders/{order_id}/cancel", "/orders/{order_id}/cancel")

    @property
    def _shape(self) -> Shape:
        shape: Shape = self.environment.shape_class.shape
        return shape

    @property
    def _customer_id(self) -> str:
        return self.taste.orders_for(self._shape.firms)

    def _rather_looks_at_orders(self) -> bool:
        firms = self._shape.firms
        if firms is None or not self.taste.happens(firms.look_share):
            return False
        self.look_at_history()
        return True
