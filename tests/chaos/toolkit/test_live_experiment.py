"""An exported scenario, played by the real Chaos Toolkit in the real platform."""

from pathlib import Path

import pytest

from tests.support.chaos_toolkit import FILE, Toolkit
from tests.support.lab import running_lab

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]


def test_an_exported_scenario_is_played_by_chaos_run(tmp_path: Path, toolkit: Toolkit) -> None:
    """Steady, injected, seen, stopped, steady again; rolled back; and the lab's own journal can be read like theirs."""
    with running_lab(tmp_path) as lab:
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
