"""Some banks behind the card network do not answer for a long time: payments by their cards hang, others do not.

Cause: none of ours. It is what a partner does on a bad day; a share of payments is hit, and it is the same ones
whenever they are asked for again. A bank that has made up its mind meanwhile tells whoever asks again; who goes on
waiting for the first answer is told nothing.

Repair: there is none here. Who asks has to know how long to wait.
"""

import asyncio
from time import monotonic
from typing import Protocol
from zlib import crc32

from services.chassis.declaration import integer, number
from services.chassis.fault import Fault

LOOK_EVERY_S = 0.05
_first_asked: dict[str, float] = {}
"""Payment that hangs → when somebody asked for it first, on the monotonic clock."""


class Bank(Protocol):
    """The bank that has issued a card."""

    async def __call__(self, reference: str) -> None:
        """Return when it has said whether the payment `reference` is fine with it."""


async def faulty(reference: str) -> None:
    """Keep some of them waiting, no longer than this lasts."""
    if crc32(reference.encode()) % 100 >= prompt_banks.values["share"]:
        return
    if monotonic() - _first_asked.setdefault(reference, monotonic()) >= prompt_banks.values["decided_after_s"]:
        return
    ends = monotonic() + prompt_banks.values["stall_s"]
    while monotonic() < ends and prompt_banks.behaviour is not fixed:  # noqa: ASYNC110 -- nobody tells when it is over
        await asyncio.sleep(LOOK_EVERY_S)


async def fixed(reference: str) -> None:
    """Answer at once."""


async def _forget() -> None:
    _first_asked.clear()


prompt_banks = Fault[Bank](
    __name__,
    faulty,
    fixed,
    params=[
        integer("share", "%", "how many of a hundred payments hang", minimum=0, maximum=100, default=5),
        number("stall_s", "s", "for how long each of them hangs", minimum=0, maximum=600, default=60.0),
        number(
            "decided_after_s",
            "s",
            "after how long who asks again is answered at once",
            minimum=0,
            maximum=600,
            default=600,
        ),
    ],
    gives_back=_forget,
)
