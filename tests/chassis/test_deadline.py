"""A deadline travels with a request, shrinks on its way and is never extended."""

import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from services.chassis import deadline
from services.chassis.deadline import DeadlineMiddleware
from services.chassis.errors import DeadlineExceeded


async def remaining(_: Request) -> JSONResponse:
    """Tell what a handler sees."""
    return JSONResponse({"remaining_s": deadline.remaining_s()})


def client() -> httpx.AsyncClient:
    """Return a client of an application that tells the time left."""
    app = DeadlineMiddleware(Starlette(routes=[Route("/", remaining)]))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_the_header_is_the_deadline_of_the_handler() -> None:
    """1500 ms in the header are at most 1.5 s for the work."""
    answer = await client().get("/", headers={deadline.HEADER: "1500"})
    assert 1.0 < answer.json()["remaining_s"] <= 1.5
    assert deadline.remaining_s() is None


@pytest.mark.parametrize("headers", [{}, {deadline.HEADER: "soon"}, {deadline.HEADER: ""}])
async def test_without_a_header_that_makes_sense_there_is_no_deadline(headers: dict[str, str]) -> None:
    """Nobody said that they are in a hurry."""
    assert (await client().get("/", headers=headers)).json() == {"remaining_s": None}


@pytest.mark.parametrize("budget", ["0", "-5"])
async def test_work_whose_time_has_passed_is_refused(budget: str) -> None:
    """Nobody waits for the answer, so nothing is done."""
    answer = await client().get("/", headers={deadline.HEADER: budget})
    assert (answer.status_code, answer.json()["type"]) == (504, "urn:problem:deadline-exceeded")
    assert answer.headers["content-type"] == "application/problem+json"


@given(st.lists(st.floats(-1, 100), min_size=1, max_size=6))
def test_an_inner_deadline_never_extends_an_outer_one(budgets: list[float]) -> None:
    """However they are nested, what is left is what the shortest one leaves, and leaving restores the outer one."""

    def nest(left: list[float]) -> None:
        if not left:
            remaining_s = deadline.remaining_s()
            assert remaining_s is not None
            assert remaining_s <= min(budgets)
            return
        with deadline.within(left[0]):
            before = deadline._deadline.get()
            nest(left[1:])
            assert deadline._deadline.get() == before

    nest(budgets)
    assert deadline.remaining_s() is None


def test_a_timeout_is_cut_to_the_time_left() -> None:
    """Shorter stays, longer is cut, and with nothing left there is no timeout to give."""
    assert deadline.bounded_s(3.0) == 3.0
    with deadline.within(100.0):
        assert deadline.bounded_s(0.5) == 0.5
        assert 50.0 < deadline.bounded_s(300.0) <= 100.0
    with deadline.within(0.0), pytest.raises(DeadlineExceeded):
        deadline.bounded_s(3.0)


def test_some_time_can_be_kept_for_the_answer() -> None:
    """Keeping is taken off what is left, and is nothing when nobody waits."""
    with deadline.within(100.0), deadline.keeping(40.0):
        assert 0.0 < deadline.bounded_s(300.0) <= 60.0
    with deadline.within(0.1), deadline.keeping(0.4), pytest.raises(DeadlineExceeded):
        deadline.bounded_s(3.0)
    with deadline.keeping(0.4):
        assert deadline.remaining_s() is None


def test_time_passes() -> None:
    """What is left shrinks with the clock."""
    with deadline.within(10.0):
        first = deadline.bounded_s(60)
        until = time.monotonic() + 0.01
        while time.monotonic() < until:
            pass
        assert deadline.bounded_s(60) <= first - 0.009
