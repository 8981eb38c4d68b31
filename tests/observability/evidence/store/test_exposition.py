"""What replicas show, read line by line."""

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.openmetrics.exposition import generate_latest

from observability.evidence.store.exposition import exemplar, lines, named


def test_the_clients_own_text_is_read_as_it_was_meant() -> None:
    """Names, labels with everything that has to be escaped, values, exemplars."""
    registry = CollectorRegistry()
    odd = 'a "quoted", \\ and } # {b="c"} 1\nline'
    Counter("orders", "Orders.", ["outcome"], registry=registry).labels(odd).inc(3)
    seconds = Histogram("took_seconds", "Time.", buckets=(0.5,), registry=registry)
    seconds.observe(0.25, {"trace_id": "ab" * 16})
    shown = {}
    for line in lines(generate_latest(registry).decode()):  # type: ignore[no-untyped-call]
        if (meant := named(line.key)) is not None:
            shown[meant.metric + meant.labels.get("le", "")] = (meant.labels, line)
    assert shown["took_seconds_bucket0.5"][1].value == 1
    found = exemplar(shown["took_seconds_bucket0.5"][1].exemplar)
    assert found is not None
    assert found[:2] == ({"trace_id": "ab" * 16}, 0.25)
    assert shown["took_seconds_bucket+Inf"][0] == {"le": "+Inf"}


@pytest.mark.parametrize(
    ("line", "metric", "labels", "value"),
    [
        ("up 1", "up", {}, 1.0),
        ('a:b{x="1",y="two words"} 2.5e3', "a:b", {"x": "1", "y": "two words"}, 2500.0),
        ('m{x="say \\"hi\\"\\\\\\n"} +Inf', "m", {"x": 'say "hi"\\\n'}, float("inf")),
        ('m{x="}"} 1', "m", {"x": "}"}, 1.0),
    ],
)
def test_lines(line: str, metric: str, labels: dict[str, str], value: float) -> None:
    """As the format has them."""
    (shown,) = lines(f"# HELP {metric} Text.\n{line}\n")
    assert (named(shown.key), shown.value) == ((metric, labels), value)


@pytest.mark.parametrize("line", ["", "# EOF", "nonsense", "m one"])
def test_what_is_no_sample_is_left_out(line: str) -> None:
    """The others are read."""
    assert [shown.key for shown in lines(f"{line}\nup 1\n")] == ["up"]


@pytest.mark.parametrize("key", ["m 3", "m{", "1m", 'm{x="y}'])
def test_what_is_no_key_is_none(key: str) -> None:
    """A line that tells its own time is not ours."""
    assert named(key) is None
