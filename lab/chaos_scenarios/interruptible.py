"""Running something that can be interrupted, and that tidies up when it is."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

import click

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return what `work` returns; the first signal cancels it, which lets it tidy up, a second one that as well.

    Raises `click.Abort` when it had nothing to return.
    """
    try:
        return asyncio.run(_until_signalled(work))
    except asyncio.CancelledError:
        raise click.Abort from None


async def _until_signalled(work: Coroutine[Any, Any, T]) -> T:
    task = asyncio.ensure_future(work)
    for number in SIGNALS:
        if signal.getsignal(number) is signal.SIG_IGN:
            continue  # somebody has started us so that we go on: nohup, a shell's background job
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task
