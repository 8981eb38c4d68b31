"""Numbers, sparklines and bars, as people read them."""

import pytest

from lab.evidence import figures
from lab.evidence.sparkline import bar, sparkline, spread
from observability.evidence.model import Point, Range, Window


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"), (0.0000123, "12.3 µs"), (0.00085, "850 µs"), (0.0009999, "1 ms"), (0.0123, "12.3 ms"),
        (0.4, "400 ms"), (0.9996, "1 s"), (1.236, "1.24 s"), (59.9, "59.9 s"), (125, "2m 05s"),
        (None, "–"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_duration_has_three_digits_and_its_unit(seconds: float | None, shown: str) -> None:
    """From microseconds to minutes."""
    assert figures.seconds(seconds) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0 %"), (0.0001, "<0.1 %"), (0.004, "0.4 %"), (0.0996, "10 %"), (0.12, "12 %"), (1, "100 %")],
)
def test_share_is_a_percentage(share: float, shown: str) -> None:
    """What is not nought does not look like nought."""
    assert figures.percent(share) == shown


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("event_loop_lag_seconds", 0.0021, "2.1 ms"),
        ("http_server_request_duration_seconds_sum", 90.0, "1m 30s"),
        ("process_resident_memory_bytes", 45.5e6, "43.4 MB"),
        ("order_revenue_cents_total", 123456, "123,456 ct"),
        ("orders_total", 0.1234, "0.12"),
        ("up", float("inf"), "inf"),
    ],
)
def test_value_has_the_unit_that_its_name_tells(metric: str, value: float, shown: str) -> None:
    """Seconds, bytes, cents, or nothing."""
    assert figures.measured(metric, value) == shown


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([5, 5], "██"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([1, None, float("nan"), 1], "█  █"),
        ([-1, 0, 1], "▁▅█"),
    ],
)
def test_sparkline_begins_at_nought_and_leaves_gaps(values: list[float | None], drawn: str) -> None:
    """A steady value is no valley."""
    assert sparkline(values) == drawn


def test_points_are_spread_over_the_window() -> None:
    """One for each part, None where nothing is known."""
    series = Range({}, (Point(10, 1.0), Point(20, 2.0), Point(45, 3.0)))
    assert spread(series, Window(10, 50), 4) == [1.0, 2.0, None, 3.0]


@pytest.mark.parametrize(
    ("share", "drawn"), [(0, ""), (0.001, "▏"), (0.5, "██"), (0.53125, "██▏"), (1, "████"), (2, "████")]
)
def test_bar_is_exact_to_the_eighth(share: float, drawn: str) -> None:
    """And never vanishes while there is something."""
    assert bar(share, 4) == drawn
