"""What burdens a process, and that nothing of it is left."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from types import SimpleNamespace

import psutil
import pytest
from setproctitle import getproctitle

from services.chassis.actions.action import Burden
from services.chassis.actions.cpu_burn import CpuBurn
from services.chassis.actions.disk_fill import KEPT_FREE, MB, DiskFill, Filler
from services.chassis.actions.memory_ballast import MemoryBallast
from tests.support.polling import poll_until

A_WHILE_S = 60.0
HOLDER = """
import sys
from time import monotonic
from services.chassis.actions.cpu_burn import CpuBurn
burden = CpuBurn().burden({"cores": 1.2})
burden.renew(monotonic() + 60)
while burden.step():
    pass
print("burning", flush=True)
sys.stdin.read()
"""


def _take(burden: Burden, lasts_s: float = A_WHILE_S) -> int:
    """Take a burden on; return how many steps that took."""
    burden.renew(monotonic() + lasts_s)
    steps = 1
    while burden.step():
        steps += 1
    return steps


def _children(pid: int | None = None) -> list[psutil.Process]:
    """Return the processes that burn for `pid`, or this one, and are alive."""
    return [
        child
        for child in psutil.Process(pid).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
        and "python" in Path(child.exe()).name
        and "lab.forkserver" not in child.cmdline()  # other tests of this worker start theirs from it
    ]


def _burnt_s(processes: list[psutil.Process]) -> float:
    return sum(process.cpu_times().user for process in processes)


def _are_gone(processes: list[psutil.Process]) -> bool:
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.fixture
def holder() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has processes burn for it."""
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"burning\n"
        yield process
        process.kill()


def test_cores_are_kept_busy_until_it_is_dropped() -> None:
    """As many processes as cores, each of them really computing; none is left, not even a dead one."""
    burden = CpuBurn().burden({"cores": 1.5})
    try:
        assert _take(burden) == 2
        burning = _children()
        assert len(burning) == 2
        poll_until(lambda: _burnt_s(burning) > 0.2, "the processor to be used", within_s=60)
    finally:
        burden.drop()
    assert _are_gone(burning)
    assert _children() == []
    assert not {child.pid for child in psutil.Process().children()} & {process.pid for process in burning}


def test_it_burns_no_more_than_it_was_told() -> None:
    """A tenth of a core is a tenth of the time."""
    burden, started = CpuBurn().burden({"cores": 0.1}), monotonic()
    try:
        _take(burden)
        (burning,) = _children()
        poll_until(lambda: _burnt_s([burning]) >= 0.2, "the processor to be used", within_s=100)
        # What it used before it came to its work, its start, is in there too; it rests for nine tenths at least.
        assert monotonic() - started > 1.0
    finally:
        burden.drop()


def test_its_processes_are_named_like_ours() -> None:
    """A listing of processes shows the name of the service, and says nothing of what they do."""
    burden = CpuBurn().burden({"cores": 0.1})
    try:
        _take(burden)
        (burning,) = _children()
        wanted = getproctitle().strip()[:20]
        poll_until(lambda: " ".join(burning.cmdline()).strip()[:20] == wanted, "the process to take its name")
    finally:
        burden.drop()


def test_its_processes_are_small() -> None:
    """Each is an interpreter with next to nothing in it."""
    burden = CpuBurn().burden({"cores": 0.1})
    try:
        _take(burden)
        (burning,) = _children()
        poll_until(lambda: _burnt_s([burning]) > 0.05, "the process to work", within_s=60)
        assert burning.memory_full_info().uss < 16 * MB
    finally:
        burden.drop()


def test_it_ends_with_whom_it_burns_for(holder: subprocess.Popen[bytes]) -> None:
    """SIGKILL leaves nobody time to clean up; its processes go all the same."""
    burning = _children(holder.pid)
    assert len(burning) == 2
    holder.kill()
    poll_until(lambda: _are_gone(burning), "the processes to end")


def test_it_ends_when_nobody_renews_it() -> None:
    """A process that is stopped holds no lease, and those that burn for it know until when they may."""
    burden = CpuBurn().burden({"cores": 0.1})
    try:
        _take(burden, lasts_s=1.0)
        burning = _children()
        poll_until(lambda: _are_gone(burning), "the process to end by itself")
    finally:
        burden.drop()


def test_it_lasts_while_it_is_renewed() -> None:
    """As a lease does."""
    burden = CpuBurn().burden({"cores": 0.1})
    try:
        _take(burden, lasts_s=0.5)
        (burning,) = _children()
        began = monotonic()

        def renewed_for_long() -> bool:
            burden.renew(monotonic() + A_WHILE_S)
            return monotonic() > began + 1.5

        poll_until(renewed_for_long, "some time to pass")
        assert burning.is_running()
        os.kill(burning.pid, signal.SIGSTOP)
        for _ in range(20_000):
            burden.renew(monotonic() + A_WHILE_S)  # one that reads nothing holds nobody up
    finally:
        burden.drop()


def test_memory_is_really_taken_and_given_back() -> None:
    """Every page is resident, step by step, and free the moment it is dropped."""
    burden, before = MemoryBallast().burden({"mb": 100}), psutil.Process().memory_info().rss
    assert _take(burden) == 13
    taken = psutil.Process().memory_info().rss
    burden.drop()
    left = psutil.Process().memory_info().rss
    assert taken - before > 95 * MB
    assert taken - left > 95 * MB


def test_disk_space_is_really_taken_by_a_file_without_a_name(tmp_path: Path) -> None:
    """It is in no folder, so that no way to die leaves it behind."""
    burden = DiskFill(tmp_path).burden({"mb": 9})
    assert _take(burden) == 3
    assert burden._file is not None
    details = os.fstat(burden._file.fileno())
    assert (details.st_size, details.st_nlink) == (9 * MB, 0)
    assert details.st_blocks * 512 >= 9 * MB
    assert list(tmp_path.iterdir()) == []
    burden.drop()
    assert burden._file.closed


@pytest.mark.parametrize(("room_mb", "written_mb"), [(10, 8), (3, 0), (-100, 0)])
def test_the_last_of_the_disk_is_never_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room_mb: int, written_mb: int
) -> None:
    """200 MB stay free, also when they are asked for."""
    burden = Filler(tmp_path, 64 * MB)

    def usage(_: Path) -> SimpleNamespace:
        written = 0 if burden._file is None else os.fstat(burden._file.fileno()).st_size
        return SimpleNamespace(free=KEPT_FREE + room_mb * MB - written)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    _take(burden)
    assert burden._file is not None
    assert os.fstat(burden._file.fileno()).st_size == written_mb * MB
    burden.drop()


def test_a_disk_that_cannot_be_written_is_left_alone(tmp_path: Path) -> None:
    """The service goes on, whatever is wrong with its disk."""
    burden = DiskFill(tmp_path / "gone").burden({"mb": 1})
    assert _take(burden) == 1
    burden.drop()
