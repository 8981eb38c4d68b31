"""The stop lever as a signal: `kill -USR1` of the controller's process."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from chaos.controller import Controller

NUMBER = signal.SIGUSR1


@contextmanager
def lever_by_signal(controller: Controller) -> Iterator[None]:
    """Have `SIGUSR1` pull the lever, where the main thread runs the controller; elsewhere there are no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop, pulling = asyncio.get_running_loop(), set()

    def pull() -> None:
        task = asyncio.create_task(controller.pull_lever(NUMBER.name))
        pulling.add(task)
        task.add_done_callback(pulling.discard)

    loop.add_signal_handler(NUMBER, pull)
    try:
        yield
    finally:
        loop.remove_signal_handler(NUMBER)
