"""Waiting for something to become true, with a deadline and a sentence for the failure."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def poll_until(check: Callable[[], T | None], waiting_for: str, *, within_s: float = 30.0, every_s: float = 0.05) -> T:
    """Return the first truthy value of `check()`; fail with `waiting_for` when the deadline passes first."""
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while True:
        if value := check():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s in vain for {waiting_for}; last seen: {value!r}")
        pause.wait(every_s)


async def poll_until_async(
    check: Callable[[], Awaitable[T | None]], waiting_for: str, *, within_s: float = 30.0, every_s: float = 0.02
) -> T:
    """Return the first truthy value of `await check()`; fail with `waiting_for` when the deadline passes first."""
    deadline = time.monotonic() + within_s
    while True:
        if value := await check():
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s in vain for {waiting_for}; last seen: {value!r}")
        await asyncio.sleep(every_s)
