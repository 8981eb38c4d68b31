"""A lab in which nothing is wrong shows nothing wrong."""

from pathlib import Path

import pytest

from tests.support.judge import Books, findings
from tests.support.lab import running_lab
from tests.support.polling import poll_until

pytestmark = pytest.mark.live


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(20, marks=pytest.mark.timeout(300)),
        pytest.param(300, marks=[pytest.mark.long, pytest.mark.timeout(900)]),
    ],
)
def test_default_load_leaves_no_failure_no_error_line_and_a_balanced_ledger(tmp_path: Path, seconds: int) -> None:
    """No request fails, nobody logs an error, and all books agree when the shoppers have gone."""
    with running_lab(tmp_path) as lab:
        began = lab.json("load status")["requests"]
        poll_until(
            lambda: lab.json("status")["uptime_s"] >= seconds, "the time to pass", within_s=seconds + 60, every_s=1
        )
        load = lab.json("load status")
        assert load["failures"] == 0, load
        assert load["requests"] - began >= seconds
        lab.cli("load stop")
        books = Books(lab.home.data)
        poll_until(lambda: not books.unsettled(), "every order to be dealt with", within_s=90)
        assert findings(books, []) == []
        wrong = [r for r in lab.records() if r.get("level") in {"error", "critical"}]
        assert wrong == []
        restarts = {name: replica["restarts"] for name, replica in lab.status().items() if replica["restarts"]}
        assert restarts == {}
