"""A gateway takes so many requests a second; what is more is refused at once, and may come again."""

import asyncio

import httpx
import pytest

from services.gateway.app import create_app
from services.gateway.domain import Pace
from services.gateway.settings import Settings
from tests.support.listening import listening
from tests.support.scripted import Scripted, says


def begun(pace: Pace, *moments_s: float) -> list[bool]:
    """Return which of the requests that come at these moments may begin."""
    return [pace.allows(moment_s) for moment_s in moments_s]


def test_a_burst_of_a_second_is_taken_and_no_more() -> None:
    """However long it was quiet before."""
    assert begun(Pace(3), 100, 100, 100, 100, 100) == [True, True, True, False, False]


def test_room_comes_back_with_time() -> None:
    """At the same pace, to the request."""
    pace = Pace(2)
    assert begun(pace, 10, 10, 10) == [True, True, False]
    assert begun(pace, 10.4, 10.5, 10.5, 11) == [False, True, False, True]


def test_another_pace_holds_from_now_on() -> None:
    """Room that was saved up under the old one is cut to the new one."""
    pace = Pace(100)
    pace.adjust(2)
    assert begun(pace, 10, 10, 10) == [True, True, False]


async def test_what_is_too_much_is_refused_and_may_come_again() -> None:
    """A problem with `Retry-After`; other requests are answered, and nobody behind the gateway hears of it."""
    inventory = Scripted(says(200, {"products": []}))
    settings = Settings(
        port=0,
        order_url="http://order",
        inventory_url="http://inventory",
        billing_url="http://billing",
        requests_per_s=2,
    )
    app = create_app(settings, transports={"inventory-service": inventory})
    async with listening(app) as url, httpx.AsyncClient(base_url=url) as client:
        answers = await asyncio.gather(*(client.get("/products/MUG") for _ in range(40)))
    refused = [answer for answer in answers if answer.status_code == 503]
    assert 0 < len(refused) < len(answers)
    assert {answer.json()["type"] for answer in refused} == {"urn:problem:busy"}
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    asked = [request for request in inventory.requests if request.url.path != "/products"]
    assert len(asked) == len(answers) - len(refused)


@pytest.mark.parametrize("pace", [0, -1])
def test_a_pace_that_lets_nothing_begin_is_refused(pace: float) -> None:
    """Whoever wants no requests drains the gateway."""
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        Settings(port=0, order_url="", inventory_url="", billing_url="", requests_per_s=pace)
