"""A loop that is held up shows."""

import time

from observability.wiring.loop_lag import LoopLag
from tests.observability.wiring.conftest import WireService
from tests.support.polling import poll_until_async


async def test_a_blocked_event_loop_shows_as_lag(wired: WireService) -> None:
    """Holding the loop for 80 ms is seen as a tick at least 50 ms late."""
    order = wired()

    def late() -> float:
        everything = order.metrics.registry.get_sample_value("event_loop_lag_duration_seconds_count") or 0
        quick = order.metrics.registry.get_sample_value("event_loop_lag_duration_seconds_bucket", {"le": "0.05"}) or 0
        return everything - quick

    async def seen() -> bool:
        return late() >= 1

    async with LoopLag(order, interval_s=0.02):
        spun_until = time.perf_counter() + 0.08
        while time.perf_counter() < spun_until:
            pass
        await poll_until_async(seen, "the late tick")


async def test_measuring_ends_with_the_block(wired: WireService) -> None:
    """Nothing ticks on after the service has ended."""
    order = wired()
    async with LoopLag(order, interval_s=0.001) as lag:
        assert lag.running
    assert not lag.running
