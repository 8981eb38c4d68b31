"""The bridge between a shape and Locust: every second it says how many shoppers there should be."""

import time

from locust import LoadTestShape

from loadgen.shape import Shape

FASTEST_SPAWN = 100.0


class ShapedLoad(LoadTestShape):
    """Follows one shape with a number of users; both can be changed while it runs. It never ends by itself."""

    def __init__(self, shape: Shape, users: int) -> None:
        self.start_time = time.perf_counter()  # Locust sets it anew whenever the load is started
        self.shape = shape
        self.users = users

    def follow(self, shape: Shape, users: int) -> None:
        """Go on with `users`, and with `shape` from its start if it is another one."""
        if shape.name != self.shape.name:
            self.start_time = time.perf_counter()
        self.shape, self.users = shape, users

    def wanted(self) -> int:
        """Return how many shoppers there should be now."""
        return self.shape.users_at(time.perf_counter() - self.start_time, self.users)

    def tick(self) -> tuple[int, float]:
        """Return the number of shoppers and how many of them may come or go in a second."""
        wanted = self.wanted()
        return wanted, min(max(wanted / 2, 5.0), FASTEST_SPAWN)
