"""What `ps`, `top` and `/proc` tell: titles, threads, and what a process was given in its environment."""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import psutil

from lab.leaks.places import Text

THREADS = "/proc/{pid}/task"


def texts(pids: Mapping[str, int], instruments: Collection[str]) -> Iterator[Text]:
    """Yield what can be seen of processes, by name → pid; those that have gone are passed over."""
    mine = psutil.Process().environ()
    for name, pid in pids.items():
        with contextlib.suppress(psutil.Error, OSError):
            for place, text in _of(psutil.Process(pid), mine):
                yield Text("processes", f"{name} {place}", text, instrument=name in instruments)


def _of(process: psutil.Process, mine: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "title", f"{process.name()} {' '.join(process.cmdline())}"
    # What the person's own shell has set is theirs, the path of their checkout above all.
    given = {name: value for name, value in process.environ().items() if mine.get(name) != value}
    yield "environment", "\n".join(f"{name}={value}" for name, value in given.items())
    yield "threads", "\n".join(_threads(process.pid))


def _threads(pid: int) -> Iterator[str]:
    folder = Path(THREADS.format(pid=pid))
    if folder.is_dir():  # Linux
        for thread in folder.iterdir():
            yield (thread / "comm").read_text().strip()
