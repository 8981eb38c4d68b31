"""`lab ops scale`: replicas that join, and what they find."""

import pytest

from lab import control
from lab.errors import NoAnswer
from tests.support.lab import RunningLab
from tests.support.operated_lab import backend_ports, setting
from tests.support.polling import poll_until

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]


def test_more_replicas_take_part_and_go_again(lab: RunningLab) -> None:
    """They are supervised, logged and in the rotation; those that go are drained first."""
    assert lab.json("ops", "scale", "door", "4")["now"] == 4
    status = lab.status()
    assert [status[f"door-service-{n}"]["state"] for n in (3, 4)] == ["ready", "ready"]
    assert backend_ports(lab) == [status[f"door-service-{n}"]["port"] for n in (1, 2, 3, 4)]
    assert "standin.started" in lab.cli("logs", "door-service-4")
    before = lab.kill("door-service-4")
    poll_until(lambda: lab.pid("door-service-4") != before, "another process")
    lab.cli("ops", "scale", "door", "1")
    assert backend_ports(lab) == [status["door-service-1"]["port"]]
    assert {name for name in lab.status() if name.startswith("door")} == {"door-service-1"}
    lab.cli("ops", "undo")
    assert len(backend_ports(lab)) == 4


def test_a_further_replica_has_the_settings_of_the_others(lab: RunningLab) -> None:
    """What was set on the service counts for whoever joins it."""
    lab.cli("ops", "set", "door", "patience_s=6")
    lab.cli("ops", "scale", "door", "3")
    assert setting(lab, "door-service-3") == 6


def test_a_further_replica_has_what_was_put_on_its_service(lab: RunningLab) -> None:
    """Also its next process; and whoever takes it back takes it back there as well."""
    control.call(lab.home, "setting.change", name="door-service", settings={"patience_s": 9.0})
    lab.cli("ops", "scale", "door", "3")
    assert setting(lab, "door-service-3") == 9.0
    before = lab.kill("door-service-3")
    poll_until(lambda: lab.pid("door-service-3") != before, "another process")
    poll_until(lambda: lab.status()["door-service-3"]["state"] == "ready", "its being ready")
    assert setting(lab, "door-service-3") == 9.0
    told = control.call(lab.home, "setting.restore", instance="door-service", settings=["patience_s"])
    assert told == {"restored": {f"door-service-{n}": {"patience_s": 1.0} for n in (1, 2, 3)}, "kept": {}}
    lab.cli("ops", "scale", "door", "4")
    assert [setting(lab, f"door-service-{n}") for n in (1, 2, 3, 4)] == [1.0] * 4


def test_a_further_replica_has_not_what_was_put_on_another_one(lab: RunningLab) -> None:
    """Nor what an operator has replaced."""
    control.call(lab.home, "setting.change", name="door-service-1", settings={"patience_s": 9.0})
    control.call(lab.home, "setting.change", name="door-service", settings={"room.size": 2})
    lab.cli("ops", "set", "door", "room.size=7")
    lab.cli("ops", "scale", "door", "3")
    assert (setting(lab, "door-service-3"), setting(lab, "door-service-3", "room.size")) == (1.0, 7)


def test_one_replica_that_does_not_answer_is_in_nobodys_way(lab: RunningLab) -> None:
    """What was put on the others is taken back at once; that one's when it is asked for again."""
    control.call(lab.home, "setting.change", name="door-service", settings={"patience_s": 9.0})
    control.call(lab.home, "process.pause", instances=["door-service-1"])
    try:
        with pytest.raises(NoAnswer, match="door-service-1 does not answer"):
            control.call(lab.home, "setting.restore", instance="door-service", settings=["patience_s"])
        assert setting(lab, "door-service-2") == 1.0
    finally:
        control.call(lab.home, "process.resume", instances=["door-service-1"])
    control.call(lab.home, "setting.restore", instance="door-service", settings=["patience_s"])
    assert setting(lab, "door-service-1") == 1.0
