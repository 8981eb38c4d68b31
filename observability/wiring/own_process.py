"""What the Python client tells of its process, with the processor time of the processes that it has started."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import CounterMetricFamily

CPU = "process_cpu_seconds"
OF_ALL_KINDS = slice(11, 15)
"""In `/proc/…/stat`, after the name: user and system time, and both of children that have been waited for; in ticks."""
SELF = Path("/proc/self")


class OwnProcess(ProcessCollector):
    """Counts the time of children while they live and afterwards: a process may work beside itself.

    Theirs in turn count once they have been waited for. On other systems than Linux there is nothing to tell.
    """

    def collect(self) -> Iterable[Metric]:
        """Return what is known now."""
        for family in super().collect():
            yield _with_children(family) if family.name == CPU else family


def _with_children(own: Metric) -> Metric:
    ticks = sum(_ticks(SELF)[2:]) + sum(sum(_ticks(child)) for child in _children())
    seconds = own.samples[0].value + ticks / os.sysconf("SC_CLK_TCK")
    return CounterMetricFamily(own.name, "Total user and system CPU time spent in seconds, children included.", seconds)


def _children() -> Iterator[Path]:
    for thread in (SELF / "task").iterdir():
        with suppress(OSError):  # it may have ended meanwhile
            for pid in (thread / "children").read_bytes().split():
                yield Path("/proc", pid.decode())


def _ticks(process: Path) -> list[int]:
    with suppress(OSError):  # as above
        return [int(part) for part in (process / "stat").read_bytes().rpartition(b")")[2].split()[OF_ALL_KINDS]]
    return [0, 0, 0, 0]
