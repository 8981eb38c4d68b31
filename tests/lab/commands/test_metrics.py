"""Claims about `lab metrics`."""

import json

import pytest

from tests.support.asked_lab import AskedLab

COUNT = "http_server_request_duration_seconds_count"


def test_without_a_selector_names_are_listed_with_their_meaning(asked: AskedLab) -> None:
    """A histogram is one line, whatever samples it is made of; `--json` names the samples."""
    lines = asked.lab("metrics").stdout.splitlines()
    assert lines[0].split() == ["METRIC", "KIND", "LABELS", "MEANING"]
    assert [line.split()[:2] for line in lines[1:]] == [
        ["http_client_request_duration_seconds", "histogram"],
        ["http_server_request_duration_seconds", "histogram"],
        ["orders_total", "counter"],
        ["process_resident_memory_bytes", "gauge"],
        ["up", "gauge"],
    ]
    assert "Orders by what became of them." in lines[3]
    told = json.loads(asked.lab("metrics", "--json").stdout)["metrics"][1]
    assert told["samples"] == ["http_server_request_duration_seconds_bucket", COUNT]
    assert told["labels"] == ["method", "route", "status"]


def test_value_of_every_series_comes_with_its_trend(asked: AskedLab) -> None:
    """One line for each; labels that all have in common are told once, beside the table."""
    shown = asked.lab("metrics", "orders_total")
    assert shown.stdout.splitlines()[0].split() == ["OUTCOME", "VALUE", "TREND"]
    assert shown.stdout.splitlines()[1].split()[:2] == ["confirmed", "26.6"]
    assert shown.stdout.splitlines()[1].endswith("█")
    assert "service=order-service" in shown.stderr


@pytest.mark.parametrize(
    ("options", "first", "count"),
    [
        (("orders_total", "--increase"), ["confirmed", "27"], 2),
        (("orders_total", "--increase", "--by", ""), ["30"], 1),
        (('orders_total{outcome!="confirmed"}', "--increase"), ["3"], 1),
        ((COUNT, "--rate", "--by", "service"), ["load-balancer", "5.64/s"], 6),
        (("http_server_request_duration_seconds", "--quantile", "0.95"), ["500", "ms"], 1),
        (("process_resident_memory_bytes",), ["41", "MB"], 1),
        (("up", "--by", "service"), ["api-gateway", "1"], 6),
        (("up", "--by", ""), ["6"], 1),
    ],
)
def test_measures_and_groups(asked: AskedLab, options: tuple[str, ...], first: list[str], count: int) -> None:
    """Rates, increases, quantiles and sums, the largest first, with their units."""
    lines = asked.lab("metrics", *options).stdout.splitlines()[1:]
    assert len(lines) == count
    assert lines[0].split()[: len(first)] == first


def test_range_shows_every_point(asked: AskedLab) -> None:
    """A line for each moment; the last of them ends before the window does."""
    shown = asked.lab("metrics", "orders_total", "--by", "", "--range", "--step", "60s")
    assert len(shown.stdout.splitlines()) == 1 + 5
    told = json.loads(asked.lab("metrics", "orders_total", "--by", "", "--step", "60s", "--json").stdout)
    (one,) = told["series"]
    assert (told["measure"], told["step_s"], len(one["points"])) == ("value", 60, 5)
    assert [point["value"] for point in one["points"]] == pytest.approx([0, 6, 12, 18, 24], abs=0.6)
    assert told["window"]["end_s"] - told["window"]["start_s"] == 300


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("orders_totl",), "Did you mean orders_total?"),
        (("http_server_request_duration_seconds",), "is a histogram. Ask for --quantile 0.95"),
        (("orders_total{",), "at the end, the name of a label"),
        (("orders_total{outcome=confirmed}",), 'Write outcome="confirmed"'),
        (("orders_total", "--rate", "--increase"), "one of --rate, --increase and --quantile"),
        (("--rate",), "which metric is meant"),
        (("orders_total", "--since", "yesterday"), "how long ago"),
        (("orders_total", "--step", "0s"), "15s, for instance"),
        (("orders_total", "--step", "1ms"), "0.0273s or more"),
        (("orders_total", "--since", "2126-01-01T00:00:00Z"), "is not past yet"),
        (("orders_total", "--quantile", "2"), "0<=x<=1"),
        (('up{service=~"("}',), "regular expression"),
    ],
)
def test_senseless_question_is_answered_with_what_to_write(
    asked: AskedLab, options: tuple[str, ...], told: str
) -> None:
    """Exit code 2."""
    answer = asked.lab("metrics", *options)
    assert answer.exit_code == 2
    assert told in answer.stderr


def test_a_search_in_vain_says_so(asked: AskedLab) -> None:
    """A metric that there is, without a series that fits."""
    answer = asked.lab("metrics", 'orders_total{outcome="lost"}')
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "nothing found: no series of orders_total fits\n"
