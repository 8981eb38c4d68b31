"""Claims about what counts as a failure."""

import pytest

from loadgen.outcomes import api_failure, is_out_of_stock, page_failure, parsed


@pytest.mark.parametrize(
    ("status", "code"),
    [(402, "payment-declined"), (409, "out-of-stock"), (404, "unknown-sku")],
)
def test_being_turned_down_is_no_failure(status: int, code: str) -> None:
    """A declined card, an empty shelf and a product that is not sold any more are business."""
    assert api_failure(status, {"type": f"urn:problem:{code}"}) is None


@pytest.mark.parametrize(
    ("status", "body", "failure"),
    [
        (409, {"type": "urn:problem:order-in-progress"}, "409 order-in-progress"),
        (402, {}, "402"),
        (404, {"type": "urn:problem:not-found"}, "404 not-found"),
        (503, {"type": "urn:problem:busy"}, "503 busy"),
        (500, {}, "500"),
        (200, {}, "200 without a JSON object"),
        (302, {}, "302"),
    ],
)
def test_every_other_answer_is_a_failure_with_a_name(status: int, body: dict[str, str], failure: str) -> None:
    """Failures are named by status and problem code, so that they can be counted."""
    assert api_failure(status, body) == failure


def test_a_page_fails_by_its_status_or_by_missing_its_end() -> None:
    """A page is fine when it is whole, also when it tells about a declined card."""
    assert page_failure(200, "<html></html>\n") is None
    assert page_failure(402, "<html></html>") is None
    assert page_failure(200, "<html><p>Tea") == "200 page cut off"
    assert page_failure(503, "<html></html>") == "503 page"


@pytest.mark.parametrize("body", [None, b"", b"<html>", b"[1]", b"\xff"])
def test_what_is_not_a_json_object_is_an_empty_one(body: bytes | None) -> None:
    """Nothing that a broken platform sends breaks a shopper."""
    assert parsed(body) == {}


def test_only_an_empty_shelf_sends_shoppers_back_to_the_list() -> None:
    """Other refusals say nothing about what there is."""
    assert is_out_of_stock({"type": "urn:problem:out-of-stock"})
    assert not is_out_of_stock({"type": "urn:problem:unknown-sku"})
    assert not is_out_of_stock({"order_id": "3f2b"})
