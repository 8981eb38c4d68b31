"""Panels of logs find what a service wrote, whichever way its lines came into a real Loki."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.support.dashboards import questions, silent
from tests.support.loki import ABSENT, PROGRAM, loki
from tests.support.polling import poll_until

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(PROGRAM is None, reason=ABSENT),
]

TRACE = "55ff4055c93903792739a413b7f01e22"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of an empty Loki."""
    with loki(tmp_path_factory.mktemp("logs")) as url:
        yield url


def as_a_line(level: str, service: str) -> tuple[str, Any]:
    """Return a line as our services write it, labelled by whoever read it from a file."""
    line = json.dumps({"level": level, "event": "stock.unconfirmed", "service": service, "trace_id": TRACE})
    return "/loki/api/v1/push", {"streams": [{"stream": {"service": service}, "values": [[str(time.time_ns()), line]]}]}


def as_otlp(level: str, service: str) -> tuple[str, Any]:
    """Return the same as our Collector sends it."""
    said = {"level": level, "event": "stock.unconfirmed", "trace_id": TRACE}
    record = {
        "timeUnixNano": str(time.time_ns()),
        "severityText": level.upper(),
        "body": {"stringValue": json.dumps({**said, "service": service})},
        "attributes": attributes(said),
    }
    resource = {"attributes": attributes({"service": service, "instance": f"{service}-1"})}
    return "/otlp/v1/logs", {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]}


def attributes(values: dict[str, str]) -> list[dict[str, Any]]:
    """Return attributes as OTLP has them."""
    return [{"key": name, "value": {"stringValue": value}} for name, value in values.items()]


@pytest.mark.parametrize("form", [as_a_line, as_otlp])
def test_a_warning_is_found(url: str, form: Callable[[str, str], tuple[str, Any]]) -> None:
    """What is said in passing is not: only lines that ask for attention are shown."""
    service = f"{form.__name__.replace('_', '-')}-service"
    asked = [one for one in questions() if one.source == "loki"]
    here = [replace(one, expr=one.expr.replace("order-service", service)) for one in asked]
    assert here
    every = [replace(here[0], expr=f'{{service="{service}"}}')]
    write(url, *form("info", service))
    poll_until(lambda: not silent({"loki": url}, every), "the line", every_s=0.5)
    assert silent({"loki": url}, here) == here
    write(url, *form("warning", service))
    poll_until(lambda: not silent({"loki": url}, here), "the warning", every_s=0.5)


def write(url: str, path: str, body: Any) -> None:
    """Have Loki take lines."""
    answer = httpx.post(f"{url}{path}", json=body, trust_env=False)
    assert answer.is_success, answer.text
