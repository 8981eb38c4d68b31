"""Shoppers with a browser: they click through the shop's pages."""

from random import Random
from typing import Any

import gevent
from locust import FastHttpUser, task

from loadgen.pacing import jittered_pacing
from loadgen.shop_client import ShopClient, hidden_fields, offers_cancelling, order_links, product_links
from loadgen.shopping import Taste

PACE_S = 2.5


class ShopVisitor(FastHttpUser):
    """Signs in, browses, fills in forms. Nearly half a page a second."""

    weight = 1
    wait_time = jittered_pacing(PACE_S)
    concurrency = 1
    connection_timeout = 3.0
    network_timeout = 15.0

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.taste = Taste(Random())  # noqa: S311 -- shoppers differ, nothing is protected
        self.shop = ShopClient(self.client)
        self.skus: list[str] = []
        self.signed_in = False

    def on_start(self) -> None:
        """Come in at any moment of the pace, not all at once."""
        gevent.sleep(self.taste.chance.uniform(0, PACE_S))

    @task(6)
    def browse(self) -> None:
        """Look at the catalogue."""
        page = self.shop.page("/", "/")
        if page is not None:
            self.skus = product_links(page)

    @task(6)
    def look_at_product(self) -> None:
        """Open a product's page."""
        self._open_product()

    @task(4)
    def buy(self) -> None:
        """Open a product's page, fill in the form, send it."""
        if not self._is_signed_in():
            return
        favourite = self.taste.favourite(self.skus, self.environment.shape_class.shape.basket)
        product = self._open_product(favourite.lines[0][0] if favourite else "")
        if product is None or "idempotency_key" not in (hidden := hidden_fields(product[1])):
            return
        ((_, quantity),) = (favourite or self.taste.purchase([product[0]])).lines
        self.shop.submit("/orders", "/orders", {**hidden, "quantity": quantity, "card_token": self.taste.card()})

    @task(2)
    def look_at_orders(self) -> None:
        """Open the list of one's orders, often one of them, and sometimes cancel it."""
        if not self._is_signed_in():
            return
        page = self.shop.page("/orders", "/orders")
        orders = order_links(page) if page else []
        if orders and self.taste.happens(0.7):
            order_id = self.taste.product(orders)
            order = self.shop.page(f"/orders/{order_id}", "/orders/{order_id}")
            if order and offers_cancelling(order) and self.taste.happens(0.15):
                self.shop.submit(f"/orders/{order_id}/cancel", "/orders/{order_id}/cancel", hidden_fields(order))

    @task(1)
    def look_at_invoices(self) -> None:
        """Open the list of one's invoices."""
        if self._is_signed_in():
            self.shop.page("/invoices", "/invoices")

    def _open_product(self, sku: str = "") -> tuple[str, str] | None:
        if not self.skus:
            self.browse()
        if not self.skus:
            return None
        sku = sku or self.taste.product(self.skus)
        page = self.shop.page(f"/products/{sku}", "/products/{sku}")
        return None if page is None else (sku, page)

    def _is_signed_in(self) -> bool:
        if not self.signed_in:
            page = self.shop.submit("/sign-in", "/sign-in", {"customer_id": self.taste.customer_id})
            self.signed_in = page is not None
        return self.signed_in
