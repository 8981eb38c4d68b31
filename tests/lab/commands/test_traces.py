"""Claims about `lab traces` and `lab trace`."""

import json

import pytest

from tests.support.asked_lab import AskedLab
from tests.support.memory_evidence.shop import trace_id


def test_traces_are_listed_the_latest_first_with_their_whole_id(asked: AskedLab) -> None:
    """One line for each, without bars or colours; that there are more is told beside it."""
    shown = asked.lab("traces", "-n", "3")
    lines = shown.stdout.splitlines()
    assert lines[0].split() == ["WHEN", "TRACE", "SERVICE", "NAME", "DURATION", "SPANS", "ERRORS"]
    assert [line.split()[1] for line in lines[1:]] == [trace_id(number) for number in (29, 28, 27)]
    assert lines[1].split()[2:] == ["load-balancer", "POST", "/orders", "341", "ms", "10", "7"]
    assert shown.stderr == "the latest 3 traces; there are more: --limit\n"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--error",), [29, 19, 9]),
        (("--min", "300ms"), [29, 19, 9]),
        (("--max", "360us",), None),
        (("--service", "order-service", "--name", "INSERT orders", "--min", "2ms"), [29, 19, 9]),
        (("--attribute", "order=12"), [12]),
        (("--attribute", "order=12", "--attribute", "peer.service=payment-service"), [12]),
        (("--attribute", "order=12", "--error"), []),
        (("--since", "21s", "--no-error"), [29, 28]),
        (("--name", "process order-queue", "--max", "72.4ms"), [0]),
    ],
)  # fmt: skip
def test_conditions_narrow_the_list(asked: AskedLab, options: tuple[str, ...], numbers: list[int] | None) -> None:
    """One span meets all of them."""
    answer = asked.lab("traces", *options, "--json")
    if numbers is None:
        assert answer.exit_code == 2
        return
    assert [one["trace_id"] for one in json.loads(answer.stdout)["items"]] == [trace_id(number) for number in numbers]


def test_pages_follow_one_another(asked: AskedLab) -> None:
    """The cursor that comes with a page leads to the next one."""
    first = json.loads(asked.lab("traces", "-n", "20", "--json").stdout)
    second = json.loads(asked.lab("traces", "-n", "20", "--cursor", first["cursor"], "--json").stdout)
    assert (len(first["items"]), len(second["items"]), second["cursor"]) == (20, 10, None)


def test_trace_is_one_line_per_span_in_a_pipe(asked: AskedLab) -> None:
    """Who called whom is told by the indentation; what was raised stands behind its span."""
    lines = asked.lab("trace", trace_id(9)[:8]).stdout.splitlines()
    assert lines[0].startswith(f"trace {trace_id(9)}  ")
    assert lines[0].endswith("341 ms, 10 spans, 5 services, 7 errors")
    assert len(lines) == 2 + 10
    assert "payment-service-1    server              PUT /payments/{order_id}" in lines[-1]
    assert lines[-1].endswith("ERROR  NeighbourTimedOut: payment-provider: no answer within 0.40 s")
    assert "\x1b" not in "".join(lines)


def test_attributes_are_shown_to_those_who_ask(asked: AskedLab) -> None:
    """On the line of their span."""
    assert "order=9" not in asked.lab("trace", trace_id(9)).stdout
    assert "http.request.method=POST order=9" in asked.lab("trace", trace_id(9), "--attributes").stdout.replace(
        "  ", " "
    )


def test_trace_for_programs_is_complete(asked: AskedLab) -> None:
    """All that the store has."""
    told = json.loads(asked.lab("trace", trace_id(9).upper(), "--json").stdout)
    assert told["trace_id"] == trace_id(9)
    assert told["spans"][-1]["events"][0]["attributes"]["exception.type"] == "NeighbourTimedOut"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("trace", "ffff"), "no trace ffff"),
        (("trace", "a/b"), "no trace 'a/b'"),
        (("traces", "--min", "5"), None),
        (("traces", "--min", "5x"), "500ms"),
        (("traces", "--attribute", "order"), "NAME=VALUE"),
        (("traces", "--cursor", "xyz"), "the page before"),
        (("traces", "--limit", "0"), "1<=x"),
    ],
)
def test_senseless_question_is_answered_with_what_to_write(
    asked: AskedLab, words: tuple[str, ...], told: str | None
) -> None:
    """Exit code 2; a bare number is seconds."""
    answer = asked.lab(*words)
    assert answer.exit_code == (0 if told is None else 2)
    assert told is None or told in answer.stderr


def test_nothing_found_says_so(asked: AskedLab) -> None:
    """No table without rows."""
    answer = asked.lab("traces", "--name", "nobody")
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert "nothing found" in answer.stderr
