"""Every query of every panel has data when a real Prometheus has scraped a lab under load."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from lab.scraping import Target, configuration
from observability.slo.prometheus import FOLDER as RULES
from tests.support import alertmanager, prometheus
from tests.support.backend_process import free_ports
from tests.support.dashboards import NEED_LOSS, NEED_TROUBLE, Asked, questions, silent
from tests.support.lab import RunningLab, running_lab
from tests.support.polling import poll_until

MISSING = [module.ABSENT for module in (prometheus, alertmanager) if module.PROGRAM is None]

pytestmark = [
    pytest.mark.stack,
    pytest.mark.live,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(MISSING), reason="; ".join(MISSING) or "all are there"),
]

ABSENT_HERE = ("otelcol_", "loki_", "rabbitmq_")
"""Metrics of parts that only `docker compose` has; the compose test asks for them."""
SHORT_OF_QUEUE = {"OTEL_BSP_MAX_QUEUE_SIZE": "4"}
"""So that some spans are sent and some are lost: the panel that counts the lost ones is to be seen as well."""

ROUTES = """
route: {{receiver: nobody, group_wait: 1s, group_interval: 5s}}
receivers: [{{name: nobody, webhook_configs: [{{url: 'http://127.0.0.1:{port}/'}}]}}]
"""
"""Nobody takes the notices."""


@dataclass(frozen=True)
class Scraped:
    """A lab, and the Prometheus that scrapes it."""

    lab: RunningLab
    url: str

    def silent(self, asked: list[Asked]) -> list[str]:
        """Return the queries without data."""
        return [str(one) for one in silent({"prometheus": self.url}, asked)]


@pytest.fixture(scope="module")
def scraped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scraped]:
    """Return a lab at default load and a Prometheus with the configuration of compose, at other addresses."""
    places = [tmp_path_factory.mktemp(name) for name in ("lab", "alertmanager", "prometheus")]
    port, alerts, pager = free_ports(3)
    address = f"127.0.0.1:{alerts}"
    with (
        running_lab(places[0], env=SHORT_OF_QUEUE) as lab,
        alertmanager.alertmanager(places[1], ROUTES.format(port=pager), alerts),
    ):
        instruments = {"prometheus": f"127.0.0.1:{port}", "alertmanager": address}
        text = configuration(replicas(lab), str(RULES / "drill.yaml"), address, instruments)
        with prometheus.configured(places[2], text, port) as url:
            yield Scraped(lab, url)


def replicas(lab: RunningLab) -> list[Target]:
    """Return the platform's replicas where this lab has them."""
    state = json.loads(lab.home.state_file.read_text())["replicas"]
    return [
        Target(one["service"], name, f"127.0.0.1:{one['port']}")
        for name, one in state.items()
        if one["service"] not in {"controller", "mesh", "evidence-store", "load-generator"}
    ]


def here() -> list[Asked]:
    """Return what this Prometheus can be asked."""
    return [one for one in questions() if one.source == "prometheus" and not any(p in one.expr for p in ABSENT_HERE)]


def test_every_query_has_data_while_all_is_well(scraped: Scraped) -> None:
    """But for those that need trouble; of the spans some are lost, for the queues are short."""
    asked = [one for one in here() if one.where not in NEED_TROUBLE]
    assert len(asked) > 60
    assert {one.where for one in asked} >= NEED_LOSS
    poll_until(lambda: not scraped.silent(asked), "data for every query", within_s=75, every_s=5)


def test_the_rest_has_data_when_something_is_wrong(scraped: Scraped) -> None:
    """Each is asked while the fault is on that it is listed with."""
    asked = [one for one in here() if one.where in NEED_TROUBLE]
    for fault in {NEED_TROUBLE[one.where] for one in asked}:
        scraped.lab.cli("chaos", "inject", *fault, "--for", "1m")
    poll_until(lambda: not scraped.silent(asked), "data for what needs trouble", within_s=40, every_s=2)


def test_a_query_without_data_is_seen(scraped: Scraped) -> None:
    """A metric that nobody measures, and a label that has no such value."""
    one = here()[0]
    asked = [replace(one, expr=expr) for expr in ("orders_by_mood_total", 'up{service="bakery"}', "0 / 0")]
    assert len(scraped.silent(asked)) == len(asked)


def test_exemplars_are_kept(scraped: Scraped) -> None:
    """From a point of a latency panel there is a trace to go to."""

    def kept() -> bool:
        wanted = "query=http_server_request_duration_seconds_bucket&start=0&end=9e9"
        answer = httpx.get(f"{scraped.url}/api/v1/query_exemplars?{wanted}", trust_env=False)
        labels = [each["labels"] for series in answer.json()["data"] for each in series["exemplars"]]
        return any(len(one.get("trace_id", "")) == 32 for one in labels)

    poll_until(kept, "an exemplar with a trace id", every_s=1)


def test_targets_have_the_labels_of_the_embedded_store(scraped: Scraped) -> None:
    """So that rules and queries mean the same in both."""

    def seen() -> set[tuple[str, str]]:
        query = {"query": 'up{service!=""} == 1'}
        answer = httpx.get(f"{scraped.url}/api/v1/query", params=query, trust_env=False)
        return {(one["metric"]["service"], one["metric"]["instance"]) for one in answer.json()["data"]["result"]}

    wanted = {(one.service, one.instance) for one in replicas(scraped.lab)}
    poll_until(lambda: seen() == wanted, "every replica", every_s=1)
