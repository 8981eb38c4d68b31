"""Metrics follow the vocabulary, which alone knows their names."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from observability.wiring import vocabulary
from observability.wiring.metrics import Metrics
from observability.wiring.vocabulary import Metric
from tests.support.polling import poll_until

ROOT = Path(__file__).parents[3]
ALL = pytest.mark.parametrize("metric", vocabulary.metrics(), ids=lambda metric: metric.name)


@ALL
def test_names_follow_the_conventions(metric: Metric) -> None:
    """Snake case, base units, `_total` on counters and only there, a sentence of help."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)+", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search(r"_(ms|milliseconds|minutes|euros?)(_|$)", metric.name)
    assert metric.help.endswith(".")
    assert bool(metric.buckets) == (metric.kind == "histogram")


@ALL
def test_every_metric_can_be_made_and_shown(metric: Metric) -> None:
    """What the vocabulary lists is exposed under exactly that name."""
    metrics = Metrics()
    made = getattr(metrics, metric.kind)(metric)
    child = made.labels(*("x" for _ in metric.labels)) if metric.labels else made
    child.observe(1) if metric.kind == "histogram" else child.inc()
    shown = metrics.exposition()[0].decode()
    assert re.search(rf"^{metric.name}(_bucket)?[{{ ]", shown, re.MULTILINE)


def test_names_are_unique() -> None:
    """No two metrics share a name."""
    names = [metric.name for metric in vocabulary.metrics()]
    assert len(names) == len(set(names))


def test_the_vocabulary_is_the_only_place_with_metric_names() -> None:
    """No other module of the platform spells out a metric's name."""
    names = {metric.name for metric in vocabulary.metrics()}
    for folder in ("services", "observability", "loadgen"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "vocabulary.py":
                written = set(re.findall(r"""["']([a-z0-9_]+)["']""", path.read_text()))
                assert not names & written, f"{path} spells out {names & written}"


def test_only_the_wiring_makes_metrics() -> None:
    """Services get their metrics from telemetry, not from the client library."""
    for path in (ROOT / "services").rglob("*.py"):
        imports = re.findall(r"from prometheus_client import \(?([^)\n]*)", path.read_text())
        assert not any("REGISTRY" in names for names in imports), path


def test_a_metric_is_made_once() -> None:
    """Asking again gives the same one."""
    metrics = Metrics()
    assert metrics.counter(vocabulary.ORDERS) is metrics.counter(vocabulary.ORDERS)


def test_a_metric_is_what_it_says() -> None:
    """A counter cannot be had as a gauge."""
    with pytest.raises(TypeError, match="orders_total is a counter, not a gauge"):
        Metrics().gauge(vocabulary.ORDERS)


def test_services_in_one_process_do_not_share_numbers() -> None:
    """Each service has a registry of its own."""
    first, second = Metrics(), Metrics()
    first.counter(vocabulary.ORDERS).labels("confirmed").inc()
    second.counter(vocabulary.ORDERS)
    assert second.registry.get_sample_value("orders_total", {"outcome": "confirmed"}) is None


def test_the_format_is_what_the_scraper_accepts() -> None:
    """OpenMetrics when asked for, the classic text format otherwise."""
    metrics = Metrics()
    open_metrics, kind = metrics.exposition("application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
    assert kind.startswith("application/openmetrics-text")
    assert open_metrics.endswith(b"# EOF\n")
    classic, kind = metrics.exposition()
    assert kind.startswith("text/plain")
    assert b"# EOF" not in classic


def test_the_drift_of_the_ledger_is_described_as_it_is_computed() -> None:
    """Accounts that are off in opposite directions do not cancel out: it is a sum of absolute differences."""
    assert "absolute" in vocabulary.LEDGER_DRIFT.help


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_processor_time_of_child_processes_counts() -> None:
    """While they work, and after they have ended."""

    def spent_s() -> float:
        shown = Metrics().exposition()[0].decode()
        return float(re.findall(r"^process_cpu_seconds_total (\S+)$", shown, re.MULTILINE)[0])

    before = spent_s()
    with subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) as working:
        poll_until(lambda: spent_s() >= before + 1, "a child's second to be counted")
        seen = spent_s()
        working.kill()
    assert spent_s() >= seen
