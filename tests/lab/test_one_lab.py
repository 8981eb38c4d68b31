"""One lab of stand-in processes, seen through every verb that does not end it."""

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lab.process import Topology
from tests.support.lab import STANDIN, RunningLab, lab_command, running_lab
from tests.support.polling import poll_until
from tests.support.standin import topology

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """One lab for the module."""
    with running_lab(tmp_path_factory.mktemp("one lab"), "--users", "3", topology=STANDIN) as lab:
        yield lab


def _names(platform: Topology) -> list[str]:
    return [instance.name for instance in platform.instances(0)]


def test_every_replica_is_a_process_that_is_ready(lab: RunningLab) -> None:
    """Status names each replica with pid, port, memory and uptime, and says that it is ready."""
    status = lab.status()
    assert list(status) == _names(topology())
    assert len({replica["pid"] for replica in status.values()}) == len(status)
    for replica in status.values():
        assert replica["state"] == "ready"
        assert replica["memory_kb"] > 1000
        assert replica["restarts"] == 0


def test_status_for_people_shows_the_same(lab: RunningLab) -> None:
    """The table has a line per replica, and the load below."""
    shown = lab.cli("status")
    assert all(name in shown for name in _names(topology()))
    assert "Nightshift healthy" in shown
    assert "proportional" in shown or "unique" in shown
    assert "4 shoppers (steady, running)" in shown


def test_forked_replica_is_told_who_it_is(lab: RunningLab) -> None:
    """A process forked from the server has its own environment, not that of its siblings."""
    said = httpx.get(lab.url("door"), trust_env=False).json()
    assert (said["instance"], said["pid"]) == ("door-service-1", lab.pid("door-service-1"))


def test_state_and_socket_are_for_the_owner_only(lab: RunningLab) -> None:
    """Nobody else on the machine can talk to the supervisor or read the channel's key."""
    socket = Path(json.loads(lab.home.state_file.read_text())["socket"])
    assert stat.S_IMODE(socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(lab.home.key_file.stat().st_mode) == 0o600
    assert len(lab.home.key_file.read_text().strip()) == 64


def test_logs_of_all_processes_are_merged_by_time(lab: RunningLab) -> None:
    """One list, oldest first, from services and lab alike; `--json` gives the records themselves."""
    records = [json.loads(line) for line in lab.cli("logs", "--json").splitlines()]
    assert [record["time"] for record in records] == sorted(record["time"] for record in records)
    assert {"store-service-1", "door-service-2", "supervisor"} <= {record["replica"] for record in records}


def test_logs_of_one_service_are_those_of_its_replicas(lab: RunningLab) -> None:
    """A service is named in short or in full, a replica by its name, the lab's own log by `lab`."""
    for name, replicas in {
        "door": {"door-service-1", "door-service-2"},
        "door-service": {"door-service-1", "door-service-2"},
        "door-service-2": {"door-service-2"},
        "lab": {"supervisor"},
    }.items():
        lines = lab.cli("logs", name, "--json").splitlines()
        assert {json.loads(line)["replica"] for line in lines} == replicas


def test_unknown_name_is_answered_with_the_nearest(lab: RunningLab) -> None:
    """A slip of the pen costs one more try, not a search."""
    for verb in ("restart", "logs"):
        refused = lab_command(lab.home.root, verb, "dor")
        assert refused.returncode == 2
        assert "Did you mean door?" in refused.stderr


def test_second_lab_in_the_same_home_is_refused(lab: RunningLab) -> None:
    """The refusal says what runs and how to have another one; the lab that runs is not touched."""
    before = lab.pids()
    refused = lab_command(lab.home.root, "up", "--port-base", "0", "--fresh", "--topology", STANDIN)
    assert refused.returncode == 2
    assert f"supervisor: pid {lab.supervisor()}" in refused.stderr
    assert "--home DIR --port-base 0" in refused.stderr
    assert lab.pids() == before
    assert lab.records(event="standin.started")


def test_replicas_are_replaced_one_after_the_other_on_request(lab: RunningLab) -> None:
    """`restart` gives every replica of a service a new process and does not count that as a crash."""
    before = lab.status()
    result = lab.json("restart", "door")
    assert [one["instance"] for one in result["restarted"]] == ["door-service-1", "door-service-2"]
    after = lab.status()
    assert after["store-service-1"]["pid"] == before["store-service-1"]["pid"]
    assert after["door-service-1"]["pid"] not in (before["door-service-1"]["pid"], None)
    assert after["door-service-1"]["restarts"] == 0


@pytest.mark.parametrize("name", ["door-service-2", "load-generator-1"])
def test_crashed_replica_is_started_again_visibly(lab: RunningLab, name: str) -> None:
    """A killed process is replaced; status counts it and the lab's log tells how it ended."""
    killed = lab.kill(name)
    poll_until(lambda: lab.status()[name]["state"] == "ready" and lab.pid(name) != killed, f"a new process of {name}")
    assert lab.status()[name]["restarts"] == 1
    assert lab.records(event="replica.exited", instance=name)[-1]["how"] == "signal 9 (SIGKILL)"


def test_reset_starts_again_from_the_seed_data(lab: RunningLab) -> None:
    """Databases are deleted, services and load start anew, and the time that took is told."""
    store = lab.home.database("store")
    before = lab.status()
    assert str(before["store-service-1"]["pid"]) in store.read_text()
    result = lab.json("reset")
    after = lab.status()
    assert store.read_text() == f"{after['store-service-1']['pid']}\n"
    assert {replica["state"] for replica in after.values()} == {"ready"}
    assert "Every fault is off, and all is as new after" in lab.cli("reset")
    assert (result["faults_stopped"], result["faults_problem"]) == ([], None)
    assert result["took_ms"] > 0


def test_loss_of_the_fork_server_ends_its_processes_and_starts_them_again(lab: RunningLab) -> None:
    """Without it nobody could see them crash, so all of its generation ends and a new one takes over."""
    before = lab.json("status")
    os.kill(before["forkserver"], 9)
    poll_until(
        lambda: lab.json("status")["forkserver"] not in (before["forkserver"], None) and lab.json("status")["healthy"],
        "a second generation",
        within_s=20,
    )
    after = lab.status()
    for replica in before["replicas"]:
        survives = replica["instance"] == "load-generator-1"
        assert (after[replica["instance"]]["pid"] == replica["pid"]) is survives
    assert lab.records(event="forkserver.lost")
