"""The bridge between the load there should be and Locust: every second it says how many shoppers that are."""

from locust import LoadTestShape

from loadgen.load import Load

FASTEST_SPAWN = 100.0


class ShapedLoad(Load, LoadTestShape):
    """A load that Locust follows. It never ends by itself."""

    def reset_time(self) -> None:
        """Hear from Locust that the load is started."""
        self.begin()

    def tick(self) -> tuple[int, float]:
        """Return the number of shoppers and how many of them may come or go in a second."""
        wanted = self.wanted()
        return wanted, min(max(wanted / 2, 5.0), FASTEST_SPAWN)
