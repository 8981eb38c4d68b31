"""A service that has two replicas can be restarted without a customer noticing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.lab import running_lab

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


@contextmanager
def browsing(base_url: str) -> Iterator[list[int | str]]:
    """Look at a product again and again; yield the answers' statuses as they come, or what kept them from coming."""
    statuses: list[int | str] = []
    enough = threading.Event()

    def browse() -> None:
        with httpx.Client(base_url=base_url, timeout=10) as client:
            while not enough.is_set():
                try:
                    statuses.append(client.get("/products/TEA-EARL-100").status_code)
                except httpx.TransportError as error:
                    statuses.append(f"{type(error).__name__} after {len(statuses)} answers")

    visitor = threading.Thread(target=browse)
    visitor.start()
    try:
        yield statuses
    finally:
        enough.set()
        visitor.join()


def test_customers_do_not_notice_that_the_gateways_are_restarted(tmp_path: Path) -> None:
    """Every request during `lab restart gateway` is answered."""
    with running_lab(tmp_path, "--no-load") as lab, browsing(lab.url("edge")) as statuses:
        before = {name: lab.pid(name) for name in ("api-gateway-1", "api-gateway-2")}
        lab.cli("restart", "gateway")
        assert all(lab.pid(name) != pid for name, pid in before.items())
    assert set(statuses) == {httpx.codes.OK}, lab.records(level="warning")
    assert len(statuses) > 10
