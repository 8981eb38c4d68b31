"""A supplier on a real socket, in threads of the test's process: as prompt, as slow or as silent as a test has it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.answering import answering

LONGEST_SILENCE_S = 30.0


class Supplier:
    """Says how soon it delivers, and counts how often it is asked."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.takes_s = 0.0
        """How long it takes over an answer, however many products that is about."""
        self.days = 3
        """What it says of every product."""
        self.calls = 0
        self.speaks = threading.Event()
        """While this is not set, nobody is answered."""
        self.speaks.set()
        self._counting = threading.Lock()
        self._never = threading.Event()

    def answer(self, target: str) -> tuple[int, dict[str, Any]]:
        """Return status and body of the answer to a GET, in its own time."""
        with self._counting:
            self.calls += 1
        self._never.wait(self.takes_s)
        self.speaks.wait(LONGEST_SILENCE_S)
        asked = urlsplit(target)
        match asked.path.strip("/").split("/"):
            case ["catalogue"]:
                return 200, {"products": self._entries(parse_qs(asked.query).get("sku", []))}
            case ["catalogue", sku]:
                return 200, self._entries([sku])[0]
        return 404, {"type": "urn:problem:not-found"}

    def _entries(self, skus: Sequence[str]) -> list[dict[str, Any]]:
        return [{"sku": sku, "lead_time_days": self.days} for sku in skus]


@contextmanager
def supplier() -> Iterator[Supplier]:
    """Run one on a free port."""
    with answering(lambda _, target, __: running.answer(target)) as port:
        running = Supplier(port)
        try:
            yield running
        finally:
            running.speaks.set()
