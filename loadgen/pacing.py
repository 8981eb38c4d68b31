"""When a shopper acts next: at a steady rate on average, never in step with the others."""

from collections.abc import Callable
from random import Random

from locust import User, constant_pacing


def jittered_pacing(mean_s: float, spread: float = 0.5) -> Callable[[User], float]:
    """Return a Locust wait time: a task every `mean_s` seconds on average, each wait up to `spread` shorter or longer.

    The pacing measures when a task really ran, so that what one wait is longer the next is shorter: the rate holds.
    """
    pacing = constant_pacing(mean_s)
    chance = Random()  # noqa: S311 -- keeps shoppers out of step, protects nothing

    def wait_time(user: User) -> float:
        wait_s: float = pacing(user) + mean_s * spread * chance.uniform(-1, 1)
        return max(0.0, wait_s)

    return wait_time
