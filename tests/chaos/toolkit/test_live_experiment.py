"""An exported scenario, played by the real Chaos Toolkit in the real platform."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.support.chaos_toolkit import FILE, Toolkit
from tests.support.lab import ROOT, RunningLab, running_lab

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """The real platform with its shoppers."""
    with running_lab(tmp_path_factory.mktemp("toolkit")) as running:
        yield running


@pytest.mark.long
def test_the_example_of_the_page_plays(lab: RunningLab, toolkit: Toolkit) -> None:
    """As it stands there."""
    page = (ROOT / "docs" / "chaos-toolkit.md").read_text()
    [example] = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    toolkit.write(json.loads(example))
    code, output = toolkit.run("--var", f"nightshift_home={lab.home.root}")
    assert code == 0, output
    [injected] = (run["output"] for run in toolkit.journal()["run"])
    [stopped] = (run["output"]["stopped"] for run in toolkit.journal()["rollbacks"])
    assert injected["state"] == "active"
    assert [one["id"] for one in stopped] == [injected["id"]]


def test_an_exported_scenario_plays(lab: RunningLab, toolkit: Toolkit) -> None:
    """Steady, injected, seen, stopped, steady again; rolled back; and the lab's own journal can be read like theirs."""
    lab.cli("chaos export", "billing-drift", "-o", str(toolkit.folder / FILE))
    code, output = toolkit.run(within_s=500)
    assert code == 0, output
    journal = toolkit.journal()
    assert (journal["status"], journal["deviated"]) == ("completed", False)
    steady = journal["steady_states"]
    assert [steady[when]["steady_state_met"] for when in ("before", "after")] == [True, True]
    assert {run["status"] for run in (*journal["run"], *journal["rollbacks"])} == {"succeeded"}
    injected, seen, stopped = (run["output"] for run in journal["run"])
    assert injected["fault"] == "billing.float_drift"
    assert seen >= 10
    assert [one["id"] for one in stopped["stopped"]] == [injected["id"]]
    assert lab.json("chaos status")["active"] == []
    shown = lab.json("chaos show", injected["id"], "--chaostoolkit")
    assert list(shown) == list(journal)
