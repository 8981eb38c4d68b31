"""What Grafana is told at its start fits together."""

import re
from typing import Any

from tests.support.dashboards import ROOT
from tests.support.yaml_files import read

FOLDER = ROOT / "grafana" / "provisioning"
SOURCES: dict[str, dict[str, Any]] = {
    source["uid"]: source
    for file in sorted((FOLDER / "datasources").glob("*.yaml"))
    for source in read(file)["datasources"]
}


def links(value: Any) -> set[str]:
    """Return the data sources that something refers to."""
    if isinstance(value, dict):
        own = {inner for key, inner in value.items() if key in {"datasourceUid", "targetUID"}}
        return own.union(*map(links, value.values()))
    return set().union(*map(links, value)) if isinstance(value, list) else set()


def test_there_are_three_sources_and_one_is_the_default() -> None:
    """Under the names that the dashboards and compose use."""
    assert {uid: source["url"] for uid, source in SOURCES.items()} == {
        "prometheus": "http://prometheus:9090",
        "jaeger": "http://jaeger:16686",
        "loki": "http://loki:3100",
    }
    assert [uid for uid, source in SOURCES.items() if source.get("isDefault")] == ["prometheus"]


def test_each_signal_leads_to_the_others() -> None:
    """Metric → trace and logs, trace → logs and metrics, log line → trace; whatever is named exists."""
    assert {uid: links(source) for uid, source in SOURCES.items()} == {
        "prometheus": {"jaeger", "loki"},
        "jaeger": {"loki", "prometheus"},
        "loki": {"jaeger"},
    }


def test_correlations_have_what_grafana_asks_of_them() -> None:
    """A label, a description, a field, and a query to run."""
    every = [one for source in SOURCES.values() for one in source.get("correlations", ())]
    assert len(every) == 2
    for one in every:
        assert one["label"]
        assert one["description"]
        assert one["config"]["type"] == "query"
        assert one["config"]["field"]
        assert one["config"]["target"]


def test_dollars_are_doubled() -> None:
    """In these files a single one is a variable of the environment."""
    texts = [file.read_text() for file in FOLDER.rglob("*.yaml")]
    assert not any(re.search(r"(?<!\$)\$(?!\$)", text) for text in texts)
    assert any("$$" in text for text in texts)


def test_a_line_of_our_logs_has_a_trace() -> None:
    """As it is written: the pattern finds the id, and finds none where there is none."""
    (pattern,) = (
        field["matcherRegex"] for field in SOURCES["loki"]["jsonData"]["derivedFields"]
        if field["matcherType"] == "regex"
    )  # fmt: skip
    trace = "55ff4055c93903792739a413b7f01e22"
    found = re.search(pattern, f'{{"event":"order.placed","trace_id":"{trace}"}}')
    assert found
    assert found[1] == trace
    assert not re.search(pattern, '{"event":"order.placed","trace_id":""}')


def test_dashboards_are_read_from_where_compose_puts_them() -> None:
    """And nobody changes them in the browser: they would be lost."""
    (provider,) = read(FOLDER / "dashboards" / "nightshift.yaml")["providers"]
    assert provider["options"]["path"] == "/var/lib/grafana/dashboards"
    assert provider["allowUiUpdates"] is False
