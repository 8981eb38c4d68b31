"""Every metric that a dashboard asks for is measured by somebody who is named."""

import json
from collections.abc import Iterator

import pytest

from observability.slo.prometheus import FOLDER as RULES
from observability.wiring import vocabulary
from tests.support.dashboards import NEED_LOSS, NEED_TROUBLE, boards, panels, questions
from tests.support.metric_names import metrics_in
from tests.support.other_metrics import OTHERS


def measured() -> Iterator[str]:
    """Yield the names of all series that the services have."""
    for metric in vocabulary.metrics():
        parts = ("_bucket", "_count", "_sum") if metric.kind == "histogram" else ("",)
        yield from (metric.name + part for part in parts)


def recorded() -> set[str]:
    """Return the names of what the rules record."""
    groups = json.loads((RULES / "drill.yaml").read_text())["groups"]
    return {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}


def asked() -> Iterator[tuple[str, str]]:
    """Yield panel and metric."""
    for uid, board in boards().items():
        for panel in panels(board):
            if panel["datasource"]["type"] == "prometheus":
                for target in panel["targets"]:
                    yield from ((f"{uid} / {panel['title']}", name) for name in metrics_in(target["expr"]))


def test_every_metric_is_known() -> None:
    """Of the vocabulary, of the recording rules, or of others, by name."""
    known = {*measured(), *recorded(), *OTHERS}
    assert [one for one in asked() if one[1] not in known] == []


def test_nobody_is_listed_in_vain() -> None:
    """A metric of others stands in the list because a panel asks for it."""
    assert OTHERS.keys() - {name for _, name in asked()} == set()


@pytest.mark.parametrize(
    ("expr", "names"),
    [
        ("up", {"up"}),
        ('sum by (service, le) (rate(a_bucket{x="b{c}",y=~"d|e"}[$__rate_interval])) > 0', {"a_bucket"}),
        ("slo:bad_share:increase3m / 0.001 or b offset 5m unless on(x) group_left(y) c", {
            "slo:bad_share:increase3m", "b", "c",
        }),
        ('label_replace(sum (d), "id", "$1", "service", "(.+)")', {"d"}),
        ("histogram_quantile(0.95, e) and topk(5, f) * 1e3", {"e", "f"}),
    ],
)  # fmt: skip
def test_names_are_read_out_of_expressions(expr: str, names: set[str]) -> None:
    """Functions, labels, values, windows and numbers are none."""
    assert metrics_in(expr) == names


def test_panels_that_need_something_to_be_wrong_exist() -> None:
    """Each is named as it is called."""
    assert {*NEED_TROUBLE, *NEED_LOSS} <= {one.where for one in questions()}
