"""Claims about a lab that was started a moment ago, or whose machine is busy: what is not there yet is no drift."""

import json
from pathlib import Path
from typing import Any

from tests.support.declared_lab import DeclaredLab, declared_lab

UNSEEN = ("payment-service", "payment-provider")


def calls(lab: DeclaredLab) -> dict[str, Any]:
    """Return what is told of calls."""
    found: dict[str, Any] = next(one for one in lab.told()["checks"] if one["name"] == "calls")
    return found


def test_a_call_that_was_not_seen_in_spite_of_many_requests_is_drift(tmp_path: Path) -> None:
    """They were served long enough ago for all that they led to to be known."""
    with declared_lab(tmp_path, unseen=UNSEEN) as lab:
        assert calls(lab)["drift"] == [f"call-not-seen:{'/'.join(UNSEEN)}"]


def test_requests_of_the_last_seconds_do_not_count(tmp_path: Path) -> None:
    """The spans of what they led to may still be on their way, and that is said."""
    with declared_lab(tmp_path, unseen=UNSEEN, ago_s=5) as lab:
        told = calls(lab)
        assert told["drift"] == []
        assert any("not judged for" in note and UNSEEN[0] in note for note in told["notes"])


def test_a_replica_that_is_just_being_started_is_not_missing(tmp_path: Path) -> None:
    """One that has ended and is not started again is."""
    with declared_lab(tmp_path) as lab:
        told = json.loads(lab.home.state_file.read_text())
        told["replicas"]["order-service-1"].update(pid=None, state="starting")
        lab.home.state_file.write_text(json.dumps(told))
        assert lab.drift() == []
        told["replicas"]["order-service-1"].update(state="crashed")
        lab.home.state_file.write_text(json.dumps(told))
        assert lab.drift() == ["node-missing:order-service-1"]


def test_rules_that_nobody_is_known_to_have_loaded_are_not_missing(tmp_path: Path) -> None:
    """While Prometheus is silent, that is said; once it tells, what it lacks is drift."""
    with declared_lab(tmp_path) as lab:
        lab.judge.problem = "Prometheus does not answer."
        told = next(one for one in lab.told()["checks"] if one["name"] == "alerts")
        assert (told["drift"], told["notes"]) == ([], ["Rules are not judged now. Prometheus does not answer."])
        lab.judge.missing = frozenset({"order-service-OutboxStuck"})
        assert lab.drift() == ["alert-not-loaded:lab/order-service/OutboxStuck"]
