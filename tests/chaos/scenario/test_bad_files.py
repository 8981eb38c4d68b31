"""A scenario file that breaks a rule is told which, where, and what to write instead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.scenario.errors import InvalidScenario
from chaos.scenario.loading import parse
from tests.support.scenario_files import SMALL, changed

STEADY = 'metric = "ledger_drift_cents"\nof = "billing-service"\nat_most = 0'

TABLE = [
    ("a key is missing", "level = 1\n", "", "`level` is missing: 1 loud, 2 misleading"),
    ("a key of a table is missing", 'fault = "billing.float_drift"\n', "", "line 13: [[action]] 1 `fault` is missing"),
    ("a key has a typo", "level = 1", "levl = 1", "line 3: `levl` is not known here. Did you mean `level`?"),
    (
        "nothing is like it",
        'settle = "1s"',
        "x = 1",
        "line 7: `x` is not known here. There are: action, alert, alert_within, answer,",
    ),
    ("a probe's key has a typo", "at_most = 0", "at_moost = 0", "line 22: [[steady]] 1 `at_moost` is not known here"),
    ("a claim's key has a typo", 'within = "1s"', 'witin = "1s"', "Did you mean `within`?"),
    (
        "a number is too large",
        "level = 1",
        "level = 9",
        "line 3: `level`: input should be less than or equal to 4, not 9",
    ),
    ("a number is text", "level = 1", 'level = "1"', 'line 3: `level` is "1". Write a whole number'),
    ("text is a number", 'title = "Cents get lost"', "title = 5", "line 2: `title` is 5. Write text in quotes"),
    ("a list is text", 'tags = ["money"]', 'tags = "money"', "Write a list: [ … ]"),
    ("a tag has blanks", '["money"]', '["big money"]', "line 4: `tags.0`: string should match"),
    ("a duration has no unit", 'for = "60s"', "for = 60", 'Write it with its unit and in quotes: "60s".'),
    ("a duration has no unit, as text", 'for = "60s"', 'for = "60"', "For 60 seconds write 60s."),
    ("a duration is too long", 'for = "60s"', 'for = "2h"', "line 15: [[action]] 1 `for`: input should be less"),
    (
        "the name is not the file's",
        'name = "small"',
        'name = "big"',
        'line 1: the file is called small. Write name = "small".',
    ),
    ("there is no such shape", 'shape = "steady"', 'shape = "stead"', "line 11: there is no load shape 'stead'"),
    ("too many shoppers", "users = 40", "users = 4000", "line 10: `load.users`"),
    ("it is no TOML", "level = 1", "level = ", "small.toml is no TOML: Invalid value (at line 3, column 9)."),
    ("an action of no known kind", "billing.float_drift", "network.latncy", "Did you mean network.latency?"),
    ("a family without such a member", "billing.float_drift", "process.explode", "There are: cpu_burn, memory_ballast"),
    ("aimed at nothing", "billing.float_drift", "process.kill", 'Write on = ["payment-service"].'),
    (
        "aimed at one end",
        'fault = "billing.float_drift"',
        'fault = "network.latency"\non = ["payment-service"]',
        "is aimed at a connection, caller->callee, not at 'payment-service'",
    ),
    (
        "aimed at a connection",
        'fault = "billing.float_drift"',
        'fault = "api.status"\non = ["a->b"]',
        "is aimed at a service or a replica, not at 'a->b'",
    ),
    ("a target is no list", 'for = "60s"', 'for = "60s"\non = "billing-service"', 'Write on = ["billing-service"].'),
    (
        "a figure is neither",
        'for = "60s"',
        'for = "60s"\nparams = { x = [] }',
        "`params.x`: [] is neither a number nor",
    ),
    ("a share of nothing", 'for = "60s"', 'for = "60s"\npercent = 0', "`percent`: input should be greater than 0"),
    ("no comparison", "at_most = 0\n", "", "line 17: [[steady]] 1: A probe needs exactly one of at_most, at_least"),
    ("two comparisons", "at_most = 0", "at_most = 0\nat_least = 0", "It has at_most and at_least."),
    ("bounds the wrong way", "at_most = 0", "between = [5, 1]", "The lower bound comes first: between = [1, 5]."),
    ("no kind", 'kind = "value"\n', "", '[[steady]] 1 needs a `kind`. Write kind = "value", "rate"'),
    ("an unknown kind", 'kind = "value"', 'kind = "valu"', "[[steady]] 1: there is no kind 'valu'."),
    ("an unknown metric", "ledger_drift_cents", "ledger_drift_cent", "Did you mean ledger_drift_cents"),
    ("a label it has not", "at_most = 0", 'at_most = 0\nlabels = { sku = "x" }', "It has none: leave them out."),
    (
        "a histogram is no value",
        STEADY,
        'metric = "http_server_request_duration_seconds"\nat_most = 0',
        'Write kind = "quantile", or read http_server_request_duration_seconds_count',
    ),
    (
        "a gauge has no rate",
        'kind = "value"\n' + STEADY,
        'kind = "rate"\nwindow = "10s"\n' + STEADY,
        'ledger_drift_cents is a gauge: it falls as well as rises. Read it with kind = "value".',
    ),
    (
        "a gauge has no quantiles",
        'kind = "value"\n' + STEADY,
        'kind = "quantile"\nquantile = 0.5\nwindow = "10s"\n' + STEADY,
        "ledger_drift_cents is no histogram",
    ),
    ("a gauge that is missing", "at_most = 0", 'at_most = 0\nabsent = "zero"', "what is missing is not 0"),
    (
        "growth of a rate",
        'kind = "value"\n' + STEADY,
        'kind = "rate"\nwindow = "10s"\nmetric = "orders_total"\ndoes_not_grow = "5s"',
        'does_not_grow goes with kind = "value" only.',
    ),
    (
        "a field that is not named",
        'kind = "value"\n' + STEADY,
        'kind = "http"\npath = "/products"\nmeasure = "field"\nequals = 1',
        '`field` and measure = "field" belong together.',
    ),
    ("a symptom that comes too late", 'within = "1s"', 'within = "5m"', "All is off after 60 s; a symptom has 300 s."),
    ("hints that do not get dearer", "price = 3", "price = 2", "1, 2, 2 does not rise"),
    ("too few hints", '[[hint]]\nprice = 3\ntext = "Look at their type."\n', "", "`hint`"),
    ("four whys", '["Because.", ', "[", "`answer.five_whys`"),
    ("no answer", "[answer]\n", "[answr]\n", "line 51: `answr` is not known here. Did you mean `answer`?"),
    ("a page that tells", "The totals do not", "float_drift! The totals do not", "The page gives the answer away"),
    ("damage that nobody watches", "level = 1", "level = 1\ncorrupts_data = true", 'does_not_grow = "15s"'),
    ("nothing to be steady after", "at_most = 0", 'at_most = 0\nwhen = "before"', "Nothing says what is steady after."),
    ("a requirement nobody knows", "level = 1", 'level = 1\nrequires = ["oracle"]', "`requires.0`"),
]


@pytest.mark.parametrize(("old", "new", "told"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_bad_file_gets_a_sentence(old: str, new: str, told: str) -> None:
    """One change, one sentence, with line and keys."""
    with pytest.raises(InvalidScenario) as refused:
        parse("small", changed((old, new)))
    assert told in str(refused.value)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    """Nobody has to start five times to learn of five mistakes."""
    with pytest.raises(InvalidScenario) as refused:
        parse("small", changed(("level = 1", "level = 9"), ('for = "60s"', "for = 60"), ("at_most = 0", "at_mst = 0")))
    lines = [int(problem.split(":")[0].removeprefix("line ")) for problem in refused.value.problems]
    assert lines == sorted(lines)
    assert len(lines) == 4


def test_the_file_that_the_table_changes_is_right() -> None:
    """Or else the table would prove nothing."""
    assert parse("small", SMALL).name == "small"


def refusal_of(text: str) -> str:
    """Return how `text` is refused; empty when it is not."""
    try:
        parse("small", text)
    except InvalidScenario as refused:
        return str(refused)
    return ""


@given(st.integers(0, len(SMALL) - 1), st.text(max_size=8))
def test_whatever_a_file_holds_it_is_read_or_refused(at: int, noise: str) -> None:
    """No text leads to anything but a scenario or a refusal with sentences."""
    refusal = refusal_of(SMALL[:at] + noise + SMALL[at:])
    assert not refusal or "small.toml" in refusal


@given(st.integers(0, len(SMALL.splitlines()) - 1))
def test_whatever_line_is_missing_it_is_read_or_refused(number: int) -> None:
    """As above, for a line that was lost."""
    lines = SMALL.splitlines()
    refusal = refusal_of("\n".join(lines[:number] + lines[number + 1 :]))
    assert not refusal or "small.toml" in refusal
