"""Imports every module of some packages and tells what happened meanwhile that should not.

    python -m tests.support.import_guard services lab     (in a process of its own: it patches the interpreter)

Whatever is done is blamed on the module whose body was being run. Prints one line per offence.
"""

import gc
import os
import pkgutil
import sys
import threading
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType

FORBIDDEN_EVENTS = frozenset(
    {
        "socket.__new__",
        "socket.connect",
        "socket.bind",
        "sqlite3.connect",
        "subprocess.Popen",
        "os.fork",
    }
)
READING = frozenset({__name__, "os", "_collections_abc", "collections.abc"})
FORBIDDEN_OBJECTS = frozenset(
    {
        ("sqlalchemy", "Engine"),
        ("sqlalchemy", "AsyncEngine"),
        ("httpx", "Client"),
        ("httpx", "AsyncClient"),
        ("httpx", "HTTPTransport"),
        ("httpx", "AsyncHTTPTransport"),
        ("pydantic_settings", "BaseSettings"),
    }
)


class Guard:
    """Notes what the bodies of modules below `folders` do, and the functions that they call."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.offences: list[str] = []
        self._folders = tuple(f"{folder}{os.sep}" for folder in folders)

    def watch(self) -> None:
        """Start watching; there is no way back."""
        sys.addaudithook(self._audit)
        read = os._Environ.__getitem__

        def noted(environment: "os._Environ[str]", name: str) -> str:
            self._read(name)
            return read(environment, name)

        start = threading.Thread.start

        def started(thread: threading.Thread) -> None:
            self._note("starts a thread")
            start(thread)

        threading.Thread.start = started  # type: ignore[method-assign, assignment]
        os._Environ.__getitem__ = noted  # type: ignore[method-assign, assignment]

    def _audit(self, event: str, _: tuple[object, ...]) -> None:
        if event in FORBIDDEN_EVENTS:
            self._note(event)

    def _read(self, name: str) -> None:
        # Libraries read variables of their own when they are imported or used; what counts is who wants to know.
        reader = next(frame for frame in _frames() if frame.f_globals["__name__"] not in READING)
        if reader.f_globals["__name__"].startswith("pydantic_settings") or self._is_ours(reader):
            self._note(f"reads ${name}")

    def _note(self, what: str) -> None:
        body = next((frame for frame in _frames() if frame.f_code.co_name == "<module>"), None)
        if body is not None and self._is_ours(body):
            self.offences.append(f"{body.f_globals['__name__']}: {what}")

    def _is_ours(self, frame: FrameType) -> bool:
        return frame.f_code.co_filename.startswith(self._folders)


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def _left_behind() -> Iterator[str]:
    for found in gc.get_objects():
        for kind in type(found).__mro__:
            if (str(kind.__module__).partition(".")[0], kind.__name__) in FORBIDDEN_OBJECTS:
                yield f"an instance of {type(found).__module__}.{type(found).__name__} was made"
    for thread in threading.enumerate():
        if thread is not threading.main_thread():
            yield f"the thread {thread.name} was started"


def _modules(package: str) -> Iterator[str]:
    yield package
    for found in pkgutil.walk_packages(import_module(package).__path__, f"{package}."):
        if not found.name.endswith("__main__"):
            yield found.name


def main(packages: list[str]) -> int:
    """Import `packages`, found below the working directory; return how many offences there were."""
    guard = Guard(Path.cwd() / package for package in packages)
    guard.watch()
    for package in packages:
        for module in _modules(package):
            import_module(module)
    offences = [*guard.offences, *_left_behind()]
    sys.stdout.writelines(f"{offence}\n" for offence in offences)
    return len(offences)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 99))
