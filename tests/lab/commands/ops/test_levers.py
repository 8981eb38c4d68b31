"""`lab ops`: every act does what it says, is recorded, and is undone once."""

import json
from pathlib import Path
from typing import Any

import pytest

from lab import control
from lab.ops.audit import acts
from tests.support.lab import RunningLab, lab_command, running_lab
from tests.support.operated_lab import TOPOLOGY, ask_replica, backend_ports, last_act, refused, setting
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


def test_settings_are_listed_with_what_they_may_be(lab: RunningLab) -> None:
    """One list per replica, for programs; one table for people."""
    told = lab.json("ops", "settings", "door")["settings"]
    assert [one["name"] for one in told["door-service-2"]] == ["patience_s", "room.size"]
    assert "room.size" in lab.cli("ops", "settings", "door")
    assert [one["environment"] for one in told["door-service-1"]] == [None, None]


def test_a_setting_is_changed_recorded_and_undone_once(lab: RunningLab) -> None:
    """Who, what, before and after; a second undo is refused."""
    act = lab.json("ops", "set", "door", "patience_s=5", "room.size=7", "--as", "ada")
    assert act["was"]["door-service-2"] == {"patience_s": 1.0, "room.size": 4}
    assert act["now"]["door-service-1"] == {"patience_s": 5, "room.size": 7}
    assert (setting(lab, "door-service-1"), setting(lab, "door-service-2")) == (5, 5)
    assert last_act(lab)["by"] == "ada"
    lab.cli("ops", "undo")
    assert (setting(lab, "door-service-1"), setting(lab, "door-service-2", "room.size")) == (1.0, 4)
    assert "undone before" in refused(lab, "ops", "undo", str(act["id"]))["message"]
    record = next(one for one in lab.json("ops", "history")["acts"] if one["id"] == act["id"])
    assert record["undone_by"] == act["id"] + 1


def test_a_setting_survives_a_crash_until_it_is_rolled_back(lab: RunningLab) -> None:
    """The next process is told by its environment; after the rollback it is not."""
    lab.cli("ops", "set", "store", "patience_s=8")
    before = lab.kill("store-service-1")
    poll_until(lambda: lab.pid("store-service-1") != before, "another process")
    poll_until(lambda: lab.status()["store-service-1"]["state"] == "ready", "its being ready")
    assert setting(lab, "store-service-1") == 8
    lab.cli("ops", "rollback")
    assert setting(lab, "store-service-1") == 1.0
    lab.cli("restart", "store")
    assert setting(lab, "store-service-1") == 1.0


def test_rollback_goes_to_what_was_marked_good_whoever_has_changed_it(lab: RunningLab) -> None:
    """Also a change of which nobody has told."""
    lab.cli("ops", "set", "store", "patience_s=3")
    lab.cli("ops", "mark-good")
    control.call(lab.home, "setting.change", name="store", settings={"patience_s": 9.0, "room.size": 1})
    lab.cli("ops", "rollback")
    assert (setting(lab, "store-service-1"), setting(lab, "store-service-1", "room.size")) == (3, 4)
    control.call(lab.home, "setting.restore", instance="store-service-1", settings=["patience_s", "room.size"])
    assert (setting(lab, "store-service-1"), setting(lab, "store-service-1", "room.size")) == (3, 4)


def test_a_reset_puts_settings_and_scale_back(lab: RunningLab) -> None:
    """As new means as the lab was started."""
    lab.cli("ops", "set", "store", "patience_s=3")
    lab.cli("ops", "scale", "door", "3")
    lab.cli("reset")
    assert setting(lab, "store-service-1") == 1.0
    assert "door-service-3" not in lab.status()
    assert len(backend_ports(lab)) == 2


def test_what_an_operator_has_set_outlives_the_end_of_what_was_put_there(lab: RunningLab) -> None:
    """The controller takes only its own back, and what it did is not in the history."""
    length = len(lab.json("ops", "history")["acts"])
    control.call(lab.home, "setting.change", name="store", settings={"patience_s": 30.0})
    assert len(lab.json("ops", "history")["acts"]) == length
    act = lab.json("ops", "set", "store", "patience_s=2")
    assert act["was"] == {"store-service-1": {"patience_s": 30.0}}
    told = control.call(lab.home, "setting.restore", instance="store-service-1", settings={"patience_s": 1.0})
    assert told == {"restored": {}, "kept": {"store-service-1": {"patience_s": 2}}}
    assert setting(lab, "store-service-1") == 2
    lab.cli("ops", "undo", str(act["id"]))
    assert setting(lab, "store-service-1") == 1.0  # not the 30 that is over


def test_an_act_undone_while_something_is_put_there_gives_it_back(lab: RunningLab) -> None:
    """And it ends when whoever put it there takes it back."""
    control.call(lab.home, "setting.change", name="store", settings={"patience_s": 30.0})
    lab.cli("ops", "set", "store", "patience_s=2")
    lab.cli("ops", "undo")
    assert setting(lab, "store-service-1") == 30.0
    control.call(lab.home, "setting.restore", instance="store-service-1", settings={"patience_s": 1.0})
    assert setting(lab, "store-service-1") == 1.0


def test_an_act_whose_value_is_no_longer_in_force_is_not_undone(lab: RunningLab) -> None:
    """It would undo somebody else's act."""
    first = lab.json("ops", "set", "store", "patience_s=2")
    lab.cli("ops", "set", "store", "patience_s=3")
    error = refused(lab, "ops", "undo", str(first["id"]))
    assert "is 3 now, not the 2" in error["message"]
    assert "lab ops set --home" in error["hint"]
    assert setting(lab, "store-service-1") == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("scale", "store", "2"), "store-service cannot be scaled: nothing would share its work out"),
        (("scale", "door", "0"), "1 to 8 replicas, not 0"),
        (("scale", "door-service-1", "2"), "door-service-1 is one replica"),
        (("scale", "dor", "2"), "no service or replica called dor"),
        (("set", "store", "patience"), "Write NAME=VALUE"),
        (("set", "store", "patienc_s=3"), "no setting called patienc_s"),
        (("set", "store", "patience_s=soon"), "a number from 0.1 to 60"),
        (("flush", "store", "drawer"), "There is no /caches/drawer/flush"),
        (("drain", "door"), "several replicas"),
        (("dead-letters", "show", "nobody"), "no dead letter nobody"),
        (("dead-letters", "replay"), "or --all"),
        (("undo", "4711"), "no act 4711"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(
    shared: RunningLab, arguments: tuple[str, ...], says: str
) -> None:
    """Exit code 2, and nothing in the history."""
    length = len(list(acts(shared.home)))
    assert says in refused(shared, "ops", *arguments)["message"]
    assert len(list(acts(shared.home))) == length


def test_a_cache_is_flushed_on_every_replica(lab: RunningLab) -> None:
    """What was forgotten cannot be brought back, so it cannot be undone."""
    act = lab.json("ops", "flush", "door")
    assert act["now"] == {"door-service-1": {"shelf": 3}, "door-service-2": {"shelf": 3}}
    assert "cannot be undone" in refused(lab, "ops", "undo", str(act["id"]))["message"]


def test_a_drained_replica_is_out_of_the_rotation_until_it_is_taken_back(lab: RunningLab) -> None:
    """It says so itself, and the balancer no longer sends it anything."""
    port = lab.status()["door-service-2"]["port"]
    lab.cli("ops", "drain", "door-service-2")
    assert lab.status()["door-service-2"]["state"] == "not ready"
    assert port not in backend_ports(lab)
    lab.cli("ops", "undo")
    assert lab.status()["door-service-2"]["state"] == "ready"
    assert port in backend_ports(lab)


def test_a_restart_drains_first_and_ends_with_all_in_the_rotation(lab: RunningLab) -> None:
    """In the order in which they were, since settings of their checks go by place."""
    before, backends = {name: lab.pid(name) for name in ("door-service-1", "door-service-2")}, backend_ports(lab)
    act = lab.json("ops", "restart", "door")
    assert act["was"] == before
    assert set(act["now"].values()).isdisjoint(before.values())
    assert backend_ports(lab) == backends
    assert act["undoable"] is False


def test_dead_letters_are_seen_replayed_and_discarded(lab: RunningLab) -> None:
    """And each of the two is undone."""
    for number in ("one", "two"):
        letter = {"id": number, "dead": True, "queue": "door-queue", "topic": "t", "reason": "why", "deliveries": 8}
        body = letter | {"body": {}, "headers": {}, "dead_at": "2026-01-01T00:00:00Z", "trace_id": "ab" * 16}
        ask_replica(lab, "door-service-1", "/-/messages", "POST", body)
    assert {one["id"] for one in lab.json("ops", "dead-letters", "list")["dead_letters"]} == {"one", "two"}
    assert "lab logs --home" in lab.cli("ops", "dead-letters", "show", "one")
    discarded = lab.json("ops", "dead-letters", "discard", "one")
    assert lab.json("ops", "dead-letters", "replay", "--all")["now"] == {"replayed": ["two"]}
    assert lab.json("ops", "dead-letters", "list")["dead_letters"] == []
    lab.cli("ops", "undo")
    lab.cli("ops", "undo", str(discarded["id"]))
    assert {one["id"] for one in lab.json("ops", "dead-letters", "list")["dead_letters"]} == {"one", "two"}


def test_undoing_a_replay_brings_back_what_was_not_taken_yet(lab: RunningLab) -> None:
    """Of the rest it says so; when all were taken there is nothing to undo."""
    for number in ("taken", "waits"):
        letter = {"id": number, "dead": True, "queue": "door-queue", "topic": "t", "reason": "why", "deliveries": 8}
        body: dict[str, Any] = {
            **letter,
            "body": {},
            "headers": {},
            "dead_at": "2026-01-01T00:00:00Z",
            "trace_id": None,
        }
        ask_replica(lab, "door-service-1", "/-/messages", "POST", body)
    lab.cli("ops", "dead-letters", "replay", "--all")
    ask_replica(lab, "door-service-1", "/-/messages/taken", "DELETE")
    assert lab.json("ops", "undo")["now"] == {"put_aside": ["waits"], "gone": ["taken"]}
    act = lab.json("ops", "dead-letters", "replay", "waits")
    ask_replica(lab, "door-service-1", "/-/messages/waits", "DELETE")
    assert "taken from the queue meanwhile" in refused(lab, "ops", "undo", str(act["id"]))["message"]


def test_an_act_that_failed_half_way_is_on_record(lab: RunningLab) -> None:
    """With what was in the way; it cannot be undone."""
    control.call(lab.home, "process.pause", instances=["hall-service-1"])
    try:
        error = refused(lab, "ops", "scale", "door", "3")
    finally:
        control.call(lab.home, "process.resume", instances=["hall-service-1"])
    assert "hall-service-1 does not answer" in error["message"]
    assert (last_act(lab)["act"], last_act(lab)["undoable"]) == ("scale", False)
    assert "hall-service-1 does not answer" in last_act(lab)["outcome"]
    assert "door-service-3" not in lab.status()


def test_the_history_outlives_the_lab(tmp_path: Path) -> None:
    """It is a file in the home; without one, there is nothing to tell."""
    empty = lab_command(tmp_path, "ops", "history", "--json")
    assert (empty.returncode, json.loads(empty.stdout)["error"]["code"]) == (2, "not-running")
    with running_lab(tmp_path, topology=TOPOLOGY) as lab:
        lab.cli("ops", "set", "store", "patience_s=2", "--as", "ada")
        lab.cli("down")
        assert "ada" in lab.cli("ops", "history")
        assert "patience_s: 1.0 → 2" in lab.cli("ops", "history")
