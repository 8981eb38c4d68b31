"""Names in the documentation – of metrics, attributes, log fields, events – are those of the code."""

import re
from collections.abc import Iterator

import pytest

from observability.wiring import vocabulary
from tests.support.other_metrics import OTHERS as OTHER_METRICS
from tests.support.pages import ROOT, Page, pages

METRICS = {metric.name for metric in vocabulary.metrics()}
OTHERS = ("process_", "python_")
"""What the Prometheus client tells by itself."""
SUFFIXES = ("_bucket", "_count", "_sum", "_created")
FAMILIES = {"_".join(name.split("_")[:2]) + "_" for name in METRICS if name.count("_") > 1}
NAME = re.compile(r"(?<![\w.])[a-z]+(?:_[a-z0-9]+)+\b")
DOTTED = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")
TELEMETRY = next(page for page in pages() if page.name == "docs/telemetry.md")


def unknown_metrics(page: Page) -> set[str]:
    """Return names in the code of a page that look like metrics and are none."""
    code = [*page.spans(), *page.blocks("console"), *page.blocks("text")]
    words = {name for text in code for name in NAME.findall(text)}
    named = {name for name in words if _looks_like_a_metric(name)}
    known = METRICS | OTHER_METRICS.keys()
    return {name for name in named if _plain(name) not in known and not name.startswith(OTHERS)}


def _looks_like_a_metric(name: str) -> bool:
    return name.endswith(("_total", "_seconds", *SUFFIXES)) or name.startswith(tuple(FAMILIES))


def _plain(name: str) -> str:
    return next((name.removesuffix(suffix) for suffix in SUFFIXES if name.endswith(suffix)), name)


def column(number: int, *titles: str) -> Iterator[str]:
    """Yield the names in code in one column of a table of the page on telemetry."""
    for row in TELEMETRY.rows(*titles):
        yield from re.findall(r"`([^`]+)`", row[number])


def source() -> str:
    """Return all code that could log or measure something."""
    folders = ("services", "observability", "chaos", "lab", "loadgen")
    return "\n".join(file.read_text() for folder in folders for file in sorted((ROOT / folder).rglob("*.py")))


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_metrics_are_in_the_vocabulary(page: Page) -> None:
    """Whatever stands in code and looks like a metric."""
    assert unknown_metrics(page) == set()


@pytest.mark.parametrize("name", ["orders_by_mood_total", "http_server_happiness", "queue_wait_seconds_bucket"])
def test_a_metric_that_does_not_exist_is_caught(name: str) -> None:
    """By its suffix or its family."""
    assert unknown_metrics(Page(ROOT / "page.md", f"See `{name}` and `order_id`.\n")) == {name}


def test_every_metric_of_the_vocabulary_is_measured_by_somebody() -> None:
    """A table of metrics that nobody serves would be a table of wishes."""
    code = source()
    constants = {name for name, value in vars(vocabulary).items() if isinstance(value, vocabulary.Metric)}
    assert {name for name in constants if not re.search(rf"\.{name}\b", code)} == set()


def test_log_fields_are_in_the_vocabulary() -> None:
    """Those that every line carries."""
    known = {value for name, value in vars(vocabulary).items() if name.startswith("LOG_")}
    assert set(column(0, "field", "")) == known


def test_events_are_logged_somewhere() -> None:
    """Under just this name."""
    code = source()
    named = set(column(0, "event", "from", "level", "says"))
    assert {event for event in named if f'"{event}"' not in code} == set()
    assert len(named) > 30


def test_span_attributes_are_in_the_vocabulary() -> None:
    """All of the vocabulary, and nothing else."""
    said = {name for name in column(1, "on", "attributes") if DOTTED.match(name)}
    names = {name: value for name, value in vars(vocabulary).items() if name.isupper() and isinstance(value, str)}
    known = {value for name, value in names.items() if not name.startswith(("SCOPE_", "EXTENSION_"))}
    assert said == {value for value in known if DOTTED.match(value)}


def test_services_are_called_what_telemetry_calls_them() -> None:
    """In the column that says who logs an event."""
    code = source()
    groups = {"every service", "every caller", "whoever it is", "lab"}
    said = {row[1] for row in TELEMETRY.rows("event", "from", "level", "says")} - groups
    assert {name for name in said if f'"{name}"' not in code} == set()
