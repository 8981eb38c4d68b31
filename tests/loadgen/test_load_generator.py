"""Claims about the load generator as a process, judged by a platform that records what arrives."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.fake_shop import Seen, fake_platform
from tests.support.load_generator import LoadGenerator, load_generator
from tests.support.polling import poll_until


@pytest.fixture
def platform() -> Iterator[tuple[str, Seen]]:
    """A platform that accepts everything."""
    with fake_platform() as served:
        yield served


@pytest.fixture
def shop() -> Iterator[tuple[str, Seen]]:
    """A shop whose pages all look alike."""
    with fake_platform(shop=True) as served:
        yield served


@pytest.fixture
def shopping(platform: tuple[str, Seen], shop: tuple[str, Seen], tmp_path: Path) -> Iterator[LoadGenerator]:
    """A load generator with 160 shoppers."""
    with load_generator(tmp_path, target=platform[0], storefront=shop[0], users=160) as running:
        yield running


def post(url: str, order: object, origin: str | None = None) -> int:
    """Return the status with which an order is answered."""
    return httpx.post(url, json=order, headers={"Origin": origin} if origin else {}, timeout=60).status_code


EVERYTHING = {
    "/products", "/products/{sku}", "/orders", "/orders/{order_id}", "/orders/{order_id}/cancel",
    "/customers/{customer_id}/orders", "/customers/{customer_id}/invoices",
    "shop /", "shop /products/{sku}", "shop /orders", "shop /sign-in",
}  # fmt: skip


def test_shoppers_use_the_whole_api_and_the_shop_without_a_failure(
    shopping: LoadGenerator, platform: tuple[str, Seen], shop: tuple[str, Seen]
) -> None:
    """A hundred and sixty shoppers use every public route and look at every kind of page."""
    status = shopping.until("requests", 600, within_s=100)
    assert status["failures"] == 0
    assert status["requests_per_s"] < 110  # eighty on a machine that keeps up
    # Chance decides who does what next, so the rarest request may take its time.
    poll_until(lambda: {row["name"] for row in shopping.status()["by_name"]} >= EVERYTHING, "every kind", within_s=100)
    assert shopping.status()["failures"] == 0
    key, order = platform[1].checkouts[0]
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert set(order) == {"customer_id", "lines", "card_token"}
    assert len({key for key, _ in platform[1].checkouts}) == len(platform[1].checkouts)
    assert re.search(r"idempotency_key=[0-9a-f]{32}", shop[1].purchases[0])


def test_a_lost_connection_is_answered_with_the_same_key_once_more(
    platform: tuple[str, Seen], shop: tuple[str, Seen], tmp_path: Path
) -> None:
    """A checkout whose connection breaks is sent again with its key and its body, and is no failure."""
    platform[1].lose_first_try = True
    with load_generator(tmp_path, target=platform[0], storefront=shop[0], users=160) as running:
        poll_until(lambda: platform[1].lost, "a connection to be lost", within_s=60.0)
        running.until("requests", 200)
        early = {json.dumps(checkout) for checkout in platform[1].checkouts}
        poll_until(lambda: all(tries(platform[1], one) == 2 for one in early), "second tries", within_s=60.0)
        assert running.status()["failures"] == 0
    assert all(tries(platform[1], one) == 2 for one in early)


def tries(seen: Seen, checkout: str) -> int:
    """Return how often a checkout came."""
    return [json.dumps(one) for one in seen.checkouts].count(checkout)


def test_failures_are_counted_by_kind_and_logged_with_their_route(
    platform: tuple[str, Seen], shop: tuple[str, Seen], tmp_path: Path
) -> None:
    """A platform that answers 503 shows up in the status and, line by line, in the log."""
    platform[1].answer = (503, "busy")
    with load_generator(tmp_path, target=platform[0], storefront=shop[0], users=160) as running:
        status = running.until("failures", 5)
    assert [(row["name"], row["error"]) for row in status["errors"]] == [("/orders", "503 busy")]
    failed = [event for event in running.events() if event["event"] == "request.failed"]
    assert failed
    assert failed[0]["service"] == "load-generator"
    assert (failed[0]["level"], failed[0]["route"], failed[0]["problem"]) == ("warning", "/orders", "503 busy")


def test_customers_who_are_turned_down_are_no_failures(
    platform: tuple[str, Seen], shop: tuple[str, Seen], tmp_path: Path
) -> None:
    """Out of stock is business, not an error."""
    platform[1].answer = (409, "out-of-stock")
    with load_generator(tmp_path, target=platform[0], storefront=shop[0], users=160) as running:
        poll_until(lambda: platform[1].checkouts, "a customer to be turned down", within_s=60.0)
        running.until("requests", 200)
        assert running.status()["failures"] == 0


def test_the_load_changes_stops_and_starts_while_the_process_runs(shopping: LoadGenerator) -> None:
    """Users go up, down and to none; a stop lets everybody go; an order after it starts again."""
    assert post(f"{shopping.url}/nightshift/load", {"users": 220}) == 200
    shopping.until("users", 220)
    assert post(f"{shopping.url}/nightshift/load", {"users": 0}) == 200
    shopping.until("requests", 1)
    assert post(f"{shopping.url}/nightshift/stop", {}) == 200
    stopped = shopping.status()
    assert (stopped["state"], stopped["users"], stopped["users_wanted"]) == ("stopped", 0, 0)
    assert post(f"{shopping.url}/nightshift/load", {"users": 10, "shape": "spike"}) == 200
    assert shopping.until("users", 10)["shape"] == "spike"


def test_an_order_that_makes_no_sense_changes_nothing(shopping: LoadGenerator) -> None:
    """Out of range, unknown, not an object: refused, and the load goes on as it was."""
    orders: list[object] = [{"users": 2001}, {"users": -1}, {"users": "9"}, {"shape": "stedy"}, {"speed": 9}, [], None]
    assert [post(f"{shopping.url}/nightshift/load", order) for order in orders] == [422] * len(orders)
    assert shopping.status()["users_asked"] == 160


def test_a_foreign_web_site_cannot_drive_the_load(shopping: LoadGenerator) -> None:
    """A page from elsewhere that posts to the load generator is refused, on Locust's own routes too."""
    assert post(f"{shopping.url}/nightshift/stop", {}, origin="http://example.org") == 403
    assert post(f"{shopping.url}/stop", {}, origin="http://example.org") == 403
    assert post(f"{shopping.url}/nightshift/load", {"users": 5}, origin=shopping.url) == 200


def test_locusts_own_page_is_there(shopping: LoadGenerator) -> None:
    """The page that Locust brings shows the run."""
    assert "Locust" in httpx.get(shopping.url).text
    assert httpx.get(f"{shopping.url}/stats/requests").json()["state"] in {"running", "spawning"}


def test_sigterm_ends_it_in_good_order(shopping: LoadGenerator) -> None:
    """A termination signal ends the process with exit code 0 and a last line in the log."""
    shopping.until("requests", 20)
    shopping.process.send_signal(signal.SIGTERM)
    assert shopping.process.wait(60) == 0
    assert shopping.events()[-1]["event"] == "load.ended"


def test_settings_that_make_no_sense_end_it_with_a_sentence() -> None:
    """An unknown shape in the environment: exit code 2 and the names there are."""
    ended = subprocess.run(
        [sys.executable, "-m", "loadgen"],
        env={"LOADGEN_SHAPE": "stedy", "LOADGEN_USERS": "-1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "choose one of: firms, newsletter, night, ramp, rush, spike, steady" in ended.stderr
    assert "greater than or equal to 0" in ended.stderr
