"""What a process does to become a replica."""

import gc
import importlib
import os
import runpy
import signal
import sys
import traceback
from dataclasses import dataclass

from lab import eventlog, lifeline
from lab.freshness import Sources


@dataclass(frozen=True)
class Orders:
    """What the supervisor wants a new process to be."""

    instance: str
    service: str
    target: str
    """`module:function` to call, or a module to run as a program."""
    arguments: list[str]
    environment: dict[str, str]
    """On top of what the fork server has."""
    log: str
    """File for standard output and standard error."""


def become_in_fork(orders: Orders, lifeline_descriptor: int, sources: Sources) -> None:
    """Turn this process, just forked, into the replica that is wanted; return when its work is done."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    lifeline.hold(lifeline_descriptor)
    gc.enable()
    if sources.stale():
        sources.forget()
    become(orders)


def become(orders: Orders) -> None:
    """Turn this process into the replica that is wanted; return when its work is done."""
    os.setsid()
    _redirect(orders.log)
    carry_out(orders)


def carry_out(orders: Orders) -> None:
    """Do what the replica is there for, with standard output and error as they are; return when that is done."""
    os.environ.update(orders.environment)  # noqa: TID251 -- hands settings to the process that is about to read them
    _take_title(orders.instance)
    sys.argv = [orders.target, *orders.arguments]
    try:
        module, _, function = orders.target.partition(":")
        if function:
            getattr(importlib.import_module(module), function)(*orders.arguments)
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    except Exception as error:  # noqa: BLE001 -- whatever ends a replica belongs into its log
        _last_words(orders, error)
        sys.exit(1)


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for source, target in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(file)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _take_title(title: str) -> None:
    # Imported here and not before the fork: on macOS it may not be used by both sides of one.
    from setproctitle import setproctitle  # noqa: PLC0415

    setproctitle(title)


def _last_words(orders: Orders, error: Exception) -> None:
    sys.stdout.write(
        eventlog.line(
            "critical",
            "process.failed",
            service=orders.service,
            replica=orders.instance,
            exception={
                "type": type(error).__qualname__,
                "message": str(error),
                "stacktrace": "".join(traceback.format_exception(error)),
            },
        )
    )
